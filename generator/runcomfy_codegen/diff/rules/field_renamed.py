"""A field is published under another name."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.fact import Fact, FieldRenamed, Side
from ..containment.least import least
from ..finding import Lens, Verdict, Witness
from ..rule import About, Judgement, Rule

ABOUT = About(
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
        yield Judgement(
            place=fact.place,
            verdict=Verdict.BREAKING,
            message=f"the field is now called {fact.new.wire_name!r}",
            lens=lens,
            old=fact.old.wire_name,
            new=fact.new.wire_name,
            witness=_witness(fact),
        )


def _witness(fact: FieldRenamed) -> Witness | None:
    """A smallest payload under the old name, if the new one must be given."""
    if not fact.new.required or fact.place.side is Side.OUTPUT:
        return None
    return next((Witness(value) for value in least(fact.holder)), None)


RULE = Rule(ABOUT, judge)
