"""Fewer values are accepted: the repetition of items is another one."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.fact import Facet, Fact
from ..rule import About, Judgement, Rule, narrowed

ABOUT = About(
    id="list-repeats-narrowed",
    notices="Fewer values are accepted: the repetition of items is another one.",
    why="A list that holds a value twice is refused.",
    before='{"properties": {"tags": {"type": "array", "items": {"type": "string"}}}}',
    after=(
        '{"properties": {"tags": {"type": "array", "items": {"type": "string"}, '
        '"uniqueItems": true}}}'
    ),
    instead=(
        "Find the calls that send what is refused now and change them before the "
        "new client is deployed."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a change of this facet."""
    return narrowed(fact, Facet.REPEATS, "repetition of items narrowed")


RULE = Rule(ABOUT, judge)
