"""Values of the old type are refused."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Facet, Fact
from ..rule import DiffMetadata, DiffRule, Judgement, narrowed

ABOUT = DiffMetadata(
    id="type-narrowed",
    notices="Values of the old type are refused.",
    why="Values of the old type are refused.",
    before='{"properties": {"scale": {"type": "number"}}}',
    after='{"properties": {"scale": {"type": "integer"}}}',
    instead="Send values of the new type.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge this facet in this direction."""
    return narrowed(fact, Facet.TYPE, "values of the old type are refused now")


RULE = DiffRule(ABOUT, judge)
