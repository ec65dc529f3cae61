"""A value that was one of the choices is refused."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Facet, Fact
from ..rule import DiffMetadata, DiffRule, Judgement, narrowed

ABOUT = DiffMetadata(
    id="choices-narrowed",
    notices="A value that was one of the choices is refused.",
    why=(
        "A value that was one of the published choices is refused, and the "
        "generated `Literal` no longer has it."
    ),
    before=(
        '{"properties": {"resolution": {"type": "string", "enum": ["480p", "720p", '
        '"1080p"]}}}'
    ),
    after=(
        '{"properties": {"resolution": {"type": "string", "enum": ["720p", '
        '"1080p"]}}}'
    ),
    instead="Choose another value in the calls that send the old one.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge this facet in this direction."""
    return narrowed(fact, Facet.CHOICES, "fewer values can be chosen")


RULE = DiffRule(ABOUT, judge)
