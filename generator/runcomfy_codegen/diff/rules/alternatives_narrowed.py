"""Fewer values are accepted: the alternatives of a value is another one."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.fact import Facet, Fact
from ..rule import About, Judgement, Rule, narrowed

ABOUT = About(
    id="alternatives-narrowed",
    notices="Fewer values are accepted: the alternatives of a value is another one.",
    why="A value that one of the alternatives took is refused by all of them.",
    before=(
        '{"properties": {"size": {"type": ["string", "integer"], "maxLength": 9}}}'
    ),
    after='{"properties": {"size": {"type": ["string", "integer"], "maxLength": 4}}}',
    instead=(
        "Find the calls that send what is refused now and change them before the "
        "new client is deployed."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a change of this facet."""
    return narrowed(fact, Facet.ALTERNATIVES, "alternatives of a value narrowed")


RULE = Rule(ABOUT, judge)
