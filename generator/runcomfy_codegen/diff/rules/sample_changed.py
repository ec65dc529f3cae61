"""Another example is published."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Fact, SampleChanged
from ..compare.fingerprint import value_identity
from ..compare.wording import value_in_words
from ..finding import DiffVerdict
from ..rule import DiffMetadata, DiffRule, Judgement

ABOUT = DiffMetadata(
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
        old, new = value_in_words(fact.old), value_in_words(fact.new)
        yield Judgement(
            place=fact.place,
            verdict=DiffVerdict.DOCS_ONLY,
            message=f"the published sample changed: {old} → {new}",
            old=old,
            new=new,
            identity=(value_identity(fact.old), value_identity(fact.new)),
        )


RULE = DiffRule(ABOUT, judge)
