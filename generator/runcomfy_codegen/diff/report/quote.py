"""Witnesses and counts in words."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ...sets.exact import printed
from ..finding import Finding

_LONGEST = 160


def witness_text(finding: Finding) -> str:
    """The witness as JSON, its middle left out if it is long; empty if there is none."""
    if finding.witness is None:
        return ""
    text = json.dumps(printed(finding.witness.value), ensure_ascii=False)
    if len(text) <= _LONGEST:
        return text
    half = _LONGEST // 2
    return f"{text[:half]}… ({len(text)} characters) …{text[-half:]}"


def counted(summary: Mapping[str, int]) -> str:
    """``2 breaking, 1 risky``; ``no differences`` if there are none."""
    told = [f"{number} {verdict}" for verdict, number in summary.items() if number]
    return ", ".join(told) or "no differences"
