"""Magic values: fault rules that an input carries in its texts, ``"A cat [sandbox: stuck]"``."""

from __future__ import annotations

import json
import re

from ..exchange import Request
from ..texts import texts

_MARKER = re.compile(r"\[sandbox:([^\[\]]{1,300})\]")
_WORD = b"sandbox:"  # no JSON writer escapes any of these letters


def magic(request: Request) -> str:
    """The rules in all texts of an input, at any depth; those of several markers follow on.

    What is no JSON carries none.
    """
    if _WORD not in request.body:
        return ""
    try:
        value = json.loads(request.body)
    except (ValueError, RecursionError):
        return ""
    found = (rule for text in texts(value) for rule in _MARKER.findall(text))
    return "; ".join(rule.strip() for rule in found)
