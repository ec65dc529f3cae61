"""Several types as one: unions, and which types have no value in common."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import cast

from runcomfy_runtime.exact_numbers import exact_number

from ..ir.exact import equality_key
from ..ir.json_text import JsonValue, is_array, is_object
from ..ir.model import (
    NOTHING,
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

_FLOATS_END = 10**308
"""Whole numbers from here on are sent as integers."""
_EVERY = frozenset({"null", "boolean", "number", "string", "array", "object"})


def union_of(options: Sequence[Type]) -> Type:
    """One type that accepts the values of all ``options``."""
    possible = [option for option in options if option != NOTHING]
    if not possible:
        return NOTHING if options else Anything()
    not_null = [option for option in possible if option != NULL]
    if not not_null:
        return NULL
    if any(isinstance(option, Anything) for option in not_null):
        return Anything()
    union = _together(not_null)
    nullable = len(not_null) < len(possible) and not isinstance(union, Nullable)
    return Nullable(union) if nullable else union


def have_disjoint_words(options: Sequence[Type]) -> bool:
    """Whether the options have different JSON types or different values."""
    identities: set[object] = set()
    choice_words: set[str] = set()
    type_words: set[str] = set()
    for option in options:
        words = _words(option)
        if isinstance(option, Choice):
            own = _identities(option)
            if not identities.isdisjoint(own) or not type_words.isdisjoint(words):
                return False
            identities |= own
            choice_words |= words
        else:
            if not (choice_words | type_words).isdisjoint(words):
                return False
            type_words |= words
    return True


def _together(options: list[Type]) -> Type:
    if len(options) == 1:
        return options[0]
    if all(isinstance(option, Choice) for option in options):
        choices = cast("list[Choice]", options)
        values = {
            equality_key(value.exact()): value
            for choice in choices
            for value in choice.values
        }
        return Choice(tuple(values.values()))
    return Union(tuple(options))


def _identities(kind: Choice) -> set[object]:
    return {equality_key(value.exact()) for value in kind.values}


def _words(kind: Type) -> frozenset[str]:
    """The JSON types of the values of a type."""
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


def make_nullable(kind: Type) -> Type:
    """The type extended by null."""
    if kind == NOTHING:
        return NULL
    has_null = isinstance(kind, Anything | Nullable) or kind == NULL
    return kind if has_null else Nullable(kind)


def as_integer(value: JsonValue, kind: Type) -> JsonValue:
    """A whole number as an integer, if its type is one or no float names it for sure."""
    if not isinstance(value, Decimal):
        return value
    whole = exact_number(value)
    integral = isinstance(kind, Numeric) and kind.integral
    return whole if integral or value.copy_abs() >= _FLOATS_END else value
