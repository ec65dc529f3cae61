"""``anyOf``, ``oneOf`` and ``allOf`` of a single schema; ``enum`` and ``const``."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Sequence
from itertools import combinations
from typing import Any, cast

from jsonschema import Draft202012Validator

from ..ir.as_json import to_json_schema
from ..ir.diagnostic import Severity
from ..ir.exact import equality_key
from ..ir.json_text import JsonValue, is_array, is_object, items, members
from ..ir.model import (
    NULL,
    Anything,
    Array,
    Boolean,
    Choice,
    Nullable,
    Numeric,
    Object,
    Text,
    Type,
    Union,
    Value,
)
from .reader_context import Collector, SchemaPath

_EVERY = frozenset({"null", "boolean", "number", "string", "array", "object"})


def combined_schemas(schema: dict[str, JsonValue]) -> tuple[str, list[JsonValue]]:
    """The keyword that combines, and its schemas; two empty ones if none does."""
    for keyword in ("anyOf", "oneOf"):
        if schema.get(keyword) is not None:
            return keyword, items(schema[keyword])
    alone = items(schema.get("allOf"))
    return ("allOf", alone) if len(alone) == 1 else ("", [])


def alternatives(
    schema: dict[str, JsonValue], trail: SchemaPath
) -> list[tuple[dict[str, JsonValue], SchemaPath]]:
    """The alternatives of a schema without a type of its own, but for null."""
    if schema.get("type") is not None:
        return []
    keyword, options = combined_schemas(schema)
    return [
        (members(option), trail.option(keyword, index))
        for index, option in enumerate(options)
        if not _is_null(members(option))
    ]


def with_sole_alternative(schema: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """The schema with what its only alternative beside null states and it does not."""
    told = alternatives(schema, SchemaPath(""))
    return {**with_sole_alternative(told[0][0]), **schema} if len(told) == 1 else schema


def union_of(options: Sequence[Type]) -> Type:
    """One type of several."""
    bare = [option for option in options if option != NULL]
    if not bare:
        return NULL if options else Anything()
    if any(isinstance(option, Anything) for option in bare):
        return Anything()
    kind = _together(bare)
    null = len(bare) < len(options) and not isinstance(kind, Nullable)
    return Nullable(kind) if null else kind


def are_disjoint(options: Sequence[Type]) -> bool:
    """Whether it is plain that no value is one of two of them."""
    return all(_disjoint(one, other) for one, other in combinations(options, 2))


def _is_null(schema: dict[str, JsonValue]) -> bool:
    if schema.get("type") in ("null", ["null"]):
        return True
    return schema.get("enum") == [None] or ("const", None) in schema.items()


def _together(options: list[Type]) -> Type:
    if len(options) == 1:
        return options[0]
    if all(isinstance(option, Choice) for option in options):
        choices = cast("list[Choice]", options)
        values = {
            equality_key(value.exact()): value
            for each in choices
            for value in each.values
        }
        return Choice(tuple(values.values()))
    return Union(tuple(options))


def _disjoint(one: Type, other: Type) -> bool:
    if isinstance(one, Choice) and isinstance(other, Choice):
        return not _identities(one) & _identities(other)
    return not _words(one) & _words(other)


def _identities(kind: Choice) -> set[object]:
    return {equality_key(value.exact()) for value in kind.values}


def _words(kind: Type) -> frozenset[str]:
    """The JSON types of a type's values."""
    match kind:
        case Choice(values=values):
            return frozenset(_word(value.load()) for value in values)
        case Union(options=options):
            return frozenset[str]().union(*map(_words, options))
        case Nullable(inner=inner):
            return _words(inner) | {"null"}
        case Text():
            return frozenset({"string"})
        case Numeric():
            return frozenset({"number"})
        case Boolean():
            return frozenset({"boolean"})
        case Array():
            return frozenset({"array"})
        case Object():
            return frozenset({"object"})
        case Anything():
            return _EVERY


def _word(value: JsonValue) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    if is_array(value):
        return "array"
    return "object" if is_object(value) else "number"


# ``enum`` and ``const``: the few values that a type leaves.


def apply_choices(
    schema: dict[str, JsonValue],
    kind: Type,
    trail: SchemaPath,
    findings: Collector,
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
    return make_nullable(kind) if nullable else kind


def make_nullable(kind: Type) -> Type:
    """The type with null as one of its values."""
    told = isinstance(kind, Anything | Nullable) or kind == NULL
    return kind if told else Nullable(kind)


def _narrowed(
    kind: Type,
    published: list[JsonValue],
    pointer: str,
    findings: Collector,
    nullable: bool,
) -> tuple[Type, bool]:
    """The type with only those of its values that are published, and whether null is one.

    A published null makes any type nullable: that is one of the dialect's spellings.
    """
    null = None in published
    values = _distinct(value for value in published if value is not None)
    validator: Any = Draft202012Validator(to_json_schema(kind))
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
    refused: int, number: int, pointer: str, findings: Collector, null: bool
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
        kept.setdefault(equality_key(value.exact()), value)
    return list(kept.values())
