"""Another example is published."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Fact, SampleChanged
from ..compare.wording import identity_of, value_words
from ..finding import Verdict
from ..rule import About, Judgement, Rule

ABOUT = About(
    id="sample-changed",
    notices="The sample of a required, media or prompt field differs.",
    why="Samples are shown, never sent.",
    before=(
        '{"properties": {"prompt": {"type": "string", "default": "a cat"}}, '
        '"required": ["prompt"]}'
    ),
    after=(
        '{"properties": {"prompt": {"type": "string", "default": "a dog"}}, '
        '"required": ["prompt"]}'
    ),
    instead="Nothing needs to be done.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge another sample."""
    if isinstance(fact, SampleChanged):
        old, new = value_words(fact.old), value_words(fact.new)
        yield Judgement(
            place=fact.place,
            verdict=Verdict.DOCS_ONLY,
            message=f"the published sample changed: {old} → {new}",
            old=old,
            new=new,
            identity=(identity_of(fact.old), identity_of(fact.new)),
        )


RULE = Rule(ABOUT, judge)
