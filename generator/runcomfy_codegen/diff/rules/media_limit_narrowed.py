"""Fewer files pass the media rules on a metric."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Fact, LimitsChanged, Side
from ..rule import (
    DiffMetadata,
    DiffRule,
    Judgement,
    is_worth_reporting,
    reason_of,
    verdict_of,
    witness_of,
)

ABOUT = DiffMetadata(
    id="media-limit-narrowed",
    notices=(
        "Fewer files pass the media rules on one metric. Rules are compared as "
        "exact sets: `<= 4096` and `< 4097` pixels are one."
    ),
    why="Files that passed are refused, after the caller made or bought them.",
    before=(
        '{"properties": {"image_url": {"type": "string", "format": "image_uri", '
        '"validations": [{"validation_rule": "width_pixels<=", "validation_value": '
        '4096, "validation_error": "too wide"}]}}}'
    ),
    after=(
        '{"properties": {"image_url": {"type": "string", "format": "image_uri", '
        '"validations": [{"validation_rule": "width_pixels<=", "validation_value": '
        '2048, "validation_error": "too wide"}]}}}'
    ),
    instead="Check or scale the files; `client.validate` tells which of them fail.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge other limits on a metric; the witness is a table of measures."""
    if not isinstance(fact, LimitsChanged):
        return
    hurts = fact.place.side is Side.INPUT
    if is_worth_reporting(fact.kept, fact.covered, hurts):
        yield Judgement(
            place=fact.place,
            verdict=verdict_of(fact.kept, hurts=hurts),
            message=f"fewer files pass by {fact.metric}: {fact.old} → {fact.new}",
            old=fact.old,
            new=fact.new,
            identity=fact.identity,
            witness=witness_of(fact.kept),
            reason=reason_of(fact.kept),
        )


RULE = DiffRule(ABOUT, judge)
