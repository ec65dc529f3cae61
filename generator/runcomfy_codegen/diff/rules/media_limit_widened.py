"""More files pass the media rules on a metric."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Fact, LimitsChanged, Side
from ..finding import DiffVerdict
from ..rule import (
    READ_BY_OLD_CLASSES,
    DiffMetadata,
    DiffRule,
    Judgement,
    is_worth_reporting,
    reason_of,
    witness_of,
)

ABOUT = DiffMetadata(
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
    if is_worth_reporting(fact.covered, fact.kept, hurts):
        yield Judgement(
            place=fact.place,
            verdict=DiffVerdict.RISKY if hurts else DiffVerdict.COMPATIBLE,
            message=f"more files pass by {fact.metric}: {fact.old} → {fact.new}",
            old=fact.old,
            new=fact.new,
            identity=fact.identity,
            witness=witness_of(fact.covered),
            reason=reason_of(fact.covered) or (READ_BY_OLD_CLASSES if hurts else ""),
        )


RULE = DiffRule(ABOUT, judge)
