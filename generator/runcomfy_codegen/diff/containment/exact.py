"""JSON values with exact numbers, and their equality as JSON Schema 2020-12 defines it."""

from __future__ import annotations

import json
from collections.abc import Hashable
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

from ...ir.json_text import is_array, is_object
from ...ir.model import Exact, Value

Json = Any
"""``None``, ``bool``, ``int``, ``Fraction``, ``str``, ``list`` or ``dict``."""


def exact(number: Exact) -> Fraction:
    """An exact number of the IR as a fraction."""
    return Fraction(number)


def loaded(value: Value) -> Json:
    """A carried value; 0.1 is one tenth, and 1.0 is the integer 1."""
    told: Json = json.loads(value.text, parse_float=_number)
    return told


def number(value: Fraction) -> int | Fraction:
    """A fraction as an integer if it is one."""
    return value.numerator if value.denominator == 1 else value


def is_number(value: Json) -> bool:
    """Whether a value is a number; ``true`` is none (section 4.2.1 of the core)."""
    return isinstance(value, int | Fraction) and not isinstance(value, bool)


def identity(value: Json) -> Hashable:
    """Something that is equal for equal JSON values, and for no others."""
    if is_array(value):
        return ("array", tuple(map(identity, value)))
    if is_object(value):
        return ("object", frozenset((k, identity(v)) for k, v in value.items()))
    if is_number(value):
        return ("number", Fraction(value))
    return (type(value).__name__, cast("Hashable", value))


def printed(value: Json) -> Json:
    """A value as the ``json`` module writes it."""
    if is_array(value):
        return [printed(item) for item in value]
    if is_object(value):
        return {name: printed(item) for name, item in value.items()}
    return float(value) if isinstance(value, Fraction) else value


def decimal_text(value: Fraction | int) -> str:
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


def _number(text: str) -> int | Fraction:
    return number(Fraction(text))
