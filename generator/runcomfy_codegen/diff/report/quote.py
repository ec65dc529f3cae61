"""Witnesses and counts in words."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ...ir.exact import json_value
from ..finding import DiffFinding

_LONGEST = 160


def witness_text(finding: DiffFinding) -> str:
    """The witness as JSON, its middle left out if it is long; empty if there is none."""
    if finding.witness is None:
        return ""
    text = json.dumps(json_value(finding.witness.value), ensure_ascii=False)
    if len(text) <= _LONGEST:
        return text
    half = _LONGEST // 2
    return f"{text[:half]}… ({len(text)} characters) …{text[-half:]}"


def counted(summary: Mapping[str, int], approved: int = 0) -> str:
    """``2 breaking, 1 risky; 1 approved``; ``no differences`` if there are none at all."""
    told = [f"{number} {verdict}" for verdict, number in summary.items() if number]
    if approved and not told:
        return f"nothing but {approved} approved"
    beside = f"; {approved} approved" if approved else ""
    return (", ".join(told) or "no differences") + beside


def writable(text: str) -> str:
    """The text with halves of surrogate pairs as escapes: they have no UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
