"""What is said about each kind of schema error: keyword, sentence, limit, actual value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, cast

from .escaping import quoted


class Wanted(NamedTuple):
    """The type that a value should have had: for people, and as JSON Schema calls it."""

    phrase: str
    name: str


TYPES: Mapping[str, Wanted] = {
    "string_type": Wanted("a string", "string"),
    "string_unicode": Wanted("a string of Unicode text", "string"),
    "int_type": Wanted("an integer", "integer"),
    "int_from_float": Wanted("an integer", "integer"),
    "float_type": Wanted("a number", "number"),
    "finite_number": Wanted("a finite number", "number"),
    "bool_type": Wanted("true or false", "boolean"),
    "list_type": Wanted("a list", "array"),
    "dict_type": Wanted("an object", "object"),
    "model_type": Wanted("an object", "object"),
    "model_attributes_type": Wanted("an object", "object"),
    "none_required": Wanted("null", "null"),
}
"""pydantic's kinds of type error, and the type that was wanted."""


class Saying(NamedTuple):
    """One problem, before it is known where: the sentence goes on from the field's name."""

    code: str
    text: str
    limit: object = None
    actual: object = None


def said(kind: str, context: Mapping[str, Any], value: object, message: str) -> Saying:
    """The saying for one error of pydantic's, by its kind, its context and the value."""
    if kind in TYPES:
        return mistyped([TYPES[kind]], value)
    if kind == "missing":
        return Saying("required", "is required")
    if kind in _BOUNDS:
        key, saying = _BOUNDS[kind]
        return saying(context.get(key), value)
    return Saying("invalid", f"is invalid: {message}", None, _kept(value))


def mistyped(wanted: Iterable[Wanted], value: object) -> Saying:
    """The saying for a value of another type than those wanted.

    Its limit is what ``type`` would be in JSON Schema: one name, or several.
    """
    types = dict.fromkeys(wanted)
    phrases = " or ".join(dict.fromkeys(each.phrase for each in types))
    first, *others = dict.fromkeys(each.name for each in types)
    limit = (first, *others) if others else first
    text = f"must be {phrases}, not {quoted(value)}"
    return Saying("type", text, limit, _kept(value))


def _kept(value: object) -> object:
    """The offending value as far as a report should carry it."""
    if isinstance(value, (bool, int, float)) or value is None:
        return value
    if isinstance(value, str) and len(value) <= 200:
        return value
    return quoted(value, 200)


_Bound = Callable[[Any, Any], Saying]


def _number(code: str, phrase: str) -> _Bound:
    def saying(limit: Any, value: Any) -> Saying:
        return Saying(
            code, f"must be {phrase} {limit}, not {quoted(value)}", limit, value
        )

    return saying


def _length(code: str, phrase: str, noun: str, bound: str) -> _Bound:
    def saying(limit: Any, value: Any) -> Saying:
        size = len(value)
        text = f"{phrase}: {size} {noun}{'s' * (size != 1)}, {bound} {limit}"
        return Saying(code, text, limit, size)

    return saying


def _pattern(limit: Any, value: Any) -> Saying:
    text = f"must match the pattern {quoted(limit, 120)}; {quoted(value)} does not"
    return Saying("pattern", text, limit, _kept(value))


def _choice(limit: Any, value: Any) -> Saying:
    values = cast(tuple[object, ...], limit if isinstance(limit, tuple) else (limit,))
    choices = ", ".join(quoted(choice) for choice in values[:12])
    choices += f" and {len(values) - 12} others" if len(values) > 12 else ""
    return Saying(
        "enum",
        f"must be one of {choices}; {quoted(value)} is not",
        values,
        _kept(value),
    )


def _unique(limit: Any, value: Any) -> Saying:
    text = f"holds the same item twice: item {limit} comes again"
    return Saying("uniqueItems", text, None, _kept(value))


_BOUNDS: Mapping[str, tuple[str, _Bound]] = {
    "greater_than_equal": ("ge", _number("minimum", "at least")),
    "greater_than": ("gt", _number("exclusiveMinimum", "more than")),
    "less_than_equal": ("le", _number("maximum", "at most")),
    "less_than": ("lt", _number("exclusiveMaximum", "less than")),
    "multiple_of": ("multiple_of", _number("multipleOf", "a multiple of")),
    "string_too_short": (
        "min_length",
        _length("minLength", "is too short", "character", "at least"),
    ),
    "string_too_long": (
        "max_length",
        _length("maxLength", "is too long", "character", "at most"),
    ),
    "too_short": (
        "min_length",
        _length("minItems", "has too few items", "item", "at least"),
    ),
    "too_long": (
        "max_length",
        _length("maxItems", "has too many items", "item", "at most"),
    ),
    "string_pattern_mismatch": ("pattern", _pattern),
    "literal_error": ("expected", _choice),
    "one_of": ("limit", _choice),
    "unique_items": ("first", _unique),
}
"""Kind of error, the key of its context that holds the limit, and what is said."""
