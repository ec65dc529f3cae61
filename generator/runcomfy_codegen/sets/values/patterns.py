"""Published patterns, tried only on texts on which they cannot run for ever.

A backtracking matcher takes exponential time for some patterns, ``(a+)+b`` among them, and
a gate must not hang because of what somebody published.
"""

from __future__ import annotations

import re

_QUANTIFIER = re.compile(r"(?<!\\)[*+?{]")
_REPEATED = re.compile(r"\)[*+{]|\\\d|\(\?P=")
_WILD, _PLAIN = 12, 48
"""The longest texts on which a pattern is tried: with repeated groups, and without."""

_FEW = 4
"""Every further repetition without an anchor multiplies the time by the length."""


def matches(pattern: str, text: str) -> bool | None:
    """Whether a pattern is found in a text; None where trying might take too long."""
    if len(text) > _longest(pattern):
        return None
    return re.search(pattern, text) is not None


def _longest(pattern: str) -> int:
    repetitions = len(_QUANTIFIER.findall(pattern))
    if _REPEATED.search(pattern) or repetitions > _FEW:
        return _WILD
    # With a fixed beginning and one repetition there is nothing to go back to.
    anchored = pattern.startswith("^") and "|" not in pattern
    if anchored and repetitions <= 1:
        return 1_000_000
    return _PLAIN
