"""A model came."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Fact, ModelAdded
from ..finding import DiffVerdict
from ..rule import DiffMetadata, DiffRule, Judgement

ABOUT = DiffMetadata(
    id="model-added",
    notices="A model is published that was not there before.",
    why="New symbols break nobody.",
    before="",
    after='{"properties": {"prompt": {"type": "string"}}}',
    instead="Regenerate the client to call it.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a new model."""
    if isinstance(fact, ModelAdded):
        yield Judgement(
            place=fact.place, verdict=DiffVerdict.COMPATIBLE, message="the model is new"
        )


RULE = DiffRule(ABOUT, judge)
