"""More values are accepted: the choices of a value is another one."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.fact import Facet, Fact
from ..rule import About, Judgement, Rule, widened

ABOUT = About(
    id="choices-widened",
    notices="More values are accepted: the choices of a value is another one.",
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
    """Judge a change of this facet."""
    return widened(fact, Facet.CHOICES, "choices of a value widened")


RULE = Rule(ABOUT, judge)
