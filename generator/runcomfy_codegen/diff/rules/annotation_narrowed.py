"""The annotation of an input refuses what callers write."""

from __future__ import annotations

from collections.abc import Iterator

from ...subtype.answer import Yes
from ..compare.facts import AnnotationChanged, Fact, Side
from ..finding import Lens
from ..rule import DiffMetadata, DiffRule, Judgement, reason_of, verdict_of, witness_of

ABOUT = DiffMetadata(
    id="annotation-narrowed",
    notices="The annotation of an input field takes fewer values than before.",
    why=(
        "Callers that wrote the old values no longer type-check, whatever the "
        "server does. Bounds are no part of an annotation."
    ),
    before='{"properties": {"mode": {"type": "string"}}}',
    after='{"properties": {"mode": {"type": "string", "enum": ["fast", "good"]}}}',
    instead=(
        "Run the type checker over the callers with the new client, and change what"
        " it reports."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge the annotation of an input; lists are invariant, so a wider item is no free gift."""
    if not isinstance(fact, AnnotationChanged) or fact.place.side is Side.OUTPUT:
        return
    hurts = not isinstance(fact.kept, Yes)
    if hurts or fact.in_list:
        yield Judgement(
            place=fact.place,
            verdict=verdict_of(fact.kept, hurts=True),
            message=f"the annotation takes other values: {fact.old} → {fact.new}",
            lens=Lens.SOURCE,
            old=fact.old,
            new=fact.new,
            identity=fact.identity,
            witness=witness_of(fact.kept),
            reason=reason_of(fact.kept) if hurts else "lists are invariant in Python",
        )


RULE = DiffRule(ABOUT, judge)
