"""What is published differs, and nobody here can say what that means."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Fact, UnknownChange
from ..finding import DiffVerdict
from ..rule import DiffMetadata, DiffRule, Judgement

ABOUT = DiffMetadata(
    id="unjudged-change",
    notices="A published schema changed in a part that is not understood.",
    why=(
        "No other rule found a change that callers must look at, and a schema that is not"
        " understood to its last keyword proves nothing."
    ),
    before='{"properties": {"sizes": {"type": "array", "items": {"default": 1}}}}',
    after='{"properties": {"sizes": {"type": "array", "items": {"default": 2}}}}',
    instead="Read the change; approve it if it is fine.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a difference of what is published that no other fact explains."""
    if isinstance(fact, UnknownChange):
        yield Judgement(
            place=fact.place,
            verdict=DiffVerdict.RISKY,
            message="what is published here changed, and cannot be judged",
            old=fact.old.text,
            new=fact.new.text,
            reason="not all that is published here is understood",
        )


RULE = DiffRule(ABOUT, judge)
