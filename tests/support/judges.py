"""Every part of the project that decides whether a value is valid, asked about one field."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

from runcomfy_codegen.build.build_model import build_model
from runcomfy_codegen.dialect.validator import input_validator, validator_class
from runcomfy_codegen.ir.exact import exact_value
from runcomfy_codegen.ir.json_text import JsonText
from runcomfy_codegen.ir.model import Model, Value
from runcomfy_codegen.sandbox.input_validation import InputSchema
from runcomfy_codegen.subtype.accepts import accepts
from runcomfy_codegen.targets.json_document import annotated_schema

from .built_models import SETTINGS, document, executed, properties


def model_with(schema: str) -> Model:
    """The model with this schema, spelled so, for its field ``x``."""
    text = JsonText(f'{{"type": "object", "properties": {{"x": {schema}}}}}')
    published = replace(document(properties()), input_schema=text)
    model = build_model([("test.json", published)], SETTINGS).model
    assert model is not None
    return model


def answers(schema: str, value: Any) -> dict[str, bool | None]:
    """Whether each judge accepts a value of the field."""
    model = model_with(schema)
    try:
        executed(model).Input(x=value)
        client = True
    except ValueError:
        client = False
    output = validator_class()(annotated_schema(model.input))
    published = input_validator(
        {"properties": {"x": json.loads(schema, parse_float=Decimal)}}
    )
    return {
        "client": client,
        "sandbox": not InputSchema(model).problems({"x": value}),
        "published": published.is_valid({"x": value}),
        "output": output.is_valid({"x": value}),
        "diff": accepts(model.input.fields[0].type, exact_value(Value.of(value))),
    }
