"""A field came that must be given."""

from __future__ import annotations

from collections.abc import Iterator

from ...subtype.examples import smallest_example
from ..compare.facts import Fact, FieldAdded, Side
from ..compare.fingerprint import field_identity
from ..finding import DiffVerdict, Lens, Witness
from ..rule import DiffMetadata, DiffRule, Judgement

ABOUT = DiffMetadata(
    id="required-field-added",
    notices="A field is new, and must be given.",
    why=(
        "Every old call lacks it. A published default does not help: the dialect "
        "shows samples as defaults of required fields, and nobody sends them."
    ),
    before='{"properties": {"prompt": {"type": "string"}}}',
    after=(
        '{"properties": {"prompt": {"type": "string"}, "image_url": {"type": '
        '"string"}}, "required": ["image_url"]}'
    ),
    instead="Give the field in every call before the new client is deployed.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a new field that must be given; the witness is an old smallest payload."""
    if not (isinstance(fact, FieldAdded) and fact.field.required):
        return
    hurts = fact.place.side is Side.INPUT
    for lens in Lens if hurts else (Lens.WIRE,):
        yield Judgement(
            place=fact.place,
            verdict=DiffVerdict.BREAKING if hurts else DiffVerdict.COMPATIBLE,
            message=f"the required field {fact.field.wire_name!r} is new",
            lens=lens,
            new=fact.field.wire_name,
            identity=("", field_identity(fact.field)),
            witness=next(
                (Witness(value) for value in smallest_example(fact.holder)), None
            ),
        )


RULE = DiffRule(ABOUT, judge)
