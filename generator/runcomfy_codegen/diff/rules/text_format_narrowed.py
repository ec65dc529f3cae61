"""Texts must be of a format, or of another one."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Facet, Fact
from ..rule import DiffMetadata, DiffRule, Judgement, narrowed

ABOUT = DiffMetadata(
    id="text-format-narrowed",
    notices="Texts must be of a format, or of another one.",
    why=(
        "Whether a server asserts a format is not published, so this is never "
        "called harmless."
    ),
    before='{"properties": {"source": {"type": "string"}}}',
    after='{"properties": {"source": {"type": "string", "format": "uri"}}}',
    instead="Send texts of the published format.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge this facet in this direction."""
    return narrowed(fact, Facet.FORMAT, "texts may have to be of another format")


RULE = DiffRule(ABOUT, judge)
