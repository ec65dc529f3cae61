"""Fewer values are accepted: the choices of a value is another one."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.fact import Facet, Fact
from ..rule import About, Judgement, Rule, narrowed

ABOUT = About(
    id="choices-narrowed",
    notices="Fewer values are accepted: the choices of a value is another one.",
    why=(
        "A value that was one of the published choices is refused, and the "
        "generated `Literal` no longer has it."
    ),
    before=(
        '{"properties": {"resolution": {"type": "string", "enum": ["480p", "720p", '
        '"1080p"]}}}'
    ),
    after=(
        '{"properties": {"resolution": {"type": "string", "enum": ["720p", '
        '"1080p"]}}}'
    ),
    instead=(
        "Find the calls that send what is refused now and change them before the "
        "new client is deployed."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a change of this facet."""
    return narrowed(fact, Facet.CHOICES, "choices of a value narrowed")


RULE = Rule(ABOUT, judge)
