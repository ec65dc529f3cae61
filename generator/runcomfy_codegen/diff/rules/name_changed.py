"""A field, or a model's module, has another name in code."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Fact, NameChanged
from ..finding import DiffVerdict, Lens
from ..rule import DiffMetadata, DiffRule, Judgement

ABOUT = DiffMetadata(
    id="name-changed",
    notices=(
        "The configuration chooses another name for a field or a module, or chooses one no "
        "longer; what is published stayed."
    ),
    why="Code that uses the old name does not type-check.",
    before='{"properties": {"seed": {"type": "integer"}}}',
    after='{"properties": {"seed": {"type": "integer"}}}',
    instead="Change the name in the callers, or keep the old one in the configuration.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a name that the user chose."""
    if isinstance(fact, NameChanged):
        yield Judgement(
            place=fact.place,
            verdict=DiffVerdict.BREAKING,
            message=f"the {fact.what} is called {fact.new!r} in code now, not {fact.old!r}",
            lens=Lens.SOURCE,
            old=fact.old,
            new=fact.new,
        )


RULE = DiffRule(ABOUT, judge)
