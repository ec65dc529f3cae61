"""The keywords that compare values, in exact arithmetic: limits, steps, choices, uniqueness.

jsonschema computes with binary floats: for it, 0.3 is not a multiple of 0.1. Here a float is
the shortest decimal that names it, and a ``Decimal`` is exact, in schema and document.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, TypeGuard

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from runcomfy_runtime.exact_numbers import exact_number, is_multiple, json_identity

from ..ir.exact import is_readable_number
from ..ir.json_text import is_array
from .rule_language import Keyword

_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "minimum": operator.ge,
    "maximum": operator.le,
    "exclusiveMinimum": operator.gt,
    "exclusiveMaximum": operator.lt,
}


def _is_number(value: Any) -> TypeGuard[int | float | Decimal]:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _limit(keyword: str) -> Keyword:
    """A limit on numbers."""
    holds = _COMPARISONS[keyword]

    def check(
        validator: Any, limit: Any, instance: Any, schema: Any
    ) -> Iterator[ValidationError]:
        if not _is_number(instance) or not is_readable_number(limit):
            return
        if not holds(exact_number(instance), exact_number(limit)):
            yield ValidationError(f"{instance!r} breaks {keyword} {limit}")

    return check


def _multiple_of(
    validator: Any, step: Any, instance: Any, schema: Any
) -> Iterator[ValidationError]:
    if not _is_number(instance) or not is_readable_number(step) or step <= 0:
        return
    if not is_multiple(instance, exact_number(step)):
        yield ValidationError(f"{instance!r} is not a multiple of {step}")


def _enum(
    validator: Any, values: Any, instance: Any, schema: Any
) -> Iterator[ValidationError]:
    """``enum``: a list that is malformed or empty permits any value."""
    # OpenAPI 3.0.3: `nullable` adds no null to an enum that does not list it.
    if not is_array(values):
        return
    if json_identity(instance) not in set(map(json_identity, values)):
        yield ValidationError(f"{instance!r} is not one of the values")


def _const(
    validator: Any, value: Any, instance: Any, schema: Any
) -> Iterator[ValidationError]:
    if json_identity(instance) != json_identity(value):
        yield ValidationError(f"{instance!r} is not the value")


def _unique_items(
    validator: Any, unique: Any, instance: Any, schema: Any
) -> Iterator[ValidationError]:
    if unique is not True or not is_array(instance):
        return
    if len(set(map(json_identity, instance))) < len(instance):
        yield ValidationError(f"{instance!r} has an item twice")


EXACT_KEYWORDS: Mapping[str, Keyword] = {
    **{keyword: _limit(keyword) for keyword in _COMPARISONS},
    "multipleOf": _multiple_of,
    "enum": _enum,
    "const": _const,
    "uniqueItems": _unique_items,
}
"""These keywords with exact numbers. A malformed keyword permits any value."""


def _is_integer(checker: Any, instance: Any) -> bool:
    return _is_number(instance) and isinstance(exact_number(instance), int)


EXACT_TYPES: Any = Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer)
"""The types of JSON Schema, where 1.0 is an integer as a float and as a ``Decimal``."""
