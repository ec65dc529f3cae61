"""Null is refused where it was a value."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Facet, Fact
from ..rule import DiffMetadata, DiffRule, Judgement, narrowed

ABOUT = DiffMetadata(
    id="null-narrowed",
    notices="Null is refused where it was a value.",
    why=(
        "Null is refused where it was a value; all spellings of nullable are one "
        "here."
    ),
    before='{"properties": {"mask": {"type": ["string", "null"]}}}',
    after='{"properties": {"mask": {"type": "string"}}}',
    instead="Leave the field out instead of sending null.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge this facet in this direction."""
    return narrowed(fact, Facet.NULL, "null is refused now")


RULE = DiffRule(ABOUT, judge)
