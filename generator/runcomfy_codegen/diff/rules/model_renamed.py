"""A model is published under another id."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Fact, ModelRenamed
from ..finding import DiffVerdict, Lens
from ..rule import DiffMetadata, DiffRule, Judgement

ABOUT = DiffMetadata(
    id="model-renamed",
    notices="A model went, and one that takes the same came under a similar id.",
    why=(
        "Calls of the old id fail; one change is told once, not as a removal and an"
        " addition."
    ),
    before=(
        '{"properties": {"prompt": {"type": "string"}, "seed": {"type": ' '"integer"}}}'
    ),
    after=(
        '{"properties": {"prompt": {"type": "string"}, "seed": {"type": ' '"integer"}}}'
    ),
    instead="Change the id, or the import of the module, in the callers.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a model under a new id; its module may have kept its name."""
    if not isinstance(fact, ModelRenamed):
        return
    moved = fact.old.path != fact.new.path
    for lens in Lens if moved else (Lens.WIRE,):
        yield Judgement(
            place=fact.place,
            verdict=DiffVerdict.BREAKING,
            message=f"the model is now called {fact.new.model_id!r}",
            lens=lens,
            old=fact.old.model_id,
            new=fact.new.model_id,
        )


RULE = DiffRule(ABOUT, judge)
