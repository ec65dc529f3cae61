"""A keyword of the publisher's own differs."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Fact, InformativeKeywordChanged
from ..compare.fingerprint import value_identity
from ..finding import DiffVerdict
from ..rule import DiffMetadata, DiffRule, Judgement

ABOUT = DiffMetadata(
    id="extension-changed",
    notices="A keyword that begins with `x-` came, went or changed.",
    why="Such keywords are for forms and pages; they refuse nothing.",
    before='{"properties": {"seed": {"type": "integer", "x-order": 1}}}',
    after='{"properties": {"seed": {"type": "integer", "x-order": 2}}}',
    instead="Nothing needs to be done.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a keyword for forms and pages."""
    if isinstance(fact, InformativeKeywordChanged) and fact.keyword.startswith("x-"):
        yield Judgement(
            place=fact.place,
            verdict=DiffVerdict.DOCS_ONLY,
            message=f"{fact.keyword!r} changed",
            old=value_identity(fact.old),
            new=value_identity(fact.new),
        )


RULE = DiffRule(ABOUT, judge)
