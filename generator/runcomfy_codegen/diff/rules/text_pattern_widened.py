"""Texts are accepted that a pattern refused."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Facet, Fact
from ..rule import DiffMetadata, DiffRule, Judgement, widened

ABOUT = DiffMetadata(
    id="text-pattern-widened",
    notices="Texts are accepted that a pattern refused.",
    why=(
        "Callers may send more than before, which breaks nobody. In an output it is"
        " the other way round: old callers meet values that they do not know."
    ),
    before=(
        '{"properties": {"color": {"type": "string", "pattern": "^#[0-9a-f]{6}$"}}}'
    ),
    after='{"properties": {"color": {"type": "string"}}}',
    instead=(
        "Callers that pass on what they receive must be ready for the new values; "
        "read `.raw` where they are not."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge this facet in this direction."""
    return widened(fact, Facet.PATTERN, "texts are accepted that did not match")


RULE = DiffRule(ABOUT, judge)
