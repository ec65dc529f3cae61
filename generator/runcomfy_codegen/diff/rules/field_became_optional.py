"""A field may be left out now."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Fact, RequiredChanged, Side
from ..finding import DiffVerdict
from ..rule import DiffMetadata, DiffRule, Judgement

ABOUT = DiffMetadata(
    id="field-became-optional",
    notices="A field that had to be given may be left out.",
    why=(
        "Callers that give it are as right as before; a reader of an output may "
        "miss it."
    ),
    before='{"properties": {"prompt": {"type": "string"}}, "required": ["prompt"]}',
    after='{"properties": {"prompt": {"type": "string"}}}',
    instead="Be ready for outputs without it.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a field that may be left out."""
    if isinstance(fact, RequiredChanged) and not fact.required:
        missed = DiffVerdict.BREAKING if fact.asked else DiffVerdict.RISKY
        hurts = fact.place.side is Side.OUTPUT
        yield Judgement(
            place=fact.place,
            verdict=missed if hurts else DiffVerdict.COMPATIBLE,
            message=f"the field {fact.field.wire_name!r} may be left out now",
            old="required",
            new="optional",
            reason="old classes read None where it is missing" if hurts else "",
        )


RULE = DiffRule(ABOUT, judge)
