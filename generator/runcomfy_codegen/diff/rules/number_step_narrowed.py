"""Numbers between the steps are refused."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Facet, Fact
from ..rule import DiffMetadata, DiffRule, Judgement, narrowed

ABOUT = DiffMetadata(
    id="number-step-narrowed",
    notices="Numbers between the steps are refused.",
    why="Numbers between the steps are refused.",
    before='{"properties": {"width": {"type": "integer"}}}',
    after='{"properties": {"width": {"type": "integer", "multipleOf": 64}}}',
    instead="Round the numbers that calls send to the step.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge this facet in this direction."""
    return narrowed(fact, Facet.STEP, "numbers between the steps are refused now")


RULE = DiffRule(ABOUT, judge)
