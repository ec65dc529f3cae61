"""Null is accepted where it was none."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Facet, Fact
from ..rule import DiffMetadata, DiffRule, Judgement, widened

ABOUT = DiffMetadata(
    id="null-widened",
    notices="Null is accepted where it was none.",
    why=(
        "Callers may send more than before, which breaks nobody. In an output it is"
        " the other way round: old callers meet values that they do not know."
    ),
    before='{"properties": {"mask": {"type": "string"}}}',
    after='{"properties": {"mask": {"type": ["string", "null"]}}}',
    instead=(
        "Callers that pass on what they receive must be ready for the new values; "
        "read `.raw` where they are not."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge this facet in this direction."""
    return widened(fact, Facet.NULL, "null is accepted")


RULE = DiffRule(ABOUT, judge)
