"""Texts of some lengths are refused that were accepted."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Facet, Fact
from ..rule import DiffMetadata, DiffRule, Judgement, narrowed

ABOUT = DiffMetadata(
    id="text-length-narrowed",
    notices="Texts of some lengths are refused that were accepted.",
    why="The server refuses prompts that it took before.",
    before='{"properties": {"prompt": {"type": "string", "maxLength": 2000}}}',
    after='{"properties": {"prompt": {"type": "string", "maxLength": 800}}}',
    instead="Shorten or lengthen the texts that calls send.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge this facet in this direction."""
    return narrowed(fact, Facet.LENGTH, "texts of some lengths are refused now")


RULE = DiffRule(ABOUT, judge)
