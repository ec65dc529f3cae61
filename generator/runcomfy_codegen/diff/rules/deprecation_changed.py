"""A field is deprecated, or no longer."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Fact, NoteChanged
from ..compare.wording import identity_of
from ..finding import Verdict
from ..rule import About, Judgement, Rule

ABOUT = About(
    id="deprecation-changed",
    notices="A field is published as deprecated, or no longer.",
    why="It is still accepted; a later change may remove it.",
    before='{"properties": {"seed": {"type": "integer"}}}',
    after='{"properties": {"seed": {"type": "integer", "deprecated": true}}}',
    instead="Plan for calls without the field.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge an announcement: it refuses nothing."""
    if isinstance(fact, NoteChanged) and fact.keyword == "deprecated":
        old, new = identity_of(fact.old), identity_of(fact.new)
        yield Judgement(
            place=fact.place,
            verdict=Verdict.COMPATIBLE,
            message=f"deprecated: {old or 'not stated'} → {new or 'not stated'}",
            old=old,
            new=new,
        )


RULE = Rule(ABOUT, judge)
