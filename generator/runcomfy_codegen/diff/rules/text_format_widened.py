"""Texts need not be of a format any more, or of another one."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Facet, Fact
from ..rule import DiffMetadata, DiffRule, Judgement, widened

ABOUT = DiffMetadata(
    id="text-format-widened",
    notices="Texts need not be of a format any more, or of another one.",
    why=(
        "Callers may send more than before, which breaks nobody. In an output it is"
        " the other way round: old callers meet values that they do not know."
    ),
    before='{"properties": {"source": {"type": "string", "format": "uri"}}}',
    after='{"properties": {"source": {"type": "string"}}}',
    instead=(
        "Callers that pass on what they receive must be ready for the new values; "
        "read `.raw` where they are not."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge this facet in this direction."""
    return widened(fact, Facet.FORMAT, "texts may be of another format")


RULE = DiffRule(ABOUT, judge)
