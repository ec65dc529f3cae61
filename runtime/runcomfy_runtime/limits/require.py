"""What a limit requires: a closed subset of JSON Schema over the members that are given.

A member is *given* if it is there and is not null, ``""`` or ``[]``. The subset is one table
for objects and one for their members; ``malformed_parts`` says what is outside of it, and
``compile_require`` makes a function of it that decides a document.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias, cast

from ..exact_numbers import Exact, exact_number, json_identity

Holds: TypeAlias = Callable[[Any], bool]
"""Whether the given members, or the value of one of them, keep a part of a limit."""


def is_given(value: object) -> bool:
    """Whether a member of a document counts as given."""
    return value is not None and value != "" and value != []


def given_members(document: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a document that are given."""
    return {name: value for name, value in document.items() if is_given(value)}


# The closed subset: which keywords there are, and what they hold.


class MalformedPart(NamedTuple):
    """A part of a limit's ``require`` that is outside of the subset."""

    keys: tuple[str, ...]
    """The keys that lead to it."""
    message: str


_NAMES = "a list of names"
_SOME = "a list of at least one schema"
_SCHEMA = "a schema"
_OBJECT_KEYWORDS = {
    "required": _NAMES,
    "dependentRequired": "a table of lists of names",
    "properties": "a table of schemas",
    "allOf": _SOME,
    "anyOf": _SOME,
    "oneOf": _SOME,
    "not": _SCHEMA,
    "if": _SCHEMA,
    "then": _SCHEMA,
    "else": _SCHEMA,
}
_COUNT = "a whole number that is not negative"
_NUMBER = "a number"
_VALUES = "a list of at least one JSON value"
_MEMBER_KEYWORDS = {
    "const": "a JSON value",
    "enum": _VALUES,
    "minItems": _COUNT,
    "maxItems": _COUNT,
    "minLength": _COUNT,
    "maxLength": _COUNT,
    "minimum": _NUMBER,
    "maximum": _NUMBER,
    "allOf": _SOME,
    "anyOf": _SOME,
    "not": _SCHEMA,
}


def malformed_parts(require: object, names: frozenset[str]) -> Iterator[MalformedPart]:
    """Everything in ``require`` that is outside of the subset, or about other names."""
    yield from _malformed_object(require, (), names)


def _malformed_object(
    schema: object, keys: tuple[str, ...], names: frozenset[str]
) -> Iterator[MalformedPart]:
    members = _table(schema)
    if members is None:
        yield MalformedPart(keys, "must be a table of keywords")
        return
    if not members and not keys:
        yield MalformedPart(keys, "requires nothing")
    for keyword, value in members.items():
        here = (*keys, keyword)
        if keyword not in _OBJECT_KEYWORDS:
            yield MalformedPart(here, _not_in_subset(keyword, _OBJECT_KEYWORDS))
        elif keyword in ("then", "else") and "if" not in members:
            yield MalformedPart(here, "is only allowed next to 'if'")
        elif keyword in ("allOf", "anyOf", "oneOf"):
            yield from _malformed_list(value, here, names, _malformed_object)
        elif _OBJECT_KEYWORDS[keyword] is _SCHEMA:
            yield from _malformed_object(value, here, names)
        else:
            yield from _malformed_names(keyword, value, here, names)


_Walk: TypeAlias = Callable[
    [object, "tuple[str, ...]", "frozenset[str]"], Iterator[MalformedPart]
]


def _malformed_list(
    value: object, keys: tuple[str, ...], names: frozenset[str], walk: _Walk
) -> Iterator[MalformedPart]:
    if not isinstance(value, list) or not value:
        yield MalformedPart(keys, f"must be {_SOME}")
        return
    for index, schema in enumerate(cast(list[object], value)):
        yield from walk(schema, (*keys, str(index)), names)


def _malformed_names(
    keyword: str, value: object, keys: tuple[str, ...], names: frozenset[str]
) -> Iterator[MalformedPart]:
    """What is wrong with ``required``, ``dependentRequired`` or ``properties``."""
    if keyword == "required":
        yield from _unlisted(value, keys, names)
        return
    members = _table(value)
    if members is None:
        yield MalformedPart(keys, f"must be {_OBJECT_KEYWORDS[keyword]}")
        return
    for name, inner in members.items():
        if name not in names:
            yield MalformedPart((*keys, name), _unlisted_name(name))
        if keyword == "properties":
            yield from _malformed_member(inner, (*keys, name), names)
        else:
            yield from _unlisted(inner, (*keys, name), names)


def _unlisted(
    value: object, keys: tuple[str, ...], names: frozenset[str]
) -> Iterator[MalformedPart]:
    listed = cast(list[object], value) if isinstance(value, list) else [None]
    if not all(isinstance(name, str) for name in listed):
        yield MalformedPart(keys, f"must be {_NAMES}")
        return
    for name in map(str, listed):
        if name not in names:
            yield MalformedPart(keys, _unlisted_name(name))


def _unlisted_name(name: str) -> str:
    return f"names {name!r:.80}, which is not in 'fields'"


def _malformed_member(
    schema: object, keys: tuple[str, ...], names: frozenset[str]
) -> Iterator[MalformedPart]:
    members = _table(schema)
    if members is None:
        yield MalformedPart(keys, "must be a table of keywords")
        return
    for keyword, value in members.items():
        here = (*keys, keyword)
        wanted = _MEMBER_KEYWORDS.get(keyword)
        if wanted is None:
            yield MalformedPart(here, _not_in_subset(keyword, _MEMBER_KEYWORDS))
        elif wanted is _SOME:
            yield from _malformed_list(value, here, names, _malformed_member)
        elif wanted is _SCHEMA:
            yield from _malformed_member(value, here, names)
        elif not _fits(wanted, value):
            yield MalformedPart(here, f"must be {wanted}")


def _fits(wanted: str, value: object) -> bool:
    if wanted is _COUNT:
        return type(value) is int and value >= 0
    if wanted is _NUMBER:
        return _is_number(value) and Decimal(cast(Any, value)).is_finite()
    return _is_json(value) and (wanted is not _VALUES or _has_items(value))


def _has_items(value: object) -> bool:
    return isinstance(value, list) and bool(cast(list[object], value))


def _is_json(value: object) -> bool:
    """Whether a value of TOML is one of JSON: no date, no time, no NaN, no infinity."""
    if isinstance(value, list):
        return all(map(_is_json, cast(list[object], value)))
    if isinstance(value, dict):
        return all(map(_is_json, cast(dict[str, object], value).values()))
    if isinstance(value, float | Decimal):
        return Decimal(value).is_finite()
    return isinstance(value, str | int | bool)


def _table(value: object) -> dict[str, object] | None:
    return cast(dict[str, object], value) if isinstance(value, dict) else None


def _not_in_subset(keyword: str, allowed: Mapping[str, str]) -> str:
    from ..did_you_mean import did_you_mean_or_list

    return f"is not a keyword that limits have{did_you_mean_or_list(keyword, allowed)}"


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
