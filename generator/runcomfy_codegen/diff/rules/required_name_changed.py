"""A name that no property declares must be given, or no longer."""

from __future__ import annotations

from collections.abc import Iterator

from ...subtype.examples import smallest_example
from ..compare.facts import Fact, Side, UndeclaredRequiredChanged
from ..finding import DiffVerdict, Witness
from ..rule import READ_BY_OLD_CLASSES, DiffMetadata, DiffRule, Judgement

ABOUT = DiffMetadata(
    id="required-name-changed",
    notices="`required` names a property that is not declared, or no longer does.",
    why=(
        "Nothing asks for such a field, and a generated input cannot give it: if the "
        "server means it, every call fails."
    ),
    before='{"properties": {"image_url": {"type": "string"}}}',
    after='{"properties": {"image_url": {"type": "string"}}, "required": ["image"]}',
    instead="Ask the publisher which property is meant.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a name that is required without being described."""
    if not isinstance(fact, UndeclaredRequiredChanged):
        return
    sent = fact.place.side is Side.INPUT
    hurts = fact.demanded is sent
    harm = DiffVerdict.BREAKING if sent else DiffVerdict.RISKY
    found = smallest_example(fact.holder) if fact.demanded else []
    yield Judgement(
        place=fact.place,
        verdict=harm if hurts else DiffVerdict.COMPATIBLE,
        message=(
            f"{fact.name!r} must be given now, and no property declares it"
            if fact.demanded
            else f"{fact.name!r} need not be given any more"
        ),
        old="" if fact.demanded else fact.name,
        new=fact.name if fact.demanded else "",
        witness=Witness(found[0]) if found else None,
        reason=READ_BY_OLD_CLASSES if hurts and not sent else "",
    )


RULE = DiffRule(ABOUT, judge)
