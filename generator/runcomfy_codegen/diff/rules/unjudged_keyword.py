"""A keyword that is not understood differs."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Fact, UnsupportedKeywordChanged
from ..finding import DiffVerdict
from ..rule import DiffMetadata, DiffRule, Judgement

ABOUT = DiffMetadata(
    id="unjudged-keyword",
    notices="A keyword that is not understood came, went or changed.",
    why=(
        "Nobody can say here what it means for callers, so it is never called "
        "harmless."
    ),
    before='{"properties": {"size": {"type": "string"}}}',
    after='{"properties": {"size": {"type": "string", "contentEncoding": "base64"}}}',
    instead="Read the change; approve it if it is fine.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a difference that only a person can."""
    if not isinstance(fact, UnsupportedKeywordChanged):
        return
    known = fact.new or fact.old
    assert known is not None
    yield Judgement(
        place=fact.place,
        verdict=DiffVerdict.RISKY,
        message=f"{known.keyword!r} changed, and cannot be judged",
        old=fact.old.value.text if fact.old else "",
        new=fact.new.value.text if fact.new else "",
        reason=f"the keyword {known.keyword!r} is not understood",
    )


RULE = DiffRule(ABOUT, judge)
