"""Rules about media: the kind of file that a field names, and the media rules on it."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import LimitsChanged, MediaChanged, Side
from ..finding import DiffVerdict
from ..rule import (
    READ_BY_OLD_CLASSES,
    Judgement,
    diff_rule,
    is_worth_reporting,
    reason_of,
    verdict_of,
    witness_of,
)


@diff_rule(
    "media-kind-changed",
    MediaChanged,
    summary="A media field expects another kind of file.",
    why=(
        "No file is both an image and a video, so the files that callers send are "
        "refused."
    ),
    before='{"properties": {"source_url": {"type": "string", "format": "image_uri"}}}',
    after='{"properties": {"source_url": {"type": "string", "format": "video_uri"}}}',
    advice="Send the other kind of file.",
)
def media_kind_changed(fact: MediaChanged) -> Iterator[Judgement]:
    """Judge another kind of media."""
    sent = fact.place.side is Side.INPUT
    yield Judgement(
        place=fact.place,
        verdict=DiffVerdict.BREAKING if sent else DiffVerdict.RISKY,
        message=f"the field names {fact.new.value} files now, not {fact.old.value}",
        old=fact.old.value,
        new=fact.new.value,
        reason="" if sent else READ_BY_OLD_CLASSES,
    )


@diff_rule(
    "media-limit-narrowed",
    LimitsChanged,
    summary=(
        "Fewer files pass the media rules on one metric. Rules are compared exactly: "
        "`<= 4096` and `< 4097` pixels are the same."
    ),
    why="Files that passed before are refused, after the caller made or bought them.",
    before=(
        '{"properties": {"image_url": {"type": "string", "format": "image_uri", '
        '"validations": [{"validation_rule": "width_pixels<=", '
        '"validation_value": 4096, "validation_error": "too wide"}]}}}'
    ),
    after=(
        '{"properties": {"image_url": {"type": "string", "format": "image_uri", '
        '"validations": [{"validation_rule": "width_pixels<=", '
        '"validation_value": 2048, "validation_error": "too wide"}]}}}'
    ),
    advice="Check or scale the files. `client.validate` reports which of them fail.",
)
def media_limit_narrowed(fact: LimitsChanged) -> Iterator[Judgement]:
    """Judge other limits on a metric; the witness is a table of measures."""
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


@diff_rule(
    "media-limit-widened",
    LimitsChanged,
    summary=(
        "More files pass the media rules on one metric. Rules are compared exactly: "
        "`<= 4096` and `< 4097` pixels are the same."
    ),
    why="More files pass, which breaks no caller that sends them.",
    before=(
        '{"properties": {"image_url": {"type": "string", "format": "image_uri", '
        '"validations": [{"validation_rule": "width_pixels<=", '
        '"validation_value": 2048, "validation_error": "too wide"}]}}}'
    ),
    after=(
        '{"properties": {"image_url": {"type": "string", "format": "image_uri", '
        '"validations": [{"validation_rule": "width_pixels<=", '
        '"validation_value": 4096, "validation_error": "too wide"}]}}}'
    ),
    advice="Be ready to receive such files.",
)
def media_limit_widened(fact: LimitsChanged) -> Iterator[Judgement]:
    """Judge other limits on a metric; the witness is a table of measures."""
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


RULES = (
    media_kind_changed,
    media_limit_narrowed,
    media_limit_widened,
)
