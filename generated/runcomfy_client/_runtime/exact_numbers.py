"""Exact arithmetic of JSON numbers: no answer depends on how a binary float is rounded.

A float counts as the shortest decimal that names it, which is what JSON sends: 0.3 is three
tenths, and a multiple of 0.1. The client, the sandbox and the generator all decide here.
"""

from __future__ import annotations

from collections.abc import Hashable
from decimal import Context, Decimal
from pathlib import PurePath
from typing import Any, TypeAlias, cast

Exact: TypeAlias = int | Decimal

_DIGITS = 2_000
_WIDE = Context(prec=_DIGITS)
"""Enough digits for the quotient of any two doubles."""
_LONG = 10 ** (_DIGITS + 1)
"""From here on a whole number is written with an exponent, whatever its type."""
_WHOLE_FROM = 2.0**53
"""From here on every float is whole, and not always the decimal that names it."""


def exact_number(value: float | Decimal) -> Exact:
    """The number that JSON writes: of a float, the shortest decimal that names it.

    Whole numbers are ints, unless they have thousands of digits.
    """
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        if value.is_integer() and abs(value) < _WHOLE_FROM:
            return int(value)
        value = Decimal(float.__repr__(value))
    return int(value) if _is_whole(value) else value


def number_text(value: float | Decimal) -> str:
    """A number's only spelling: equal numbers have equal texts, whatever their types."""
    exact = exact_number(value)
    if isinstance(exact, int) and abs(exact) < _LONG:
        return str(int(exact))
    return str(_shortest(Decimal(exact)))


def _shortest(value: Decimal) -> Decimal:
    """The same number without zeros at its end; nothing is rounded. Zero has no sign."""
    sign, digits, exponent = value.as_tuple()
    if not value.is_finite():
        return value
    kept = len(digits)
    while kept > 1 and digits[kept - 1] == 0:
        kept -= 1
    if digits[:kept] == (0,):
        return Decimal(0)
    return Decimal((sign, digits[:kept], cast(int, exponent) + len(digits) - kept))


def _is_whole(value: Decimal) -> bool:
    if not value.is_finite() or value.adjusted() > _DIGITS:
        return False
    return value == value.to_integral_value()


def whole_number(value: Any) -> Any:
    """A whole float as the integer that it is in JSON; anything else unchanged."""
    if isinstance(value, float) and value.is_integer():
        return int(exact_number(value))
    return value


def is_multiple(value: float | Decimal, step: Exact) -> bool:
    """Whether a number is a multiple of a step, exactly. Steps are those of doubles."""
    if isinstance(value, float) and not value.is_integer():
        return not _WIDE.remainder(Decimal(float.__repr__(value)), step)
    number = exact_number(value)
    if isinstance(number, int):
        numerator, denominator = step.as_integer_ratio()
        return number * denominator % numerator == 0
    return _is_decimal_multiple(number, step)


def _is_decimal_multiple(value: Decimal, step: Exact) -> bool:
    """The same for a number with any exponent, which could have millions of digits."""
    _, digits, exponent = value.as_tuple()
    places = cast(int, exponent)
    numerator, denominator = step.as_integer_ratio()
    whole = int(Decimal((0, digits, 0))) * denominator
    if places >= 0:
        return not whole * pow(10, places, numerator) % numerator
    if -places > whole.bit_length():
        return whole == 0  # It is smaller than the step.
    return not whole % (numerator * 10**-places)


def json_identity(value: object) -> Hashable:
    """A hashable key that is equal exactly if two JSON values are equal.

    In JSON ``true`` is not a number, ``1`` equals ``1.0``, and the keys of an object have no
    order.
    """
    if isinstance(value, bool) or value is None:
        return (type(value), value)
    if isinstance(value, str):
        return (str, value)
    if isinstance(value, (int, float, Decimal)):
        return (float, exact_number(value))
    if isinstance(value, list):
        return (list, tuple(json_identity(item) for item in cast(list[object], value)))
    if isinstance(value, dict):
        members = cast(dict[str, object], value).items()
        pairs = frozenset((name, json_identity(member)) for name, member in members)
        return (dict, pairs)
    if isinstance(value, PurePath):
        return (PurePath, value)
    return (object, id(value))
