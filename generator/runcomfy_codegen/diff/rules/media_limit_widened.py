"""More files pass the media rules on a metric."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Fact, LimitsChanged, Side
from ..finding import Verdict
from ..rule import READ, About, Judgement, Rule, concerns, reason_of, witness_of

ABOUT = About(
    id="media-limit-widened",
    notices=(
        "More files pass the media rules on one metric. Rules are compared as exact"
        " sets: `<= 4096` and `< 4097` pixels are one."
    ),
    why="More files pass, which breaks nobody who sends them.",
    before=(
        '{"properties": {"image_url": {"type": "string", "format": "image_uri", '
        '"validations": [{"validation_rule": "width_pixels<=", "validation_value": '
        '2048, "validation_error": "too wide"}]}}}'
    ),
    after=(
        '{"properties": {"image_url": {"type": "string", "format": "image_uri", '
        '"validations": [{"validation_rule": "width_pixels<=", "validation_value": '
        '4096, "validation_error": "too wide"}]}}}'
    ),
    instead="Be ready to receive such files.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge other limits on a metric; the witness is a table of measures."""
    if not isinstance(fact, LimitsChanged):
        return
    hurts = fact.place.side is Side.OUTPUT
    if concerns(fact.covered, fact.kept, hurts):
        yield Judgement(
            place=fact.place,
            verdict=Verdict.RISKY if hurts else Verdict.COMPATIBLE,
            message=f"more files pass by {fact.metric}: {fact.old} → {fact.new}",
            old=fact.old,
            new=fact.new,
            identity=fact.identity,
            witness=witness_of(fact.covered),
            reason=reason_of(fact.covered) or (READ if hurts else ""),
        )


RULE = Rule(ABOUT, judge)
