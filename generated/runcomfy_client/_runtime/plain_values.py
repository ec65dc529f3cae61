"""Values of other libraries as the JSON values that they are: numpy, decimals, enums, tuples.

A value is taken only if nothing is lost. Anything else stays as it is, and is refused with a hint.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import Enum
from numbers import Real
from typing import Any, TypeAlias

_PLAIN = frozenset({str, int, float, bool, type(None)})
_MOST_LEVELS = 200
_EMPTY_CELLS = frozenset({"NAType", "NaTType"})


_Known: TypeAlias = "dict[int, tuple[object, Any]]"
"""What became of each list and object, by its id; with the object itself, so that it stays."""


def plain_value(
    value: object, known: _Known | None = None, levels: int = _MOST_LEVELS
) -> Any:
    """The value as JSON has it, as far as nothing is lost; the same object if nothing changes.

    What has two places is converted once, and a value inside itself stays as it is.
    """
    given: Any = value
    if type(value) in _PLAIN:
        return given
    if isinstance(value, Enum):
        return plain_value(value.value, known, levels)
    is_text = isinstance(value, (str, bytes, bytearray, memoryview))
    if is_text or isinstance(value, (int, float)):
        return _base_value(value)
    is_items = isinstance(value, Sequence) or _is_array(value)
    if not is_items and not isinstance(value, Mapping):
        return _plain_scalar(value)
    known = {} if known is None else known
    if id(given) in known or not levels:
        return known.get(id(given), (given, given))[1]
    known[id(given)] = given, given
    plain = (_plain_items if is_items else _plain_mapping)(given, known, levels - 1)
    known[id(given)] = given, plain
    return plain


def _plain_mapping(
    value: Mapping[Any, Any], known: _Known, levels: int
) -> Mapping[Any, Any]:
    plain = {
        _base_value(name) if isinstance(name, str) else name: plain_value(
            member, known, levels
        )
        for name, member in value.items()
    }
    same = all(map(operator.is_, plain.values(), value.values()))
    return value if same and _is_exactly(value, dict) else plain


def _plain_items(value: Sequence[Any], known: _Known, levels: int) -> Sequence[Any]:
    items = [plain_value(item, known, levels) for item in value]
    same = all(map(operator.is_, items, value))
    return value if same and _is_exactly(value, list) else items


def _is_exactly(value: object, kind: type) -> bool:
    """Whether JSON has this class itself."""
    return type(value) is kind


def _base_value(value: Any) -> Any:
    """An instance of a subclass as an instance of ``str``, ``int`` or ``float``."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    return float(value) if isinstance(value, float) else value


def _is_array(value: object) -> bool:
    """Whether this is an array or a column of a table: it has dimensions, and can be iterated."""
    dimensions = getattr(value, "ndim", None)
    return isinstance(dimensions, int) and dimensions > 0 and hasattr(value, "__iter__")


def _plain_scalar(value: Any) -> Any:
    """A number of another library as an int, a float or a bool that equals it."""
    try:
        if isinstance(value, Decimal):
            return _plain_decimal(value)
        if hasattr(value, "dtype"):
            return _plain_array_scalar(value)
        if hasattr(value, "__index__"):
            return operator.index(value)
        if isinstance(value, Real):
            near = float(value)
            return near if near == value else value
    except (ArithmeticError, TypeError, ValueError):
        pass
    return value


def _plain_decimal(value: Decimal) -> int | float | Decimal:
    """The number, if it is the shortest decimal that names an int or a float."""
    if value.is_nan():
        return math.nan
    if not value.is_finite() or value.adjusted() > 400:
        return value
    if value == value.to_integral_value():
        return int(value)
    near = float(value)
    return near if Decimal(repr(near)) == value else value


def _plain_array_scalar(value: Any) -> Any:
    """A number, truth value or text of an array library.

    A float with fewer digits, as ``float32``, is the shortest decimal that names it: 0.1 is not
    0.10000000149.
    """
    item = value.item()
    if isinstance(item, float):
        near = float(str(item if getattr(value, "ndim", 0) else value))
        # Compared in the precision of the value itself.
        return near if near == item or type(value)(near) == value else item
    return item if type(item) in _PLAIN else value


def is_empty_cell(value: object) -> bool:
    """Whether a value is what libraries put into an empty cell of a table."""
    if isinstance(value, float):
        return math.isnan(value)
    if isinstance(value, Decimal):
        return value.is_nan()
    return type(value).__name__ in _EMPTY_CELLS
