"""What the templates of documents see of a model: its words, and both sides as JSON Schema."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any

from runcomfy_runtime.protocol import submit_path
from runcomfy_runtime.rule import Rule

from ..ir.as_json import Schema, to_json_schema, type_word
from ..ir.exact import exact_value
from ..ir.json_layout import format_json
from ..ir.limit_schema import split_limits
from ..ir.model import (
    Array,
    Choice,
    Field,
    Model,
    Nullable,
    Numeric,
    Object,
    Type,
    Union,
    Value,
)
from ..ir.surface import CodeNames
from ..subtype.accepts import accepts
from .identifiers import path_of_id
from .target import Named, Names
from .templates import TemplateFault, Templates


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A model. ``name`` is that of its documents: steps with dots between them."""

    id: str
    name: str
    path: str
    title: str
    description: str
    kind: str
    schema_sha256: str
    input: Schema
    output: Schema


def document_view(model: Model, names: Names) -> DocumentView:
    """What a template is given for a model."""
    return DocumentView(
        id=model.model_id,
        name=names[model.model_id].dotted,
        path=submit_path(model.model_id),
        title=model.title,
        description=model.description,
        kind=model.kind,
        schema_sha256=model.schema_sha256,
        input=_with_limits(annotated_schema(model.input), model),
        output=annotated_schema(model.output),
    )


def _with_limits(schema: Schema, model: Model) -> Schema:
    """The schema of an input with the stated limits: standard keywords, else ``x-limits``."""
    schemas, others = split_limits(model.limits)
    if schemas:
        schema = {**schema, "allOf": schemas}
    return {**schema, "x-limits": others} if others else schema


HASH_MARK = "-"
"""The mark before the hash in a name that two models would share; no other name has it."""
_DIGITS = 8


def document_name(model_id: str) -> str:
    """The name of a model's documents: ``kling/kling-3.0/4k`` → ``kling.kling_3_0.model_4k``.

    It follows the rules of Python modules, but no name that the configuration chooses.
    """
    return ".".join(path_of_id(model_id))


def name_documents(models: Iterable[Model]) -> Named:
    """Every model with the name of its documents. None fails.

    Models whose ids have one name get the hash of the id as well, all of them alike.
    """
    chosen = tuple(sorted(models, key=lambda model: model.model_id))
    shared = Counter(document_name(model.model_id) for model in chosen)
    return Named(
        models=chosen,
        names={
            id_: _named(id_, shared) for id_ in (model.model_id for model in chosen)
        },
    )


def _named(model_id: str, shared: Mapping[str, int]) -> CodeNames:
    name = document_name(model_id)
    if shared[name] > 1:
        name += HASH_MARK + sha256(model_id.encode()).hexdigest()[:_DIGITS]
    return CodeNames(tuple(name.split(".")))


# The IR as standard JSON Schema with everything that a reader wants to know.
#
# The structure is that of ``ir.standard``. To it come titles, descriptions, the server's
# defaults, samples as ``examples``, the kind of media as ``x-media``, and the media rules as
# ``x-validations``, in the words of the dialect. Numbers are exact: those with a fraction are
# ``Decimal``.


_WORDS = frozenset({"string", "integer", "number", "boolean"})


def annotated_schema(kind: Type) -> Schema:
    """The schema of a type, with the words of every field in it."""
    match kind:
        case Object(fields=fields, extra=extra):
            schema = to_json_schema(kind)
            schema["properties"] = {
                field.wire_name: annotated_field(field) for field in fields
            }
            if extra is not None:
                # Anything at all is the default, and left out.
                schema["additionalProperties"] = annotated_schema(extra) or True
            return schema
        case Array(items=inner):
            return {**to_json_schema(kind), "items": annotated_schema(inner)}
        case Nullable(inner=inner):
            return {"anyOf": [annotated_schema(inner), {"type": "null"}]}
        case Union(options=options):
            return {"anyOf": [annotated_schema(option) for option in options]}
        case Choice(values=()):
            # Some readers refuse an empty `enum`.
            return {"not": {}}
        case Choice(values=values):
            word = type_word(kind)
            types = {"type": word} if word in _WORDS else {}
            return {**types, "enum": [exact(value) for value in values]}
        case Numeric():
            return to_json_schema(kind, exact=True)
        case _:
            return to_json_schema(kind)


def annotated_field(field: Field) -> Schema:
    """The schema of a field, with what is published of it."""
    words: dict[str, Any] = {
        "title": field.title,
        "description": field.description,
        "x-media": field.media.value if field.media is not None else "",
    }
    schema = annotated_schema(field.type) | {
        key: text for key, text in words.items() if text
    }
    if field.default is not None:
        # A default that the schema refuses makes the whole document invalid to some readers.
        fits = accepts(field.type, exact_value(field.default)) is not False
        schema["default" if fits else "x-default"] = exact(field.default)
    if field.sample is not None:
        schema["examples"] = [exact(field.sample)]
    if field.rules:
        schema["x-validations"] = [_published(rule) for rule in field.rules]
    return schema


def exact(value: Value) -> Any:
    """A JSON value, its fractions as ``Decimal``."""
    return json.loads(value.text, parse_float=Decimal)


def _published(rule: Rule) -> Schema:
    return {
        "validation_rule": f"{rule.metric}{rule.operator}",
        "validation_value": _limit(rule),
        "validation_error": rule.message,
    }


def _limit(rule: Rule) -> int | Decimal | str:
    """The limit as a number, if it is one that JSON can write."""
    threshold = rule.threshold
    if threshold is not None and threshold.denominator == 1:
        return int(threshold)
    try:
        return Decimal(rule.limit)
    except InvalidOperation:
        return rule.limit


def printed_document(name: str, context: dict[str, Any], templates: Templates) -> str:
    """The JSON text of a template. Raises ``TemplateFault``."""
    try:
        return format_json(templates.render(name, **context))
    except (ValueError, RecursionError) as error:
        blamed = templates.blamed(name)
        raise TemplateFault(f"what {blamed} makes is not JSON: {error}") from None
