"""Fewer values are accepted: the format of a text is another one."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.fact import Facet, Fact
from ..rule import About, Judgement, Rule, narrowed

ABOUT = About(
    id="text-format-narrowed",
    notices="Fewer values are accepted: the format of a text is another one.",
    why=(
        "Whether a server asserts a format is not published, so this is never "
        "called harmless."
    ),
    before='{"properties": {"source": {"type": "string"}}}',
    after='{"properties": {"source": {"type": "string", "format": "uri"}}}',
    instead=(
        "Find the calls that send what is refused now and change them before the "
        "new client is deployed."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a change of this facet."""
    return narrowed(fact, Facet.FORMAT, "format of a text narrowed")


RULE = Rule(ABOUT, judge)
