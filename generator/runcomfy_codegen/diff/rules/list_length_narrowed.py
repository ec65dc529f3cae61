"""Lists of some lengths are refused that were accepted."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Facet, Fact
from ..rule import DiffMetadata, DiffRule, Judgement, narrowed

ABOUT = DiffMetadata(
    id="list-length-narrowed",
    notices="Lists of some lengths are refused that were accepted.",
    why="Longer or shorter lists are refused.",
    before=(
        '{"properties": {"image_urls": {"type": "array", "items": {"type": '
        '"string"}, "maxItems": 10}}}'
    ),
    after=(
        '{"properties": {"image_urls": {"type": "array", "items": {"type": '
        '"string"}, "maxItems": 6}}}'
    ),
    instead="Send lists of the new length.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge this facet in this direction."""
    return narrowed(fact, Facet.COUNT, "lists of some lengths are refused now")


RULE = DiffRule(ABOUT, judge)
