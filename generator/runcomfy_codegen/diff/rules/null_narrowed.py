"""Fewer values are accepted: the treatment of null is another one."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.fact import Facet, Fact
from ..rule import About, Judgement, Rule, narrowed

ABOUT = About(
    id="null-narrowed",
    notices="Fewer values are accepted: the treatment of null is another one.",
    why=(
        "Null is refused where it was a value; all spellings of nullable are one "
        "here."
    ),
    before='{"properties": {"mask": {"type": ["string", "null"]}}}',
    after='{"properties": {"mask": {"type": "string"}}}',
    instead=(
        "Find the calls that send what is refused now and change them before the "
        "new client is deployed."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a change of this facet."""
    return narrowed(fact, Facet.NULL, "treatment of null narrowed")


RULE = Rule(ABOUT, judge)
