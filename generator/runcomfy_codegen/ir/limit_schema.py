"""Stated limits as JSON: as keywords of JSON Schema where it has them, else as ``x-limits``.

A field counts as given if it is there and is not null, ``""`` or ``[]``, so every keyword is
written for given fields alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

from runcomfy_runtime.limits.rule_grammar import FormatRule, MeasureRule, parse_rule
from runcomfy_runtime.limits.stated_limit import Limit

Schema = dict[str, Any]
_NOT_GIVEN: Schema = {"enum": [None, "", []]}


def limit_as_json(limit: Limit) -> dict[str, Any]:
    """A limit with everything that is known of it."""
    condition: dict[str, Any] = (
        {"rule": list(limit.rules)}
        if limit.require is None
        else {"require": dict(limit.require)}
    )
    return {
        "fields": list(limit.fields),
        **condition,
        "quote": limit.quote,
        "locale": limit.locale,
        "level": limit.level,
        "published": limit.published,
    }


def split_limits(limits: tuple[Limit, ...]) -> tuple[list[Schema], list[Schema]]:
    """The limits that are schemas of the whole input, and the others as ``x-limits``.

    A limit that only warns is one of the others: a schema has no warnings.
    """
    schemas: list[Schema] = []
    others: list[Schema] = []
    for limit in limits:
        schema = None if limit.level == "warn" else limit_schema(limit)
        if schema is None:
            others.append(limit_as_json(limit))
        else:
            schemas.append({"description": limit.quote, **schema})
    return schemas, others


def limit_schema(limit: Limit) -> Schema | None:
    """A schema that accepts the inputs that keep a limit; None if JSON Schema has no words."""
    if limit.require is not None:
        return required_schema(limit.require)
    parts: list[Schema] = []
    for rule in limit.rules:
        parsed = parse_rule(rule)
        keywords = None if isinstance(parsed, FormatRule) else _keywords(parsed)
        if keywords is None:
            return None
        parts += [_at(field.split("/")[1:], keywords) for field in limit.fields]
    return parts[0] if len(parts) == 1 else {"allOf": parts}


def _at(steps: list[str], keywords: Schema) -> Schema:
    """Keywords for a field, where it is given."""
    if not steps:
        return {"anyOf": [_NOT_GIVEN, keywords]}
    step, *rest = steps
    if step == "*":
        return {"items": _at(rest, keywords)}
    name = step.replace("~1", "/").replace("~0", "~")
    return {"properties": {name: _at(rest, keywords)}}


def _keywords(rule: MeasureRule) -> Schema | None:
    """The keywords for a value that is given, or None."""
    match rule.measure.name:
        case "count":
            # What is not a list counts as one item.
            alone = rule.operator.accepts(1, rule.threshold)
            keywords = _whole(rule, "array", "minItems", "maxItems")
            return keywords if alone else {"type": "array", **keywords}
        case "characters" if not rule.measure.script:
            keywords = _whole(rule, "string", "minLength", "maxLength")
            return {**keywords, "items": {"anyOf": [{"const": ""}, keywords]}}
        case "value":
            keywords = _bounds(rule)
            return {**keywords, "items": keywords}
        case _:
            return None


def _whole(rule: MeasureRule, kind: str, lowest: str, highest: str) -> Schema:
    """Bounds of a count: whole numbers that keep the rule."""
    operator, limit = rule.operator, rule.threshold
    if operator.less and operator.greater:
        exact = {"type": kind, lowest: int(limit), highest: int(limit)}
        return {"not": exact} if limit.denominator == 1 and limit >= 0 else {}
    low = math.ceil(limit) if operator.equal else math.floor(limit) + 1
    high = math.floor(limit) if operator.equal else math.ceil(limit) - 1
    keywords: Schema = {}
    if not operator.less:
        keywords[lowest] = max(low, 0)
    if not operator.greater:
        keywords[highest] = max(high, 0)
    return keywords


_BOUNDS = {
    "<": ("exclusiveMaximum",),
    "<=": ("maximum",),
    ">": ("exclusiveMinimum",),
    ">=": ("minimum",),
    "==": ("minimum", "maximum"),
}


def _bounds(rule: MeasureRule) -> Schema:
    exact = Decimal(rule.limit)
    number = int(exact) if exact == exact.to_integral_value() else exact
    if rule.operator.symbol == "!=":
        return {"not": {"type": "number", "const": number}}
    return dict.fromkeys(_BOUNDS[rule.operator.symbol], number)


# What a limit requires, for whole inputs instead of the members that are given.


def required_schema(require: Mapping[str, Any]) -> Schema:
    """The schema that accepts the inputs whose given members keep ``require``."""
    parts: list[Schema] = []
    conditional: Schema = {}
    for keyword, value in require.items():
        match keyword:
            case "required":
                parts.append(_given(value))
            case "dependentRequired":
                table = cast("dict[str, list[str]]", value)
                parts += [
                    {"if": _given([name]), "then": _given(others)}
                    for name, others in table.items()
                ]
            case "properties":
                table_of_schemas = cast("dict[str, Schema]", value)
                parts.append(
                    {
                        "properties": {
                            name: {"anyOf": [_NOT_GIVEN, schema]}
                            for name, schema in table_of_schemas.items()
                        }
                    }
                )
            case "allOf" | "anyOf" | "oneOf":
                parts.append(
                    {keyword: [required_schema(fragment) for fragment in value]}
                )
            case "not":
                parts.append({"not": required_schema(value)})
            case _:
                conditional[keyword] = required_schema(value)
    if conditional:
        parts.append(conditional)
    return parts[0] if len(parts) == 1 else {"allOf": parts} if parts else {}


def _given(names: list[str]) -> Schema:
    """All of these members are given."""
    if not names:
        return {}
    return {
        "required": names,
        "properties": {name: {"not": _NOT_GIVEN} for name in names},
    }
