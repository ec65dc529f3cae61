"""A value is accepted that was none of the choices."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Facet, Fact
from ..rule import DiffMetadata, DiffRule, Judgement, widened

ABOUT = DiffMetadata(
    id="choices-widened",
    notices="A value is accepted that was none of the choices.",
    why=(
        "Callers may send more than before, which breaks nobody. In an output it is"
        " the other way round: old callers meet values that they do not know."
    ),
    before=(
        '{"properties": {"resolution": {"type": "string", "enum": ["720p", '
        '"1080p"]}}}'
    ),
    after=(
        '{"properties": {"resolution": {"type": "string", "enum": ["480p", "720p", '
        '"1080p"]}}}'
    ),
    instead=(
        "Callers that pass on what they receive must be ready for the new values; "
        "read `.raw` where they are not."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge this facet in this direction."""
    return widened(fact, Facet.CHOICES, "more values can be chosen")


RULE = DiffRule(ABOUT, judge)
