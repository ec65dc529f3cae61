"""Numbers between the steps are accepted."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Facet, Fact
from ..rule import DiffMetadata, DiffRule, Judgement, widened

ABOUT = DiffMetadata(
    id="number-step-widened",
    notices="Numbers between the steps are accepted.",
    why=(
        "Callers may send more than before, which breaks nobody. In an output it is"
        " the other way round: old callers meet values that they do not know."
    ),
    before='{"properties": {"width": {"type": "integer", "multipleOf": 64}}}',
    after='{"properties": {"width": {"type": "integer"}}}',
    instead=(
        "Callers that pass on what they receive must be ready for the new values; "
        "read `.raw` where they are not."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge this facet in this direction."""
    return widened(fact, Facet.STEP, "numbers between the steps are accepted")


RULE = DiffRule(ABOUT, judge)
