"""What a limit requires: a closed subset of JSON Schema over the members that are given.

A member is *given* if it is there and is not null, ``""`` or ``[]``. The subset is one table
for objects and one for their members. ``compile_require`` makes a function of it that decides
a document; the tool has checked before that the limit keeps to the subset.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from ..exact_numbers import Exact, exact_number, json_identity

Holds: TypeAlias = Callable[[Any], bool]
"""Whether the given members, or the value of one of them, keep a part of a limit."""


def is_given(value: object) -> bool:
    """Whether a member of a document counts as given."""
    return value is not None and value != "" and value != []


def given_members(document: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a document that are given."""
    return {name: value for name, value in document.items() if is_given(value)}


# Deciding: a function for each part, made once.


def compile_require(require: Mapping[str, Any]) -> Holds:
    """A function that says whether given members keep a well-formed ``require``."""
    parts = [
        _OBJECTS[keyword](value, require)
        for keyword, value in require.items()
        if keyword in _OBJECTS
    ]
    return _all(parts)


def _all(parts: list[Holds]) -> Holds:
    if len(parts) == 1:
        return parts[0]
    return lambda value: all(part(value) for part in parts)


def _any(parts: list[Holds]) -> Holds:
    return lambda value: any(part(value) for part in parts)


def _one(parts: list[Holds]) -> Holds:
    return lambda value: sum(part(value) for part in parts) == 1


def _not(part: Holds) -> Holds:
    return lambda value: not part(value)


def _required(names: list[str]) -> Holds:
    wanted = tuple(names)
    if len(wanted) == 1:
        only = wanted[0]
        return lambda given: only in given
    return lambda given: all(name in given for name in wanted)


def _dependent(table: Mapping[str, list[str]]) -> Holds:
    rows = [(name, _required(others)) for name, others in table.items()]
    return lambda given: all(
        name not in given or present(given) for name, present in rows
    )


def _properties(table: Mapping[str, Mapping[str, Any]]) -> Holds:
    rows = [(name, compile_member(schema)) for name, schema in table.items()]
    return lambda given: all(
        name not in given or holds(given[name]) for name, holds in rows
    )


def _conditional(condition: Mapping[str, Any], around: Mapping[str, Any]) -> Holds:
    test = compile_require(condition)
    then = compile_require(around.get("then", {}))
    otherwise = compile_require(around.get("else", {}))
    return lambda given: then(given) if test(given) else otherwise(given)


_Part: TypeAlias = Callable[[Any, Mapping[str, Any]], Holds]
_OBJECTS: Mapping[str, _Part] = {
    "required": lambda value, _: _required(value),
    "dependentRequired": lambda value, _: _dependent(value),
    "properties": lambda value, _: _properties(value),
    "allOf": lambda value, _: _all([compile_require(fragment) for fragment in value]),
    "anyOf": lambda value, _: _any([compile_require(fragment) for fragment in value]),
    "oneOf": lambda value, _: _one([compile_require(fragment) for fragment in value]),
    "not": lambda value, _: _not(compile_require(value)),
    "if": _conditional,
}


def compile_member(schema: Mapping[str, Any]) -> Holds:
    """The same for the value of one given member."""
    return _all([_MEMBERS[keyword](value) for keyword, value in schema.items()])


def _equals(constant: object) -> Holds:
    wanted = json_identity(constant)
    return lambda value: json_identity(value) == wanted


def _is_one_of(constants: list[object]) -> Holds:
    wanted: frozenset[Hashable] = frozenset(
        json_identity(constant) for constant in constants
    )
    return lambda value: json_identity(value) in wanted


def _sized(kind: type[Any], least: int, most: int | None) -> Holds:
    def holds(value: Any) -> bool:
        if not isinstance(value, kind):
            return True
        size = len(value)
        return least <= size and (most is None or size <= most)

    return holds


def _bounded(bound: Exact | float, *, upper: bool) -> Holds:
    limit = exact_number(bound)

    def holds(value: Any) -> bool:
        if not _is_number(value):
            return True
        number = exact_number(value)
        return number <= limit if upper else number >= limit

    return holds


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


_MEMBERS: Mapping[str, Callable[[Any], Holds]] = {
    "const": _equals,
    "enum": _is_one_of,
    "minItems": lambda value: _sized(list, value, None),
    "maxItems": lambda value: _sized(list, 0, value),
    "minLength": lambda value: _sized(str, value, None),
    "maxLength": lambda value: _sized(str, 0, value),
    "minimum": lambda value: _bounded(value, upper=False),
    "maximum": lambda value: _bounded(value, upper=True),
    "allOf": lambda value: _all([compile_member(fragment) for fragment in value]),
    "anyOf": lambda value: _any([compile_member(fragment) for fragment in value]),
    "not": lambda value: _not(compile_member(value)),
}
