"""Fewer values are accepted: the type of a value is another one."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.fact import Facet, Fact
from ..rule import About, Judgement, Rule, narrowed

ABOUT = About(
    id="type-narrowed",
    notices="Fewer values are accepted: the type of a value is another one.",
    why="Values of the old type are refused.",
    before='{"properties": {"scale": {"type": "number"}}}',
    after='{"properties": {"scale": {"type": "integer"}}}',
    instead=(
        "Find the calls that send what is refused now and change them before the "
        "new client is deployed."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a change of this facet."""
    return narrowed(fact, Facet.TYPE, "type of a value narrowed")


RULE = Rule(ABOUT, judge)
