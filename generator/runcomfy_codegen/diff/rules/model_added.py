"""A model came."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Fact, ModelAdded
from ..finding import Verdict
from ..rule import About, Judgement, Rule

ABOUT = About(
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
            place=fact.place, verdict=Verdict.COMPATIBLE, message="the model is new"
        )


RULE = Rule(ABOUT, judge)
