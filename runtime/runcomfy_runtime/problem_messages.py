"""The message for each kind of schema error: keyword, sentence, limit, actual value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, cast

from .escaping import quoted
from .value_hints import choice_hint, type_hint


class ExpectedType(NamedTuple):
    """The expected type of a value: for people, and as JSON Schema names it."""

    phrase: str
    name: str


TYPES: Mapping[str, ExpectedType] = {
    "string_type": ExpectedType("a string", "string"),
    "string_unicode": ExpectedType("a string of Unicode text", "string"),
    "int_type": ExpectedType("an integer", "integer"),
    "int_from_float": ExpectedType("an integer", "integer"),
    "float_type": ExpectedType("a number", "number"),
    "finite_number": ExpectedType("a finite number", "number"),
    "bool_type": ExpectedType("true or false", "boolean"),
    "list_type": ExpectedType("a list", "array"),
    "dict_type": ExpectedType("an object", "object"),
    "model_type": ExpectedType("an object", "object"),
    "model_attributes_type": ExpectedType("an object", "object"),
    "none_required": ExpectedType("null", "null"),
}
"""pydantic's kinds of type error, and the expected type of each."""


class ProblemMessage(NamedTuple):
    """One problem without its location: the field's name is the subject of the sentence."""

    code: str
    text: str
    limit: object = None
    actual: object = None


def message_for(
    kind: str, context: Mapping[str, Any], value: object, message: str
) -> ProblemMessage:
    """The message for one error of pydantic, from its kind, its context and the value."""
    if kind in TYPES:
        return wrong_type([TYPES[kind]], value)
    if kind == "missing":
        return ProblemMessage("required", "is required")
    if kind in _LIMIT_MESSAGES:
        key, message_of = _LIMIT_MESSAGES[kind]
        return message_of(context.get(key), value)
    return ProblemMessage("invalid", f"is invalid: {message}", None, _shortened(value))


def wrong_type(expected: Iterable[ExpectedType], value: object) -> ProblemMessage:
    """The message for a value that has none of the expected types.

    Its limit is the value of ``type`` in JSON Schema: one name, or several.
    """
    types = dict.fromkeys(expected)
    phrases = " or ".join(dict.fromkeys(type_.phrase for type_ in types))
    first, *others = dict.fromkeys(type_.name for type_ in types)
    limit = (first, *others) if others else first
    names = [type_.name for type_ in types]
    text = f"must be {phrases}, not {quoted(value)}{type_hint(names, value)}"
    return ProblemMessage("type", text, limit, _shortened(value))


def _shortened(value: object) -> object:
    """The invalid value, shortened to what a report should contain."""
    if isinstance(value, (bool, int, float)) or value is None:
        return value
    if isinstance(value, str) and len(value) <= 200:
        return value
    return quoted(value, 200)


_LimitMessage = Callable[[Any, Any], ProblemMessage]


def _number(code: str, phrase: str) -> _LimitMessage:
    def message_of(limit: Any, value: Any) -> ProblemMessage:
        return ProblemMessage(
            code, f"must be {phrase} {limit}, not {quoted(value)}", limit, value
        )

    return message_of


def _length(code: str, phrase: str, noun: str, bound: str) -> _LimitMessage:
    def message_of(limit: Any, value: Any) -> ProblemMessage:
        size = len(value)
        text = f"{phrase}: {size} {noun}{'s' * (size != 1)}, {bound} {limit}"
        return ProblemMessage(code, text, limit, size)

    return message_of


def _pattern(limit: Any, value: Any) -> ProblemMessage:
    text = f"must match the pattern {quoted(limit, 120)}; {quoted(value)} does not"
    return ProblemMessage("pattern", text, limit, _shortened(value))


def _choice(limit: Any, value: Any) -> ProblemMessage:
    values = cast(tuple[object, ...], limit if isinstance(limit, tuple) else (limit,))
    if not values:
        text = "can have no value: the published schema accepts none"
        return ProblemMessage("enum", text, values, _shortened(value))
    choices = ", ".join(quoted(choice) for choice in values[:12])
    choices += f" and {len(values) - 12} others" if len(values) > 12 else ""
    return ProblemMessage(
        "enum",
        f"must be one of {choices}; {quoted(value)} is not{choice_hint(values, value)}",
        values,
        _shortened(value),
    )


def _unique(limit: Any, value: Any) -> ProblemMessage:
    text = f"holds the same item twice: item {limit} comes again"
    return ProblemMessage("uniqueItems", text, None, _shortened(value))


_LIMIT_MESSAGES: Mapping[str, tuple[str, _LimitMessage]] = {
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
"""Kind of error, the key of the limit in its context, and the message."""
