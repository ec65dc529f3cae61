"""Texts are refused that do not match a new pattern."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Facet, Fact
from ..rule import DiffMetadata, DiffRule, Judgement, narrowed

ABOUT = DiffMetadata(
    id="text-pattern-narrowed",
    notices="Texts are refused that do not match a new pattern.",
    why="A text that does not match is refused.",
    before='{"properties": {"color": {"type": "string"}}}',
    after=(
        '{"properties": {"color": {"type": "string", "pattern": "^#[0-9a-f]{6}$"}}}'
    ),
    instead="Match the texts against the pattern before they are sent.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge this facet in this direction."""
    return narrowed(fact, Facet.PATTERN, "texts that do not match are refused now")


RULE = DiffRule(ABOUT, judge)
