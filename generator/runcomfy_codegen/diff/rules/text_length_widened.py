"""Texts of more lengths are accepted."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Facet, Fact
from ..rule import DiffMetadata, DiffRule, Judgement, widened

ABOUT = DiffMetadata(
    id="text-length-widened",
    notices="Texts of more lengths are accepted.",
    why=(
        "Callers may send more than before, which breaks nobody. In an output it is"
        " the other way round: old callers meet values that they do not know."
    ),
    before='{"properties": {"prompt": {"type": "string", "maxLength": 800}}}',
    after='{"properties": {"prompt": {"type": "string", "maxLength": 2000}}}',
    instead=(
        "Callers that pass on what they receive must be ready for the new values; "
        "read `.raw` where they are not."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge this facet in this direction."""
    return widened(fact, Facet.LENGTH, "texts of more lengths are accepted")


RULE = DiffRule(ABOUT, judge)
