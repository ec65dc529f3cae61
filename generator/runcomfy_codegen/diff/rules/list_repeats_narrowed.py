"""Lists are refused that hold a value twice."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Facet, Fact
from ..rule import DiffMetadata, DiffRule, Judgement, narrowed

ABOUT = DiffMetadata(
    id="list-repeats-narrowed",
    notices="Lists are refused that hold a value twice.",
    why="A list that holds a value twice is refused.",
    before='{"properties": {"tags": {"type": "array", "items": {"type": "string"}}}}',
    after=(
        '{"properties": {"tags": {"type": "array", "items": {"type": "string"}, '
        '"uniqueItems": true}}}'
    ),
    instead="Take repetitions out of the lists before they are sent.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge this facet in this direction."""
    return narrowed(fact, Facet.REPEATS, "items may not repeat any more")


RULE = DiffRule(ABOUT, judge)
