"""A field must be given now."""

from __future__ import annotations

from collections.abc import Iterator

from ...subtype.examples import smallest_example
from ..compare.facts import Fact, RequiredChanged, Side
from ..finding import DiffVerdict, Lens, Witness
from ..rule import DiffMetadata, DiffRule, Judgement

ABOUT = DiffMetadata(
    id="field-became-required",
    notices="A field that could be left out must be given.",
    why="Calls that leave it out are refused, and do not type-check.",
    before='{"properties": {"prompt": {"type": "string"}}}',
    after='{"properties": {"prompt": {"type": "string"}}, "required": ["prompt"]}',
    instead="Give the field in every call before the new client is deployed.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a field that must be given; the witness is a payload without it."""
    if not (isinstance(fact, RequiredChanged) and fact.required):
        return
    hurts = fact.place.side is Side.INPUT
    for lens in Lens if hurts else (Lens.WIRE,):
        yield Judgement(
            place=fact.place,
            verdict=DiffVerdict.BREAKING if hurts else DiffVerdict.COMPATIBLE,
            message=f"the field {fact.field.wire_name!r} must be given now",
            lens=lens,
            old="optional",
            new="required",
            witness=next(
                (Witness(value) for value in smallest_example(fact.holder)), None
            ),
        )


RULE = DiffRule(ABOUT, judge)
