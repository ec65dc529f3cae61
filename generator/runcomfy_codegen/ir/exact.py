"""JSON values with exact numbers, and when two values are equal (JSON Schema, core, section 4.2.2)."""

from __future__ import annotations

import json
import numbers
from collections.abc import Hashable
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias, TypeGuard, cast

from .json_text import is_array, is_object
from .model import Exact, Value

Rational: TypeAlias = int | Fraction
"""An exact number; whole ones are ``int``, whose arithmetic is many times faster."""

ExactJson = Any
"""``None``, ``bool``, ``int``, ``Fraction``, ``str``, ``list`` or ``dict``."""


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
    return isinstance(value, int | Fraction) and not isinstance(value, bool)


def json_value(value: ExactJson) -> ExactJson:
    """The value with plain numbers, which the ``json`` module can write."""
    if is_array(value):
        return [json_value(item) for item in value]
    if is_object(value):
        return {name: json_value(item) for name, item in value.items()}
    return float(value) if isinstance(value, Fraction) else value


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


def _number(text: str) -> Rational:
    """A number exactly, or one as far beyond every limit if it has millions of digits."""
    number = Decimal(text)
    size = number.adjusted() if number else 0
    if abs(size) > _MAX_EXPONENT:
        end = Fraction(10) ** (_MAX_EXPONENT if size > 0 else -_MAX_EXPONENT)
        return reduced(-end if number < 0 else end)
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
