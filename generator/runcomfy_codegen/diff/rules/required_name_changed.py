"""A name that no property declares must be given, or no longer."""

from __future__ import annotations

from collections.abc import Iterator

from ...subtype.examples import least
from ..compare.facts import DemandChanged, Fact, Side
from ..finding import Verdict, Witness
from ..rule import READ, About, Judgement, Rule

ABOUT = About(
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
    if not isinstance(fact, DemandChanged):
        return
    sent = fact.place.side is Side.INPUT
    hurts = fact.demanded is sent
    harm = Verdict.BREAKING if sent else Verdict.RISKY
    found = least(fact.holder) if fact.demanded else []
    yield Judgement(
        place=fact.place,
        verdict=harm if hurts else Verdict.COMPATIBLE,
        message=(
            f"{fact.name!r} must be given now, and no property declares it"
            if fact.demanded
            else f"{fact.name!r} need not be given any more"
        ),
        old="" if fact.demanded else fact.name,
        new=fact.name if fact.demanded else "",
        witness=Witness(found[0]) if found else None,
        reason=READ if hurts and not sent else "",
    )


RULE = Rule(ABOUT, judge)
