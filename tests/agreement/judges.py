"""The judges of a document: client, sandbox, both outputs, and an independent one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from jsonschema_rs import Draft202012Validator

from runcomfy_codegen import resources
from runcomfy_codegen.build.build_model import build_model
from runcomfy_codegen.ir.json_layout import exact_json_text
from runcomfy_codegen.ir.json_text import JsonText
from runcomfy_codegen.ir.model import Model
from runcomfy_codegen.sandbox.input_validation import InputSchema
from runcomfy_codegen.targets.json_schema import JSON_SCHEMA
from runcomfy_codegen.targets.openapi import OPENAPI
from runcomfy_codegen.targets.target import Overrides, RenderContext, Target
from runcomfy_codegen.targets.templates import Templates
from runcomfy_runtime.exact_numbers import json_identity
from support.built_models import SETTINGS, document, executed, properties


@dataclass(frozen=True)
class Judges:
    """One model, and everything that decides about its inputs."""

    schema: str
    model: Model
    inputs: Any
    published: Any
    outputs: dict[str, Any]
    sandbox: InputSchema

    def disagreement(self, given: Any) -> str:
        """What the judges say of a document, if they do not agree; else an empty text."""
        answers, sent = self.answers(given), self.sent(given)
        if answers["client"] and not all(answers.values()):
            # The one listed difference: null that is accepted and not sent.
            # A whole float is sent as the integer that it is in JSON.
            given_identity = json_identity(without_nulls(given))
            if sent == given or given_identity != json_identity(without_nulls(sent)):
                return f"{answers}"
            given, answers = sent, self.answers(sent)
        published = self.published.is_valid(given)
        if len(set(answers.values())) > 1:
            return f"{answers}"
        wider = answers["client"] and self._is_wider(given)
        if published != answers["client"] and not wider:
            return f"{answers}, published schema: {published}"
        return self._sent_is_refused(sent)

    def sent(self, given: Any) -> Any:
        """The payload of the client for a document; None if it is refused."""
        try:
            return self.inputs.model_validate(given).payload()
        except ValueError:
            return None

    def answers(self, given: Any) -> dict[str, bool]:
        """Whether each judge accepts a document."""
        answers = {name: judge.is_valid(given) for name, judge in self.outputs.items()}
        answers["sandbox"] = not self.sandbox.problems(given)
        answers["client"] = self.sent(given) is not None
        return answers

    def _is_wider(self, given: Any) -> bool:
        """Whether a keyword is not supported in a field that the document has."""
        return any(
            field.unknown
            for field in self.model.input.fields
            if field.wire_name in given
        )

    def _sent_is_refused(self, sent: Any) -> str:
        """What is wrong with a payload of the client: it must be valid for all."""
        if sent is None or all(self.answers(sent).values()):
            return ""
        return f"sends {sent}, which is refused: {self.answers(sent)}"


def without_nulls(value: Any) -> Any:
    """A document without the members that are null."""
    if isinstance(value, dict):
        members = value.items()
        return {name: without_nulls(each) for name, each in members if each is not None}
    if isinstance(value, list):
        return [without_nulls(each) for each in value]
    return value


def make_judges(schemas: list[dict[str, Any]]) -> Iterator[Judges]:
    """The models of these input schemas with their judges."""
    models = [built(schema, f"odd/m{index}") for index, schema in enumerate(schemas)]
    json_schemas = output_schemas(JSON_SCHEMA, models)
    openapi = output_schemas(OPENAPI, models)
    for schema, model in zip(schemas, models, strict=True):
        text = exact_json_text({**schema, "additionalProperties": False})
        yield Judges(
            schema=text,
            model=model,
            inputs=executed(model).Input,
            published=Draft202012Validator(text),
            outputs={
                "json-schema": Draft202012Validator(json_schemas[model.model_id]),
                "openapi": Draft202012Validator(openapi[model.model_id]),
            },
            sandbox=InputSchema(model),
        )


def built(schema: dict[str, Any], model_id: str) -> Model:
    whole = replace(
        document(properties(), model_id), input_schema=JsonText(exact_json_text(schema))
    )
    model = build_model([("test.json", whole)], SETTINGS).model
    assert model is not None
    return model


def output_schemas(target: Target, models: list[Model]) -> dict[str, str]:
    """The emitted input schema of every model, as JSON text."""
    templates = Templates(resources.template_sources(target.name))
    files = target.render(
        target.name_models(models, Overrides()), RenderContext(templates, {})
    )
    if target is JSON_SCHEMA:
        return {
            model.model_id: files[PurePosixPath(model.model_id, "input.schema.json")]
            for model in models
        }
    (whole,) = (json.loads(text, parse_float=Decimal) for text in files.values())
    components = whole["components"]["schemas"]
    names = {model.model_id: model.model_id.replace("/", ".") for model in models}
    return {
        id_: exact_json_text(components[f"{name}.Input"]) for id_, name in names.items()
    }
