"""Lists may hold a value twice."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Facet, Fact
from ..rule import DiffMetadata, DiffRule, Judgement, widened

ABOUT = DiffMetadata(
    id="list-repeats-widened",
    notices="Lists may hold a value twice.",
    why=(
        "Callers may send more than before, which breaks nobody. In an output it is"
        " the other way round: old callers meet values that they do not know."
    ),
    before=(
        '{"properties": {"tags": {"type": "array", "items": {"type": "string"}, '
        '"uniqueItems": true}}}'
    ),
    after='{"properties": {"tags": {"type": "array", "items": {"type": "string"}}}}',
    instead=(
        "Callers that pass on what they receive must be ready for the new values; "
        "read `.raw` where they are not."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge this facet in this direction."""
    return widened(fact, Facet.REPEATS, "items may repeat")


RULE = DiffRule(ABOUT, judge)
