"""A field is published under another name."""

from __future__ import annotations

from collections.abc import Iterator

from ...subtype.examples import smallest_example
from ..compare.facts import Fact, FieldRenamed, Side
from ..compare.fingerprint import field_identity
from ..finding import DiffVerdict, Lens, Witness
from ..rule import DiffMetadata, DiffRule, Judgement

ABOUT = DiffMetadata(
    id="field-renamed",
    notices=(
        "A field went, and one of the same type came under a similar name or with "
        "the same description."
    ),
    why=(
        "What is sent under the old name no longer reaches the server; one change "
        "is told once."
    ),
    before=(
        '{"properties": {"image_url": {"type": "string", "description": "The '
        'picture to edit."}}}'
    ),
    after=(
        '{"properties": {"input_image_url": {"type": "string", "description": "The '
        'picture to edit."}}}'
    ),
    instead=(
        "Change the name in the callers; a name in the configuration can keep the "
        "old argument."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a field under a new name; the name in code may have stayed."""
    if not isinstance(fact, FieldRenamed):
        return
    moved = fact.old.name != fact.new.name
    for lens in Lens if moved else (Lens.WIRE,):
        open_ = lens is Lens.WIRE and not _asked(fact)
        yield Judgement(
            place=fact.place,
            verdict=DiffVerdict.RISKY if open_ else DiffVerdict.BREAKING,
            message=f"the field is now called {fact.new.wire_name!r}",
            lens=lens,
            old=fact.old.wire_name,
            new=fact.new.wire_name,
            identity=(field_identity(fact.old), field_identity(fact.new)),
            witness=_witness(fact) if lens is Lens.WIRE else None,
            reason=_UNKNOWN[fact.place.side] if open_ else "",
        )


_UNKNOWN = {
    Side.INPUT: "servers may refuse or ignore a field they do not know",
    Side.OUTPUT: "old callers find nothing under the old name",
}


def _asked(fact: FieldRenamed) -> bool:
    """Whether payloads under the old name lack what must be given: as for two changes."""
    return fact.new.required and fact.place.side is Side.INPUT


def _witness(fact: FieldRenamed) -> Witness | None:
    """A smallest payload under the old name, if the new one must be given."""
    if not _asked(fact):
        return None
    return next((Witness(value) for value in smallest_example(fact.holder)), None)


RULE = DiffRule(ABOUT, judge)
