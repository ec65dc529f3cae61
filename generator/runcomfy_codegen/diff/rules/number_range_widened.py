"""Numbers are accepted that lay out of bounds."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Facet, Fact
from ..rule import DiffMetadata, DiffRule, Judgement, widened

ABOUT = DiffMetadata(
    id="number-range-widened",
    notices="Numbers are accepted that lay out of bounds.",
    why=(
        "Callers may send more than before, which breaks nobody. In an output it is"
        " the other way round: old callers meet values that they do not know."
    ),
    before=(
        '{"properties": {"steps": {"type": "integer", "minimum": 1, "maximum": ' "30}}}"
    ),
    after=(
        '{"properties": {"steps": {"type": "integer", "minimum": 1, "maximum": ' "50}}}"
    ),
    instead=(
        "Callers that pass on what they receive must be ready for the new values; "
        "read `.raw` where they are not."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge this facet in this direction."""
    return widened(fact, Facet.RANGE, "more numbers are within bounds")


RULE = DiffRule(ABOUT, judge)
