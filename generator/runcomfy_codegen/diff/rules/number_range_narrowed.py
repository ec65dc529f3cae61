"""Fewer values are accepted: the range of a number is another one."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.fact import Facet, Fact
from ..rule import About, Judgement, Rule, narrowed

ABOUT = About(
    id="number-range-narrowed",
    notices="Fewer values are accepted: the range of a number is another one.",
    why="Numbers near the old bound are refused.",
    before=(
        '{"properties": {"steps": {"type": "integer", "minimum": 1, "maximum": ' "50}}}"
    ),
    after=(
        '{"properties": {"steps": {"type": "integer", "minimum": 1, "maximum": ' "30}}}"
    ),
    instead=(
        "Find the calls that send what is refused now and change them before the "
        "new client is deployed."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a change of this facet."""
    return narrowed(fact, Facet.RANGE, "range of a number narrowed")


RULE = Rule(ABOUT, judge)
