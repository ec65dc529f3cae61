"""What is said about each kind of schema error: keyword, sentence, limit, actual value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, cast

from .quotation import quoted

TYPES: Mapping[str, str] = {
    "string_type": "a string",
    "string_unicode": "a string of Unicode text",
    "int_type": "an integer",
    "int_from_float": "an integer",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "none_required": "null",
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
        return mistyped(TYPES[kind], value)
    if kind == "missing":
        return Saying("required", "is required")
    if kind in _BOUNDS:
        key, saying = _BOUNDS[kind]
        return saying(context.get(key), value)
    return Saying("invalid", f"is invalid: {message}", None, _kept(value))


def mistyped(expected: str, value: object) -> Saying:
    """The saying for a value of another type than the one expected."""
    text = f"must be {expected}, not {quoted(value)}"
    return Saying("type", text, expected, _kept(value))


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
