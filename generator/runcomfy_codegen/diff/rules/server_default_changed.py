"""The server takes something else where a field is left out."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import DefaultChanged, Fact
from ..compare.fingerprint import value_identity
from ..compare.wording import value_in_words
from ..finding import DiffVerdict
from ..rule import DiffMetadata, DiffRule, Judgement

ABOUT = DiffMetadata(
    id="server-default-changed",
    notices="The published default of an optional field differs.",
    why=(
        "Calls that leave the field out are still accepted, and now mean something "
        "else. Defaults are never sent by the client."
    ),
    before='{"properties": {"steps": {"type": "integer", "default": 30}}}',
    after='{"properties": {"steps": {"type": "integer", "default": 4}}}',
    instead="Give the field in calls that relied on the old default.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge another default; what is sent stays accepted, what it means does not."""
    if isinstance(fact, DefaultChanged):
        old, new = value_in_words(fact.old), value_in_words(fact.new)
        yield Judgement(
            place=fact.place,
            verdict=DiffVerdict.RISKY,
            message=f"the server's default changed: {old} → {new}",
            old=old,
            new=new,
            identity=(value_identity(fact.old), value_identity(fact.new)),
            reason="a call without the field means something else now",
        )


RULE = DiffRule(ABOUT, judge)
