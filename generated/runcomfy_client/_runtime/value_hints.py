"""How to fix a value of the wrong type: the end of a message, or nothing."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath
from typing import cast

from .did_you_mean import closest
from .escaping import quoted
from .plain_values import is_empty_cell

LEAVE_OUT = "an empty cell? Leave the field out"


def type_hint(expected: Collection[str], value: object) -> str:
    """What to give instead of a value; ``expected`` are names of JSON types."""
    hint = _hint(expected, value)
    return f": {hint}" if hint else ""


def _hint(expected: Collection[str], value: object) -> str:
    if is_empty_cell(value):
        return LEAVE_OUT
    if isinstance(value, str):
        return _for_text(expected, value)
    is_list = isinstance(value, (list, tuple, set))
    if is_list and "array" not in expected:
        one = len(cast("Collection[object]", value)) == 1
        return "give its one item" if one else ""
    if "string" in expected:
        return _for_string(value)
    if "array" in expected:
        return "give a list" if hasattr(value, "__iter__") else "put it into a list"
    if "object" in expected and hasattr(value, "__dict__"):
        return "give a dict"
    if isinstance(value, (float, Decimal, Fraction)):
        if "number" in expected:
            return "a float cannot hold it exactly; give float(…) of it to round it"
        if "integer" in expected:
            return "round it, for example with round(…)"
    return ""


def _for_text(expected: Collection[str], text: str) -> str:
    """The hint for a text where no text can be."""
    if "array" in expected:
        return f"put it into a list: [{quoted(text, 40)}]"
    if not text.strip():
        return LEAVE_OUT
    if "object" in expected and text.lstrip().startswith("{"):
        return "give a dict, for example json.loads(…) of it"
    if "boolean" in expected and text.strip().lower() in ("true", "false"):
        return f"give {text.strip().title()}"
    with suppress(ValueError):
        number = json.loads(text)
        is_whole = isinstance(number, int) and not isinstance(number, bool)
        if is_whole and {"integer", "number"} & {*expected}:
            return f"give {number}, without quotes"
        if isinstance(number, float) and "number" in expected:
            return f"give {text.strip()}, without quotes"
    return ""


def _for_string(value: object) -> str:
    """The hint for a value where a text must be."""
    if isinstance(value, (bytes, bytearray)):
        return "give a str: decode it"
    if isinstance(value, PurePath):
        return (
            "only a field for images, videos or audio takes a local file; give str(…)"
        )
    if isinstance(value, (bool, dict)) or value is None:
        return ""
    return "give str(…) of it"


def json_hint(value: object) -> str:
    """What to give instead of a value that JSON does not have."""
    if isinstance(value, PurePath):
        return ": give inline(path) or an https URL; only an Input takes a Path"
    if isinstance(value, (set, frozenset)) or hasattr(value, "__next__"):
        return ": give a list"
    if isinstance(value, (Decimal, Fraction)):
        return ": give float(…) of it, which rounds it"
    return type_hint(("string",), value)


def choice_hint(choices: Iterable[object], value: object) -> str:
    """Which choice a value was probably meant to be; a choice of another type too."""
    if is_empty_cell(value) or value == "":
        return f": {LEAVE_OUT}"
    if not isinstance(value, (str, int, float)):
        return ""
    by_text = {_text(choice): choice for choice in choices}
    folded = {text.lower(): text for text in by_text}
    text = folded.get(_text(value).lower())
    if text is None:
        text = next(iter(closest(_text(value), by_text)), None)
    return "" if text is None else f": did you mean {quoted(by_text[text])}?"


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)
