"""A field is deprecated, or no longer."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Fact, InformativeKeywordChanged
from ..compare.fingerprint import value_identity
from ..finding import DiffVerdict
from ..rule import DiffMetadata, DiffRule, Judgement

ABOUT = DiffMetadata(
    id="deprecation-changed",
    notices="A field is published as deprecated, or no longer.",
    why="It is still accepted; a later change may remove it.",
    before='{"properties": {"seed": {"type": "integer"}}}',
    after='{"properties": {"seed": {"type": "integer", "deprecated": true}}}',
    instead="Plan for calls without the field.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge an announcement: it refuses nothing."""
    if isinstance(fact, InformativeKeywordChanged) and fact.keyword == "deprecated":
        old, new = value_identity(fact.old), value_identity(fact.new)
        yield Judgement(
            place=fact.place,
            verdict=DiffVerdict.COMPATIBLE,
            message=f"deprecated: {old or 'not stated'} → {new or 'not stated'}",
            old=old,
            new=new,
        )


RULE = DiffRule(ABOUT, judge)
