"""Exact checks of numbers, in place of pydantic's, in the validator of an input class.

An int in a number field stays an int, and a whole float in an integer field becomes one.
Loaded when the first validator of an input is built.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from pydantic_core import (
    CoreSchema,
    PydanticKnownError,
    PydanticSerializationError,
    core_schema,
)

from .constraint import OneOf
from .escaping import quoted
from .exact_numbers import Exact, exact_number, is_multiple, whole_number
from .input_schema import described_as
from .media_fields import TAKES_FILES

if TYPE_CHECKING:
    from pydantic import SerializationInfo

Check: TypeAlias = Callable[[Any], Any]

_LARGEST = sys.float_info.max


# The limits of a number field.


class _Limits:
    """The limits of a number field, as floats for floats and as ints for ints.

    Rounding keeps the order of numbers. So a float compares with the float next to a limit
    as its decimal compares with the limit.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.stated = [(word, schema[word]) for word in _WORDS if word in schema]
        exact = {word: exact_number(limit) for word, limit in self.stated}
        self.step = exact.pop("multiple_of", None)
        lows = [(exact[word], word == "gt") for word in ("ge", "gt") if word in exact]
        highs = [(exact[word], word == "lt") for word in ("le", "lt") if word in exact]
        self.float_low = max((_float_from(*low) for low in lows), default=-_LARGEST)
        self.float_high = min((_float_to(*high) for high in highs), default=_LARGEST)
        self.int_low = max((_int_from(*low) for low in lows), default=-math.inf)
        self.int_high = min((_int_to(*high) for high in highs), default=math.inf)

    def broken(self, number: float) -> Iterator[tuple[str, Any]]:
        """The limits that a finite number breaks, in pydantic's order."""
        exact = exact_number(number)
        for word, limit in self.stated:
            if not _WORDS[word][1](number, exact, exact_number(limit)):
                yield word, limit


def _float_from(limit: Exact, is_open: bool) -> float:
    """The smallest float that is not below a limit, or above it if the limit is open."""
    try:
        nearest = float(limit)
    except OverflowError:
        nearest = math.inf if limit > 0 else -math.inf
    if math.isinf(nearest):
        return max(nearest, -_LARGEST)
    exact = exact_number(nearest)
    if exact < limit or (is_open and exact == limit):
        return math.nextafter(nearest, math.inf)
    return nearest


def _float_to(limit: Exact, is_open: bool) -> float:
    return -_float_from(_negated(limit), is_open)


def _int_from(limit: Exact, is_open: bool) -> int:
    return math.floor(limit) + 1 if is_open else math.ceil(limit)


def _int_to(limit: Exact, is_open: bool) -> int:
    return -_int_from(_negated(limit), is_open)


def _negated(limit: Exact) -> Exact:
    # The minus of a Decimal rounds to 28 digits.
    return limit.copy_negate() if isinstance(limit, Decimal) else -limit


# Each limit: pydantic's name for the error, and whether a number keeps to the limit.
_WORDS: Mapping[str, tuple[str, Callable[[float, Exact, Exact], bool]]] = {
    "multiple_of": ("multiple_of", lambda number, _, step: is_multiple(number, step)),
    "le": ("less_than_equal", lambda _, number, limit: number <= limit),
    "lt": ("less_than", lambda _, number, limit: number < limit),
    "ge": ("greater_than_equal", lambda _, number, limit: number >= limit),
    "gt": ("greater_than", lambda _, number, limit: number > limit),
}


def number_check(schema: Mapping[str, Any]) -> Check:
    """The check of a number field with these limits. It returns ints and floats unchanged."""
    limits = _Limits(schema)
    float_low, float_high = limits.float_low, limits.float_high
    int_low, int_high, step = limits.int_low, limits.int_high, limits.step

    def check(value: Any) -> Any:
        if type(value) is float:
            within = float_low <= value <= float_high
        else:
            within = type(value) is int and int_low <= value <= int_high
        if within and (step is None or is_multiple(value, step)):
            return value
        return _checked_slowly(value, limits)

    return check


def _checked_slowly(value: Any, limits: _Limits) -> float:
    """The number in a value of another class, or the error of pydantic."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise PydanticKnownError("float_type")
    number = float(value) if isinstance(value, float) else int(value)
    if isinstance(number, float) and not math.isfinite(number):
        raise PydanticKnownError("finite_number")
    for word, limit in limits.broken(number):
        shown = str(limit) if isinstance(limit, Decimal) else limit
        raise PydanticKnownError(cast(Any, _WORDS[word][0]), {word: shown})
    return number


# Putting the checks into the schema of a validator.


def with_exact_numbers(schema: CoreSchema) -> CoreSchema:
    """The schema of a validator with exact checks of numbers. Classes inside keep theirs."""
    node = cast(dict[str, Any], schema)
    match node.get("type"):
        case "int":
            return core_schema.no_info_before_validator_function(whole_number, schema)
        case "float":
            # A copy: the schema itself is changed when the class is used again.
            return core_schema.no_info_plain_validator_function(
                number_check(node), metadata=described_as({**node})
            )
        case "literal" if any(type(value) is int for value in node["expected"]):
            return _literal(node["expected"])
        case "function-before" if node["function"]["function"] is whole_number:
            return schema
        case "function-wrap" if node["function"]["function"] is _text_or_file:
            return schema
        case _ if _takes_files(node):
            return core_schema.no_info_wrap_validator_function(
                _text_or_file, schema, serialization=_DUMP
            )
        case "model" | "definition-ref":
            return schema
        case _:
            _replace_inside(node)
            return schema


def _takes_files(node: Mapping[str, Any]) -> bool:
    """Whether this reads the text of a media field, with all its limits."""
    match node.get("type"):
        case "str":
            return TAKES_FILES in node.get("metadata", ())
        case "chain":
            return _takes_files(node["steps"][0])
        case "function-after" | "function-before" | "custom-error":
            return _takes_files(node["schema"])
        case _:
            return False


def _text_or_file(value: Any, check: Check) -> Any:
    """A local file as it is; a text by its schema. A text never becomes a file."""
    return value if isinstance(value, Path) else check(value)


def _dumped(value: Any, info: SerializationInfo) -> Any:
    """A text or a local file. pydantic would write a file to JSON as its path."""
    if isinstance(value, Path) and info.mode == "json":
        raise PydanticSerializationError(
            f"{quoted(value.name)} is a local file, which JSON cannot hold: the client reads it "
            "when it submits. Give inline(path) to have its content here"
        )
    return value


_DUMP = core_schema.plain_serializer_function_ser_schema(_dumped, info_arg=True)


def exact_class(schema: CoreSchema) -> None:
    """Put exact checks of numbers into the schema of a class."""
    _replace_inside(cast(dict[str, Any], schema))


def read_as_document(schema: CoreSchema, as_document: Check) -> None:
    """Let a class turn its instances into documents first.

    The schema itself changes: pydantic refers to it wherever the class is used again.
    """
    node = cast(dict[str, Any], schema)
    if node["type"] == "function-before":
        return
    inner = {key: node[key] for key in node if key != "ref"}
    before = core_schema.no_info_before_validator_function(
        as_document, cast(CoreSchema, inner), ref=node.get("ref")
    )
    node.clear()
    node.update(before)


def _replace_inside(node: dict[str, Any]) -> None:
    for key in node.keys() & _INNER:
        node[key] = with_exact_numbers(node[key])
    for field in node.get("fields", {}).values():
        _replace_inside(field)
    if node.get("type") == "union":
        node["choices"] = [_choice(choice) for choice in node["choices"]]


def _choice(choice: CoreSchema | tuple[CoreSchema, str]) -> Any:
    """An option of a union, which may have a label."""
    if isinstance(choice, tuple):
        schema, label = choice
        return with_exact_numbers(schema), label
    return with_exact_numbers(choice)


_INNER = frozenset(
    {"schema", "items_schema", "keys_schema", "values_schema", "extras_schema"}
)
"""The keys under which the schema of a validator holds another."""


def _literal(expected: list[Any]) -> CoreSchema:
    """A ``Literal`` with integers. That of pydantic accepts a ``Decimal``, and refuses its own
    integers if they need more than 64 bits.
    """
    integers = frozenset(value for value in expected if type(value) is int)
    choice = OneOf(*expected)

    def check(value: Any) -> Any:
        if type(value) is int and value in integers:
            return value
        return choice.check(value)

    return core_schema.no_info_plain_validator_function(
        check, metadata=described_as(core_schema.literal_schema(expected))
    )
