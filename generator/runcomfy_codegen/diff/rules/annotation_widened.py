"""The annotation of an output has values that callers do not expect."""

from __future__ import annotations

from collections.abc import Iterator

from ...subtype.answer import Yes
from ..compare.facts import AnnotationChanged, Fact, Side
from ..finding import Lens
from ..rule import DiffMetadata, DiffRule, Judgement, reason_of, verdict_of, witness_of

ABOUT = DiffMetadata(
    id="annotation-widened",
    notices="The annotation of an output field has more values than before.",
    why=(
        "Code that reads the field no longer type-checks, or meets a value of "
        "another type."
    ),
    before='{"properties": {"count": {"type": "integer"}}}',
    after='{"properties": {"count": {"type": "number"}}}',
    instead=(
        "Run the type checker over the callers with the new client, and change what"
        " it reports."
    ),
    side=Side.OUTPUT,
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge the annotation of an output."""
    if not isinstance(fact, AnnotationChanged) or fact.place.side is Side.INPUT:
        return
    if not isinstance(fact.covered, Yes):
        yield Judgement(
            place=fact.place,
            verdict=verdict_of(fact.covered, hurts=True),
            message=f"the annotation has other values: {fact.old} → {fact.new}",
            lens=Lens.SOURCE,
            old=fact.old,
            new=fact.new,
            identity=fact.identity,
            witness=witness_of(fact.covered),
            reason=reason_of(fact.covered),
        )


RULE = DiffRule(ABOUT, judge)
