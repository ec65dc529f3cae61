"""``enum`` and ``const``: the few values that a type leaves."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable
from typing import Any

from jsonschema import Draft202012Validator

from ..ir.diagnostic import Severity
from ..ir.equality import identity
from ..ir.json_text import JsonValue, items
from ..ir.model import NULL, Anything, Choice, Nullable, Type, Value
from ..ir.standard import standard
from .finding import Findings
from .trail import Trail


def chosen(
    schema: dict[str, JsonValue],
    kind: Type,
    trail: Trail,
    findings: Findings,
    *,
    nullable: bool,
) -> Type:
    """The type, or null if it is nullable, with its ``enum`` and ``const`` applied.

    Values that the rest of the schema refuses are left out and reported. If none is left,
    the type stays as wide as it was, and the keyword is kept.
    """
    for keyword, published in (
        ("enum", items(schema.get("enum"))),
        ("const", [schema["const"]] if "const" in schema else []),
    ):
        if published:
            pointer = trail.keyword(keyword)
            kind, nullable = _narrowed(kind, published, pointer, findings, nullable)
    return or_null(kind) if nullable else kind


def or_null(kind: Type) -> Type:
    """The type with null as one of its values."""
    told = isinstance(kind, Anything | Nullable) or kind == NULL
    return kind if told else Nullable(kind)


def _narrowed(
    kind: Type,
    published: list[JsonValue],
    pointer: str,
    findings: Findings,
    nullable: bool,
) -> tuple[Type, bool]:
    """The type with only those of its values that are published, and whether null is one.

    A published null makes any type nullable: that is one of the dialect's spellings.
    """
    null = None in published
    values = _distinct(value for value in published if value is not None)
    validator: Any = Draft202012Validator(standard(kind))
    possible = [
        value
        for value in values
        if validator.is_valid(value.load()) and _sendable(value.load())
    ]
    if len(possible) < len(values):
        _report(len(values) - len(possible), len(values), pointer, findings, null)
    if possible:
        return Choice(tuple(possible)), null
    if null:
        return NULL, False
    findings.keep(pointer.rpartition("/")[2], pointer, published)
    return kind, nullable


def _report(
    refused: int, number: int, pointer: str, findings: Findings, null: bool
) -> None:
    keyword = pointer.rpartition("/")[2]
    nothing = refused == number and not null
    findings.report(
        "impossible-enum",
        f"{refused} of {number} values of {keyword!r} are refused"
        " by the rest of the schema",
        pointer,
        (
            "no input could be right, so none is refused because of it"
            if nothing
            else "they are left out: no input could use them"
        ),
        Severity.ERROR if nothing else Severity.WARNING,
    )


def _sendable(value: JsonValue) -> bool:
    """Whether a value can be sent: half of a surrogate pair is no text (RFC 8259, 8.2)."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _distinct(values: Iterable[JsonValue]) -> list[Value]:
    """Without repetitions, by JSON equality of what is published: no digit is lost."""
    kept: dict[Hashable, Value] = {}
    for value in map(Value.of, values):
        kept.setdefault(identity(value.exact()), value)
    return list(kept.values())
