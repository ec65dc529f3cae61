"""An input or output as a whole says something else of undeclared members."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Fact, InformativeKeywordChanged
from ..compare.fingerprint import value_identity
from ..finding import DiffVerdict
from ..rule import DiffMetadata, DiffRule, Judgement

ABOUT = DiffMetadata(
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
    if (
        isinstance(fact, InformativeKeywordChanged)
        and fact.keyword == "additionalProperties"
    ):
        old, new = value_identity(fact.old), value_identity(fact.new)
        yield Judgement(
            place=fact.place,
            verdict=DiffVerdict.COMPATIBLE,
            message=f"undeclared members: {old or 'not stated'} → {new or 'not stated'}",
            old=old,
            new=new,
        )


RULE = DiffRule(ABOUT, judge)
