"""What ``require`` of a limit may say: the keywords of the subset, and what is outside of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple, TypeAlias, cast

from runcomfy_runtime.did_you_mean import did_you_mean_or_list


class MalformedPart(NamedTuple):
    """A part of a limit's ``require`` that is outside of the subset."""

    keys: tuple[str, ...]
    """The keys that lead to it."""
    message: str


_NAMES = "a list of names"
_SOME = "a list of at least one schema"
_SCHEMA = "a schema"
OBJECT_KEYWORDS = {
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
MEMBER_KEYWORDS = {
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


_Walk: TypeAlias = Callable[
    [object, "tuple[str, ...]", "frozenset[str]"], Iterator[MalformedPart]
]


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
        if keyword not in OBJECT_KEYWORDS:
            yield MalformedPart(here, _not_in_subset(keyword, OBJECT_KEYWORDS))
        elif keyword in ("then", "else") and "if" not in members:
            yield MalformedPart(here, "is only allowed next to 'if'")
        elif keyword in ("allOf", "anyOf", "oneOf"):
            yield from _malformed_list(value, here, names, _malformed_object)
        elif OBJECT_KEYWORDS[keyword] is _SCHEMA:
            yield from _malformed_object(value, here, names)
        else:
            yield from _malformed_names(keyword, value, here, names)


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
        yield MalformedPart(keys, f"must be {OBJECT_KEYWORDS[keyword]}")
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
        wanted = MEMBER_KEYWORDS.get(keyword)
        if wanted is None:
            yield MalformedPart(here, _not_in_subset(keyword, MEMBER_KEYWORDS))
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
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            return False
        return Decimal(value).is_finite()
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
    return f"is not a keyword that limits have{did_you_mean_or_list(keyword, allowed)}"
