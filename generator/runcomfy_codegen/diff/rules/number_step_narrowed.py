"""Fewer values are accepted: the step of a number is another one."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.fact import Facet, Fact
from ..rule import About, Judgement, Rule, narrowed

ABOUT = About(
    id="number-step-narrowed",
    notices="Fewer values are accepted: the step of a number is another one.",
    why="Numbers between the steps are refused.",
    before='{"properties": {"width": {"type": "integer"}}}',
    after='{"properties": {"width": {"type": "integer", "multipleOf": 64}}}',
    instead=(
        "Find the calls that send what is refused now and change them before the "
        "new client is deployed."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a change of this facet."""
    return narrowed(fact, Facet.STEP, "step of a number narrowed")


RULE = Rule(ABOUT, judge)
