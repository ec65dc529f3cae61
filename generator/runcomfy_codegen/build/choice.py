"""``enum`` and ``const``: the few values that a type leaves."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator

from ..ir.json_text import JsonValue, items
from ..ir.model import Choice, Type, Value
from ..ir.standard import standard
from .finding import Findings
from .trail import Trail


def choice_of(
    schema: dict[str, JsonValue], kind: Type, trail: Trail, findings: Findings
) -> tuple[Type, bool]:
    """The type with its ``enum`` or ``const`` applied, and whether null is among the values.

    Values that the rest of the schema refuses are left out and reported; if none is left,
    the type stays as it was.
    """
    keyword = "const" if "const" in schema else "enum"
    published = [schema["const"]] if keyword == "const" else items(schema.get("enum"))
    if not published:
        return kind, False
    validator: Any = Draft202012Validator(standard(kind))
    values = _distinct(
        Value.of(value).load() for value in published if value is not None
    )
    possible = [value for value in values if validator.is_valid(value)]
    if len(possible) < len(values):
        findings.report(
            "impossible-enum",
            f"{len(values) - len(possible)} of {len(values)} values of {keyword!r} are refused"
            " by the rest of the schema",
            trail.keyword(keyword),
            "they are left out: no input could use them",
        )
    if not possible:
        return kind, None in published
    return Choice(tuple(Value.of(value) for value in possible)), None in published


def _distinct(values: Any) -> list[JsonValue]:
    """Without repetitions, by JSON equality (1 is 1.0, and True is not 1)."""
    kept: list[JsonValue] = []
    for value in values:
        if not any(_same(value, other) for other in kept):
            kept.append(value)
    return kept


def _same(one: JsonValue, other: JsonValue) -> bool:
    validator: Any = Draft202012Validator({"const": one})
    return bool(validator.is_valid(other))
