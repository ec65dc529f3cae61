"""A keyword of the publisher's own differs."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Fact, NoteChanged
from ..compare.wording import identity_of
from ..finding import Verdict
from ..rule import About, Judgement, Rule

ABOUT = About(
    id="extension-changed",
    notices="A keyword that begins with `x-` came, went or changed.",
    why="Such keywords are for forms and pages; they refuse nothing.",
    before='{"properties": {"seed": {"type": "integer", "x-order": 1}}}',
    after='{"properties": {"seed": {"type": "integer", "x-order": 2}}}',
    instead="Nothing needs to be done.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a keyword for forms and pages."""
    if isinstance(fact, NoteChanged) and fact.keyword.startswith("x-"):
        yield Judgement(
            place=fact.place,
            verdict=Verdict.DOCS_ONLY,
            message=f"{fact.keyword!r} changed",
            old=identity_of(fact.old),
            new=identity_of(fact.new),
        )


RULE = Rule(ABOUT, judge)
