"""Values of another type are accepted."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Facet, Fact
from ..rule import DiffMetadata, DiffRule, Judgement, widened

ABOUT = DiffMetadata(
    id="type-widened",
    notices="Values of another type are accepted.",
    why=(
        "Callers may send more than before, which breaks nobody. In an output it is"
        " the other way round: old callers meet values that they do not know."
    ),
    before='{"properties": {"scale": {"type": "integer"}}}',
    after='{"properties": {"scale": {"type": "number"}}}',
    instead=(
        "Callers that pass on what they receive must be ready for the new values; "
        "read `.raw` where they are not."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge this facet in this direction."""
    return widened(fact, Facet.TYPE, "values of another type are accepted")


RULE = DiffRule(ABOUT, judge)
