"""A translation is newly built differently than the schema that counts."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Fact, LocaleDrifted
from ..finding import DiffVerdict
from ..rule import DiffMetadata, DiffRule, Judgement

ABOUT = DiffMetadata(
    id="locale-drifted",
    notices=(
        "The schema in one language is built differently than the one that counts, and "
        "it was not before."
    ),
    why="One of the two pages is out of date, and nobody can say which.",
    before='{"properties": {"seed": {"type": "integer"}}}',
    after='{"properties": {"seed": {"type": "integer", "maximum": 9}}}',
    instead="Import the page in that language again, and look which of the two holds.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge pages that contradict each other."""
    if isinstance(fact, LocaleDrifted):
        yield Judgement(
            place=fact.place,
            verdict=DiffVerdict.RISKY,
            message=f"the schema in {fact.locale!r} is built differently now",
            new=fact.locale,
            reason="one of two languages is out of date, and it is not known which",
        )


RULE = DiffRule(ABOUT, judge)
