"""A model went."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Fact, ModelRemoved
from ..finding import DiffVerdict, Lens
from ..rule import DiffMetadata, DiffRule, Judgement

ABOUT = DiffMetadata(
    id="model-removed",
    notices="A model is no longer published.",
    why="Every call of it fails, and its module is gone from the generated client.",
    before='{"properties": {"prompt": {"type": "string"}}}',
    after="",
    instead=(
        "Choose another model, or keep the old client until the callers are moved."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a model that is gone."""
    if isinstance(fact, ModelRemoved):
        for lens in Lens:
            yield Judgement(
                place=fact.place,
                verdict=DiffVerdict.BREAKING,
                message="the model is no longer published",
                lens=lens,
            )


RULE = DiffRule(ABOUT, judge)
