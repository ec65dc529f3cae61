"""Titles, descriptions or messages differ."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Fact, TextsChanged
from ..finding import DiffVerdict
from ..rule import DiffMetadata, DiffRule, Judgement

ABOUT = DiffMetadata(
    id="texts-changed",
    notices="Titles, descriptions or the messages of media rules differ.",
    why="Texts never decide what is accepted.",
    before='{"properties": {"seed": {"type": "integer", "description": "Seed."}}}',
    after='{"properties": {"seed": {"type": "integer", "description": "The seed."}}}',
    instead="Nothing needs to be done.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge other texts."""
    if isinstance(fact, TextsChanged):
        what = " and ".join(fact.what)
        yield Judgement(
            place=fact.place,
            verdict=DiffVerdict.DOCS_ONLY,
            message=f"{what} changed",
            new=what,
        )


RULE = DiffRule(ABOUT, judge)
