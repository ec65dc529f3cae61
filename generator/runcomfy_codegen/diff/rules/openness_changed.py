"""An input or output as a whole says something else of undeclared members."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Fact, NoteChanged
from ..compare.wording import identity_of
from ..finding import Verdict
from ..rule import About, Judgement, Rule

ABOUT = About(
    id="openness-changed",
    notices="`additionalProperties` of an input or output as a whole differs.",
    why=(
        "A generated input sends declared fields only, and a generated output keeps every "
        "member that comes: neither notices."
    ),
    before='{"properties": {"seed": {"type": "integer"}}}',
    after='{"properties": {"seed": {"type": "integer"}}, "additionalProperties": false}',
    instead="Nothing needs to be done, unless payloads are also written by hand.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge what is said of members that nobody declared."""
    if isinstance(fact, NoteChanged) and fact.keyword == "additionalProperties":
        old, new = identity_of(fact.old), identity_of(fact.new)
        yield Judgement(
            place=fact.place,
            verdict=Verdict.COMPATIBLE,
            message=f"undeclared members: {old or 'not stated'} → {new or 'not stated'}",
            old=old,
            new=new,
        )


RULE = Rule(ABOUT, judge)
