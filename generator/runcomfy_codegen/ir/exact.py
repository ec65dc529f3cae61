"""JSON values with exact numbers, and when two values are equal (JSON Schema, core, section 4.2.2)."""

from __future__ import annotations

import json
import numbers
from collections.abc import Hashable
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias, cast

from .json_text import is_array, is_object
from .model import Exact, Value

Rational: TypeAlias = int | Fraction
"""An exact number; whole ones are ``int``, whose arithmetic is many times faster."""

ExactJson = Any
"""``None``, ``bool``, ``int``, ``Fraction``, ``str``, ``list`` or ``dict``."""


def rational(told: Exact) -> Rational:
    """An exact number of the IR, as it is reckoned with here."""
    return told if isinstance(told, int) else reduced(Fraction(told))


def exact_value(value: Value) -> ExactJson:
    """A carried value; 0.1 is one tenth, and 1.0 is the integer 1."""
    told: ExactJson = json.loads(value.text, parse_float=_number)
    return told


def reduced(value: Rational) -> Rational:
    """A fraction as an integer if it is one."""
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
    """Whether a value is a number; ``true`` is none (section 4.2.1 of the core)."""
    return isinstance(value, int | Fraction) and not isinstance(value, bool)


def json_value(value: ExactJson) -> ExactJson:
    """A value as the ``json`` module writes it."""
    if is_array(value):
        return [json_value(item) for item in value]
    if is_object(value):
        return {name: json_value(item) for name, item in value.items()}
    return float(value) if isinstance(value, Fraction) else value


def decimal_text(value: Rational) -> str:
    """A number as people write it: 4096, 0.33, or 1/3 where no decimal ends."""
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


def _number(text: str) -> Rational:
    return reduced(Fraction(text))


# Equality of JSON values as JSON Schema 2020-12 defines it (core, section 4.2.2).


def equality_key(value: Any) -> Hashable:
    """Something that is equal for equal JSON values, and for no others.

    1 is 1.0, True is not 1, and the order of an object's members says nothing.
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
