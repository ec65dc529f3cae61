"""Numbers are refused that lay within the bounds."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Facet, Fact
from ..rule import DiffMetadata, DiffRule, Judgement, narrowed

ABOUT = DiffMetadata(
    id="number-range-narrowed",
    notices="Numbers are refused that lay within the bounds.",
    why="Numbers near the old bound are refused.",
    before=(
        '{"properties": {"steps": {"type": "integer", "minimum": 1, "maximum": ' "50}}}"
    ),
    after=(
        '{"properties": {"steps": {"type": "integer", "minimum": 1, "maximum": ' "30}}}"
    ),
    instead="Bring the numbers that calls send within the new bounds.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge this facet in this direction."""
    return narrowed(fact, Facet.RANGE, "some numbers are out of bounds now")


RULE = DiffRule(ABOUT, judge)
