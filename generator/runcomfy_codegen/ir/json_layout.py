"""JSON as documents are laid out: two spaces a level, and every number as it was published."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from math import isfinite
from typing import Any, NoReturn

from .json_text import is_array, is_object, with_escaped_surrogates

_TEXT = json.JSONEncoder(ensure_ascii=False)


def exact_json_text(value: Any, indent: int | None = None) -> str:
    """A JSON value; ``Decimal`` is written digit by digit. ``indent`` is a level's width."""
    return _written(value, indent, "")


def ascii_json_text(value: Any) -> str:
    """A JSON value on one line, everything outside ASCII escaped; ``Decimal`` digit by digit."""
    try:
        return json.dumps(value)
    except TypeError:  # it has a Decimal, and takes longer
        return _OUTSIDE_ASCII.sub(_escaped, exact_json_text(value))


_OUTSIDE_ASCII = re.compile(r"[^\x00-\x7f]")


def _escaped(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1]


def format_json(text: str) -> str:
    """A JSON text in our layout.

    Raises ``ValueError`` for a text that is not JSON, and for an object that has a key twice:
    readers keep one of the two, and say nothing.
    """
    value = json.loads(
        text,
        parse_float=Decimal,
        parse_constant=_refuse,
        object_pairs_hook=_once,
    )
    return with_escaped_surrogates(exact_json_text(value, indent=2)) + "\n"


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a JSON value")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for key, value in pairs:
        if key in members:
            raise ValueError(f"the key {key!r} appears twice in one object")
        members[key] = value
    return members


def _written(value: Any, width: int | None, margin: str) -> str:
    """A value that begins on a line with this margin; without a width, all on that line."""
    inner = margin + " " * (width or 0)
    if isinstance(value, Decimal) and value.is_finite():
        return str(value)
    if isinstance(value, (float, Decimal)) and not isfinite(value):
        # As text: JSON has no such number.
        return _TEXT.encode(_TEXT.encode(float(value)))
    if is_object(value):
        rows = [
            f"{_TEXT.encode(name)}: {_written(member, width, inner)}"
            for name, member in value.items()
        ]
    elif is_array(value):
        rows = [_written(item, width, inner) for item in value]
    else:
        return _TEXT.encode(value)
    begin, end = "{}" if is_object(value) else "[]"
    if not rows or width is None:
        return f"{begin}{', '.join(rows)}{end}"
    between = f",\n{inner}"
    return f"{begin}\n{inner}{between.join(rows)}\n{margin}{end}"
