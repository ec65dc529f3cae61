"""Values are accepted that none of the alternatives took."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Facet, Fact
from ..rule import DiffMetadata, DiffRule, Judgement, widened

ABOUT = DiffMetadata(
    id="alternatives-widened",
    notices="Values are accepted that none of the alternatives took.",
    why=(
        "Callers may send more than before, which breaks nobody. In an output it is"
        " the other way round: old callers meet values that they do not know."
    ),
    before=(
        '{"properties": {"size": {"type": ["string", "integer"], "maxLength": 4}}}'
    ),
    after='{"properties": {"size": {"type": ["string", "integer"], "maxLength": 9}}}',
    instead=(
        "Callers that pass on what they receive must be ready for the new values; "
        "read `.raw` where they are not."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge this facet in this direction."""
    return widened(fact, Facet.ALTERNATIVES, "the alternatives take more values")


RULE = DiffRule(ABOUT, judge)
