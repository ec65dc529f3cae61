"""The texts in a JSON value, wherever they stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..ir.json_text import items, members


def texts(value: Any) -> Iterator[str]:
    """Every text, at any depth and in the order of the document; names of members are none."""
    rest = [value]
    while rest:
        value = rest.pop()
        if isinstance(value, str):
            yield value
        rest += reversed(list(members(value).values()) or items(value))
