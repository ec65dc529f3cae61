"""A field went."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Fact, FieldRemoved, Side
from ..finding import DiffVerdict, Lens
from ..rule import DiffMetadata, DiffRule, Judgement

ABOUT = DiffMetadata(
    id="field-removed",
    notices="A field is no longer published.",
    why=(
        "The generated class no longer has it, so callers do not type-check. "
        "Whether the server refuses or ignores the field is not published."
    ),
    before=(
        '{"properties": {"prompt": {"type": "string"}, "seed": {"type": ' '"integer"}}}'
    ),
    after='{"properties": {"prompt": {"type": "string"}}}',
    instead="Take the argument out of the calls.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a field that is gone: sure for code, open for the wire."""
    if not isinstance(fact, FieldRemoved):
        return
    name = fact.field.wire_name
    unknown = {
        Side.INPUT: "servers may refuse or ignore a field they do not know",
        Side.OUTPUT: "old callers find nothing where they looked for it",
    }
    yield Judgement(
        place=fact.place,
        verdict=DiffVerdict.RISKY,
        message=f"the field {name!r} is no longer published",
        old=name,
        reason=unknown[fact.place.side],
    )
    yield Judgement(
        place=fact.place,
        verdict=DiffVerdict.BREAKING,
        message=f"the generated class has no field {fact.field.name!r} any more",
        lens=Lens.SOURCE,
        old=name,
    )


RULE = DiffRule(ABOUT, judge)
