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

Number: TypeAlias = int | Fraction
"""An exact number; whole ones are ``int``, whose arithmetic is many times faster."""

Json = Any
"""``None``, ``bool``, ``int``, ``Fraction``, ``str``, ``list`` or ``dict``."""


def exact(told: Exact) -> Number:
    """An exact number of the IR, as it is reckoned with here."""
    return told if isinstance(told, int) else number(Fraction(told))


def loaded(value: Value) -> Json:
    """A carried value; 0.1 is one tenth, and 1.0 is the integer 1."""
    told: Json = json.loads(value.text, parse_float=_number)
    return told


def number(value: Number) -> Number:
    """A fraction as an integer if it is one."""
    return value.numerator if value.denominator == 1 else value


def quotient(one: Number, other: Number) -> Number:
    """One number divided by another; never a binary float."""
    if isinstance(one, int) and isinstance(other, int):
        return Fraction(one, other) if one % other else one // other
    return number(Fraction(one) / other)


def divides(step: Number, value: Number) -> bool:
    """Whether a number is a multiple of a step."""
    return value % step == 0


def is_number(value: Json) -> bool:
    """Whether a value is a number; ``true`` is none (section 4.2.1 of the core)."""
    return isinstance(value, int | Fraction) and not isinstance(value, bool)


def printed(value: Json) -> Json:
    """A value as the ``json`` module writes it."""
    if is_array(value):
        return [printed(item) for item in value]
    if is_object(value):
        return {name: printed(item) for name, item in value.items()}
    return float(value) if isinstance(value, Fraction) else value


def decimal_text(value: Number) -> str:
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


def _number(text: str) -> Number:
    return number(Fraction(text))


# Equality of JSON values as JSON Schema 2020-12 defines it (core, section 4.2.2).


def identity(value: Any) -> Hashable:
    """Something that is equal for equal JSON values, and for no others.

    1 is 1.0, True is not 1, and the order of an object's members says nothing.
    """
    if is_array(value):
        return ("array", tuple(map(identity, value)))
    if is_object(value):
        return ("object", frozenset((k, identity(v)) for k, v in value.items()))
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, numbers.Number):
        return ("number", cast("Hashable", value))
    return (type(value).__name__, cast("Hashable", value))
