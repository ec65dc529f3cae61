"""Values are refused that one of several alternatives took."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Facet, Fact
from ..rule import DiffMetadata, DiffRule, Judgement, narrowed

ABOUT = DiffMetadata(
    id="alternatives-narrowed",
    notices="Values are refused that one of several alternatives took.",
    why="A value that one of the alternatives took is refused by all of them.",
    before=(
        '{"properties": {"size": {"type": ["string", "integer"], "maxLength": 9}}}'
    ),
    after='{"properties": {"size": {"type": ["string", "integer"], "maxLength": 4}}}',
    instead="Send values that one of the new alternatives takes.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge this facet in this direction."""
    return narrowed(fact, Facet.ALTERNATIVES, "the alternatives take fewer values")


RULE = DiffRule(ABOUT, judge)
