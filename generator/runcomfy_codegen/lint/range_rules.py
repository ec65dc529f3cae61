"""The rule about a range that the description of a number states, and the schema states otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias

from ..ir.diagnostic import Severity
from ..ir.exact import decimal_text
from ..ir.model import Choice, Field, Numeric, without_null
from ..prose.reader import stated_ranges
from ..prose.subject import Subject
from .rule import each_field, lint_rule

_Range: TypeAlias = tuple[Fraction, Fraction]
_FACTORS = tuple(
    Fraction(*pair) for pair in ((1, 1), (1000, 1), (1, 1000), (60, 1), (1, 60))
)
"""Between the unit of a description and that of a field: seconds, milliseconds, minutes."""


@lint_rule(
    "range-against-description",
    Severity.WARNING,
    summary="The description of a number states another range than the schema.",
    why="A caller who trusts the description sends numbers that are refused, or misses some.",
    before=(
        '{"duration": {"type": "integer", "minimum": 4, "maximum": 15, "description": '
        '"Between 5 and 30 seconds."}}'
    ),
    after=(
        '{"duration": {"type": "integer", "minimum": 5, "maximum": 30, "description": '
        '"Between 5 and 30 seconds."}}'
    ),
    advice="The schema decides. Ask the publisher which of the two is meant.",
)
@each_field
def range_against_description(field: Field, pointer: str) -> Iterator[tuple[str, str]]:
    """A number whose description states one range, and no reading of it is the schema's."""
    quote, bounds = other_range(field)
    if bounds is not None:
        shown = " to ".join(map(decimal_text, bounds))
        yield f"{pointer}/description", (
            f"{field.wire_name!r} accepts {shown}, and the description says {quote!r}"
        )


def other_range(field: Field) -> tuple[str, _Range | None]:
    """The words that state another range than the schema, and that of the schema."""
    bounds = _bounds(field)
    if bounds is None:
        return "", None
    number = replace(field, type=Numeric(integral=False))
    ranges = stated_ranges(Subject(number, ""))
    if len({stated for _, stated in ranges}) != 1:
        return "", None
    quote, (low, high) = ranges[0]
    same = any((low * factor, high * factor) == bounds for factor in _FACTORS)
    return ("", None) if same else (quote, bounds)


def _bounds(field: Field) -> _Range | None:
    """The least and the greatest number that a field accepts, if both are stated."""
    match without_null(field.type):
        case Numeric() as kind:
            low = kind.minimum if kind.minimum is not None else kind.exclusive_minimum
            high = kind.maximum if kind.maximum is not None else kind.exclusive_maximum
        case Choice(values=values):
            numbers = [value.exact() for value in values]
            if not numbers or not all(type(each) is int for each in numbers):
                return None
            low, high = min(numbers), max(numbers)
        case _:
            return None
    if low is None or high is None:
        return None
    return Fraction(low), Fraction(high)


RULES = (range_against_description,)
