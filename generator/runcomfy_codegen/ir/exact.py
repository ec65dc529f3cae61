"""JSON values with exact numbers, and when two values are equal (JSON Schema, core, section 4.2.2)."""

from __future__ import annotations

import json
import numbers
from collections.abc import Hashable
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias, TypeGuard, cast

from .json_text import is_array, is_object
from .model import Exact, Value, printed

Rational: TypeAlias = int | Fraction
"""An exact number; whole ones are ``int``, whose arithmetic is many times faster."""

ExactJson = Any
"""``None``, ``bool``, ``int``, ``Fraction``, ``str``, ``list`` or ``dict``.

A number with an exponent beyond ±2,000 is a ``Decimal``: as a fraction it could have millions
of digits.
"""


# The longest exponents of doubles that are not rounded towards zero (IEEE 754).
_SMALLEST = Decimal("1e-307")
_LARGEST = Decimal("1e308")


def is_readable_number(value: object) -> TypeGuard[Exact]:
    """Whether a published value is a number in the range of doubles, as those in JSON are.

    Exact arithmetic with others could need millions of digits.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    size = value.copy_abs() if isinstance(value, Decimal) else abs(value)
    return size == 0 or _SMALLEST <= size <= _LARGEST


def rational(published: Exact) -> Rational:
    """A number of the IR as one to calculate with."""
    return published if isinstance(published, int) else reduced(Fraction(published))


def exact_value(value: Value) -> ExactJson:
    """A JSON value with exact numbers: 0.1 is one tenth, and 1.0 is the integer 1."""
    loaded: ExactJson = json.loads(value.text, parse_float=_number)
    return loaded


def reduced(value: Rational) -> Rational:
    """The number as an ``int`` if it is whole."""
    return value.numerator if value.denominator == 1 else value


def quotient(one: Rational, other: Rational) -> Rational:
    """One number divided by another; never a binary float."""
    if isinstance(one, int) and isinstance(other, int):
        return Fraction(one, other) if one % other else one // other
    return reduced(Fraction(one) / other)


def divides(step: Rational, value: Rational) -> bool:
    """Whether a number is a multiple of a step."""
    return value % step == 0


def is_number(value: ExactJson) -> bool:
    """Whether a value is a number; ``true`` is not (section 4.2.1 of the core)."""
    is_numeric = isinstance(value, int | Fraction | Decimal)
    return is_numeric and not isinstance(value, bool)


def comparable(value: Rational | Decimal) -> Rational:
    """A number to compare with limits, which are all readable numbers.

    Every number with a huge exponent is on the same side of them.
    """
    if not isinstance(value, Decimal):
        return value
    end = Fraction(10) ** (_MAX_EXPONENT if value.adjusted() > 0 else -_MAX_EXPONENT)
    return reduced(-end if value < 0 else end)


def json_value(value: ExactJson) -> ExactJson:
    """The value with plain numbers. One that no float names is a ``Decimal``, if it can be."""
    if is_array(value):
        return [json_value(item) for item in value]
    if is_object(value):
        return {name: json_value(item) for name, item in value.items()}
    return _plain(value) if isinstance(value, Fraction) else value


def _plain(value: Fraction) -> float | Decimal:
    number = decimal_of(value)
    return float(value) if number is None else cast("float | Decimal", printed(number))


def decimal_of(value: Fraction) -> Decimal | None:
    """The number as a decimal, exactly; None if it has no end."""
    twos, fives, rest = 0, 0, value.denominator
    while rest % 2 == 0:
        twos, rest = twos + 1, rest // 2
    while rest % 5 == 0:
        fives, rest = fives + 1, rest // 5
    if rest != 1:
        return None
    places = max(twos, fives)
    whole = Decimal(abs(value.numerator) * 10**places // value.denominator)
    return Decimal((int(value < 0), whole.as_tuple().digits, -places))


def decimal_text(value: Rational) -> str:
    """A number as people write it: 4096, 0.33, or 1/3 if there is no finite decimal."""
    fraction = Fraction(value)
    if fraction.denominator == 1:
        return str(fraction.numerator)
    rest = fraction.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1 or fraction.denominator > 10**12:
        return str(fraction)
    return f"{Decimal(fraction.numerator) / Decimal(fraction.denominator):f}"


_MAX_EXPONENT = 2_000


def _number(text: str) -> Rational | Decimal:
    """A number, exactly."""
    number = Decimal(text)
    if number and abs(number.adjusted()) > _MAX_EXPONENT:
        return number
    return reduced(Fraction(number))


# Equality as JSON Schema 2020-12 defines it (core, section 4.2.2).


def equality_key(value: Any) -> Hashable:
    """A hashable key: two JSON values are equal exactly if their keys are.

    1 equals 1.0, True does not equal 1, and the order of members does not matter.
    """
    if is_array(value):
        return ("array", tuple(map(equality_key, value)))
    if is_object(value):
        return ("object", frozenset((k, equality_key(v)) for k, v in value.items()))
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, numbers.Number):
        return ("number", cast("Hashable", value))
    return (type(value).__name__, cast("Hashable", value))
