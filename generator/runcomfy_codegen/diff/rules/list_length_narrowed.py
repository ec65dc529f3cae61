"""Fewer values are accepted: the number of items of a list is another one."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.fact import Facet, Fact
from ..rule import About, Judgement, Rule, narrowed

ABOUT = About(
    id="list-length-narrowed",
    notices=(
        "Fewer values are accepted: the number of items of a list is another one."
    ),
    why="Longer or shorter lists are refused.",
    before=(
        '{"properties": {"image_urls": {"type": "array", "items": {"type": '
        '"string"}, "maxItems": 10}}}'
    ),
    after=(
        '{"properties": {"image_urls": {"type": "array", "items": {"type": '
        '"string"}, "maxItems": 6}}}'
    ),
    instead=(
        "Find the calls that send what is refused now and change them before the "
        "new client is deployed."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a change of this facet."""
    return narrowed(fact, Facet.COUNT, "number of items of a list narrowed")


RULE = Rule(ABOUT, judge)
