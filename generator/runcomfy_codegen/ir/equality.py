"""Equality of JSON values as JSON Schema 2020-12 defines it (core, section 4.2.2)."""

from __future__ import annotations

import numbers
from collections.abc import Hashable
from typing import Any, cast

from .json_text import is_array, is_object


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
