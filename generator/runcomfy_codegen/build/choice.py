"""``enum`` and ``const``: the few values that a type leaves."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft202012Validator

from ..ir.json_text import JsonValue, items
from ..ir.model import Choice, Type, Value
from ..ir.standard import standard
from .finding import Findings
from .trail import Trail


def choice_of(
    schema: dict[str, JsonValue], kind: Type, trail: Trail, findings: Findings
) -> tuple[Type, bool | None]:
    """The type with its ``enum`` and ``const`` applied, and whether null is a value of both.

    None instead of that if neither of them says anything. Values that the rest of the
    schema refuses are left out and reported; if none is left, the type stays as it was.
    """
    null: bool | None = None
    for keyword, published in (
        ("enum", items(schema.get("enum"))),
        ("const", [schema["const"]] if "const" in schema else []),
    ):
        if published:
            null = None in published and null is not False
            kind = _narrowed(kind, published, trail.keyword(keyword), findings)
    return kind, null


def _narrowed(
    kind: Type, published: list[JsonValue], pointer: str, findings: Findings
) -> Type:
    """The type with only those of its values that are published at ``pointer``."""
    validator: Any = Draft202012Validator(standard(kind))
    values = _distinct(
        Value.of(value).load() for value in published if value is not None
    )
    possible = [
        value for value in values if validator.is_valid(value) and _sendable(value)
    ]
    if len(possible) < len(values):
        keyword = pointer.rpartition("/")[2]
        findings.report(
            "impossible-enum",
            f"{len(values) - len(possible)} of {len(values)} values of {keyword!r} are refused"
            " by the rest of the schema",
            pointer,
            "they are left out: no input could use them",
        )
    return Choice(tuple(Value.of(value) for value in possible)) if possible else kind


def _sendable(value: JsonValue) -> bool:
    """Whether a value can be sent: half of a surrogate pair is no text (RFC 8259, 8.2)."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


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
