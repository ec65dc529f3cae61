"""An optional field came."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Fact, FieldAdded
from ..compare.fingerprint import field_identity
from ..finding import DiffVerdict
from ..rule import DiffMetadata, DiffRule, Judgement

ABOUT = DiffMetadata(
    id="field-added",
    notices="A field is new, and may be left out.",
    why=(
        "Old callers do not send it, and readers of an output ignore what they do "
        "not know."
    ),
    before='{"properties": {"prompt": {"type": "string"}}}',
    after=(
        '{"properties": {"prompt": {"type": "string"}, "seed": {"type": ' '"integer"}}}'
    ),
    instead=(
        "Regenerate the client to use it; `.extended(...)` sends it from an old " "one."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a new field that may be left out."""
    if isinstance(fact, FieldAdded) and not fact.field.required:
        yield Judgement(
            place=fact.place,
            verdict=DiffVerdict.COMPATIBLE,
            message=f"the optional field {fact.field.wire_name!r} is new",
            new=fact.field.wire_name,
            identity=("", field_identity(fact.field)),
        )


RULE = DiffRule(ABOUT, judge)
