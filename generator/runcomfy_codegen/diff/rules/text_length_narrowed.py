"""Fewer values are accepted: the length of a text is another one."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.fact import Facet, Fact
from ..rule import About, Judgement, Rule, narrowed

ABOUT = About(
    id="text-length-narrowed",
    notices="Fewer values are accepted: the length of a text is another one.",
    why="The server refuses prompts that it took before.",
    before='{"properties": {"prompt": {"type": "string", "maxLength": 2000}}}',
    after='{"properties": {"prompt": {"type": "string", "maxLength": 800}}}',
    instead=(
        "Find the calls that send what is refused now and change them before the "
        "new client is deployed."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a change of this facet."""
    return narrowed(fact, Facet.LENGTH, "length of a text narrowed")


RULE = Rule(ABOUT, judge)
