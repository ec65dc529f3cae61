"""The IR as JSON: standard JSON Schema (draft 2020-12), and what ``show --format json`` prints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from runcomfy_runtime.rule import Rule

from .limit_schema import limit_as_json
from .model import (
    Anything,
    Array,
    Boolean,
    Choice,
    Exact,
    Field,
    Model,
    Nullable,
    Numeric,
    Object,
    Text,
    Type,
    Union,
    Unknown,
    Value,
    printed,
)
from .surface import CodeNames

Schema = dict[str, Any]


def published_key(field: Field) -> str:
    """The key of a field in a published document."""
    return field.wire_name


def to_json_schema(
    kind: Type, *, key: Callable[[Field], str] = published_key, exact: bool = False
) -> Schema:
    """The schema of a type. ``key`` chooses how fields are named; wire names by default.

    ``exact`` keeps fractions as ``Decimal``, to the last digit, which only a validator with
    exact arithmetic can use. Otherwise they are floats, except those that no float names.
    """
    match kind:
        case Text():
            return _text(kind)
        case Numeric():
            limits = numeric_limits(kind)
            type_name = "integer" if kind.integral else "number"
            return {"type": type_name} | {
                word: limit if exact else printed(limit)
                for word, limit in limits.items()
            }
        case Boolean():
            return {"type": "boolean"}
        case Choice(values=values):
            return {
                "enum": [
                    value.exact() if exact else value.printed() for value in values
                ]
            }
        case Array():
            return _array(kind, key, exact)
        case Object():
            return _object(kind, key, exact)
        case Union(options=options):
            read = (to_json_schema(option, key=key, exact=exact) for option in options)
            return {"anyOf": list(read)}
        case Nullable(inner=inner):
            not_null = to_json_schema(inner, key=key, exact=exact)
            return {"anyOf": [not_null, {"type": "null"}]}
        case Anything():
            return {}


def _known(**keywords: Any) -> Schema:
    return {name: value for name, value in keywords.items() if value is not None}


def _text(kind: Text) -> Schema:
    return {"type": "string"} | _known(
        minLength=kind.min_length,
        maxLength=kind.max_length,
        pattern=kind.pattern,
    )


def numeric_limits(kind: Numeric) -> dict[str, Exact]:
    """The limits of a number by keyword, exact."""
    bounds: dict[str, Exact | None] = {
        "minimum": kind.minimum,
        "maximum": kind.maximum,
        "exclusiveMinimum": kind.exclusive_minimum,
        "exclusiveMaximum": kind.exclusive_maximum,
        "multipleOf": kind.multiple_of,
    }
    return {name: bound for name, bound in bounds.items() if bound is not None}


def _array(kind: Array, key: Callable[[Field], str], exact: bool) -> Schema:
    return {
        "type": "array",
        "items": to_json_schema(kind.items, key=key, exact=exact),
    } | _known(
        minItems=kind.min_items,
        maxItems=kind.max_items,
        uniqueItems=kind.unique_items or None,
    )


def _object(kind: Object, key: Callable[[Field], str], exact: bool) -> Schema:
    required = [key(field) for field in kind.fields if field.required]
    if kind.extra is not None:
        required += kind.undeclared_required
    extra: Schema | bool = (
        False
        if kind.extra is None
        else to_json_schema(kind.extra, key=key, exact=exact)
    )
    return {
        "type": "object",
        "properties": {
            key(field): to_json_schema(field.type, key=key, exact=exact)
            for field in kind.fields
        },
        **_known(required=required or None),
        "additionalProperties": extra,
    }


# A model as plain JSON values, as ``show --format json`` prints it.


def model_as_json(model: Model, names: CodeNames) -> dict[str, Any]:
    """Everything that the IR knows about a model, and its names in code.

    ``exact_json_text`` writes it: a number that no float names is a ``Decimal``.
    """
    return {
        "model_id": model.model_id,
        "title": model.title,
        "description": model.description,
        "kind": model.kind,
        "locale": model.locale,
        "module": names.dotted,
        "schema_sha256": model.schema_sha256,
        "documents": dict(model.documents),
        "fields": [field_as_json(field, names) for field in model.input.fields],
        "output": [field_as_json(field, names) for field in model.output.fields],
        "limits": [limit_as_json(limit) for limit in model.limits],
        "unknown": [_unknown(unknown) for unknown in model.unknown],
    }


def field_as_json(field: Field, names: CodeNames) -> dict[str, Any]:
    """A field, with the JSON Schema keywords of its type as members."""
    optional = {
        "title": field.title,
        "description": field.description,
        "media": None if field.media is None else field.media.value,
        "default": _value(field.default),
        "sample": _value(field.sample),
    }
    return {
        "wire_name": field.wire_name,
        "name": names.fields[field.wire_name],
        "type": type_word(field.type),
        "required": field.required,
        **_details(field.type, names),
        **{key: value for key, value in optional.items() if value not in (None, "")},
        "rules": [_rule(rule) for rule in field.rules],
        "unknown": [_unknown(unknown) for unknown in field.unknown],
    }


def type_word(kind: Type) -> str:
    """The name of a type: that of JSON Schema, ``any``, or several joined by ``|``."""
    match kind:
        case Anything():
            return "any"
        case Choice(values=values):
            words = dict.fromkeys(_word_of(value) for value in values)
            return " | ".join(words) or "nothing"
        case Nullable(inner=inner):
            return f"{type_word(inner)} | null"
        case _:
            schema = to_json_schema(kind)
            options = [schema] if "type" in schema else schema.get("anyOf", [])
            return " | ".join(
                dict.fromkeys(option.get("type", "any") for option in options)
            )


def _details(kind: Type, names: CodeNames) -> dict[str, Any]:
    """The keywords of a type other than ``type``; the fields of an object in full."""
    if isinstance(kind, Object):
        return {"fields": [field_as_json(field, names) for field in kind.fields]}
    schema = to_json_schema(kind)
    return {keyword: value for keyword, value in schema.items() if keyword != "type"}


def _word_of(value: Value) -> str:
    match value.load():
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def _value(value: Value | None) -> Any:
    return None if value is None else value.printed()


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "metric": rule.metric,
        "operator": rule.operator,
        "limit": rule.limit,
        "message": rule.message,
        "pointer": rule.pointer,
        "checked": rule.checkable,
    }


def _unknown(unknown: Unknown) -> dict[str, Any]:
    return {
        "keyword": unknown.keyword,
        "pointer": unknown.pointer,
        "value": unknown.value.printed(),
    }
