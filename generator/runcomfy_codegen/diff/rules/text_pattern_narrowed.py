"""Fewer values are accepted: the pattern of a text is another one."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.fact import Facet, Fact
from ..rule import About, Judgement, Rule, narrowed

ABOUT = About(
    id="text-pattern-narrowed",
    notices="Fewer values are accepted: the pattern of a text is another one.",
    why="A text that does not match is refused.",
    before='{"properties": {"color": {"type": "string"}}}',
    after=(
        '{"properties": {"color": {"type": "string", "pattern": "^#[0-9a-f]{6}$"}}}'
    ),
    instead=(
        "Find the calls that send what is refused now and change them before the "
        "new client is deployed."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a change of this facet."""
    return narrowed(fact, Facet.PATTERN, "pattern of a text narrowed")


RULE = Rule(ABOUT, judge)
