"""Schemas that combine others: ``anyOf``, ``oneOf``, and ``allOf`` of a single one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import cast

from ..ir.equality import identity
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
)
from .trail import Trail

_EVERY = frozenset({"null", "boolean", "number", "string", "array", "object"})


def options_of(schema: dict[str, JsonValue]) -> tuple[str, list[JsonValue]]:
    """The keyword that combines, and its schemas; two empty ones if none does."""
    for keyword in ("anyOf", "oneOf"):
        if schema.get(keyword) is not None:
            return keyword, items(schema[keyword])
    alone = items(schema.get("allOf"))
    return ("allOf", alone) if len(alone) == 1 else ("", [])


def branches(
    schema: dict[str, JsonValue], trail: Trail
) -> list[tuple[dict[str, JsonValue], Trail]]:
    """The alternatives of a schema without a type of its own, but for null."""
    if schema.get("type") is not None:
        return []
    keyword, options = options_of(schema)
    return [
        (members(option), trail.option(keyword, index))
        for index, option in enumerate(options)
        if not _is_null(members(option))
    ]


def stated(schema: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """The schema with what its only alternative beside null states and it does not."""
    told = branches(schema, Trail(""))
    return {**stated(told[0][0]), **schema} if len(told) == 1 else schema


def joined(options: Sequence[Type]) -> Type:
    """One type of several."""
    bare = [option for option in options if option != NULL]
    if not bare:
        return NULL if options else Anything()
    if any(isinstance(option, Anything) for option in bare):
        return Anything()
    kind = _together(bare)
    null = len(bare) < len(options) and not isinstance(kind, Nullable)
    return Nullable(kind) if null else kind


def apart(options: Sequence[Type]) -> bool:
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
            identity(value.exact()): value for each in choices for value in each.values
        }
        return Choice(tuple(values.values()))
    return Union(tuple(options))


def _disjoint(one: Type, other: Type) -> bool:
    if isinstance(one, Choice) and isinstance(other, Choice):
        return not _identities(one) & _identities(other)
    return not _words(one) & _words(other)


def _identities(kind: Choice) -> set[object]:
    return {identity(value.exact()) for value in kind.values}


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
