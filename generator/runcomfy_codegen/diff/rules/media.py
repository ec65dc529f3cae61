"""Rules about media: the kind of file that a field names, and the media rules on it."""

from __future__ import annotations

from collections.abc import Iterator

from ...subtype import Answer, Unsure
from ..compare.facts import MediaKindChanged, MediaLimitsChanged, Side
from ..finding import DiffVerdict
from ..rule import (
    READ_BY_OLD_CLASSES,
    RuleResult,
    diff_rule,
    is_worth_reporting,
    reason_of,
    verdict_of,
    witness_of,
)


@diff_rule(
    "media-kind-changed",
    MediaKindChanged,
    summary="A media field expects another kind of file.",
    why=(
        "No file is both an image and a video, so the files that callers send are "
        "refused."
    ),
    before='{"properties": {"source_url": {"type": "string", "format": "image_uri"}}}',
    after='{"properties": {"source_url": {"type": "string", "format": "video_uri"}}}',
    advice="Send the other kind of file.",
)
def media_kind_changed(fact: MediaKindChanged) -> Iterator[RuleResult]:
    """Files of the old kind are refused."""
    sent = fact.location.side is Side.INPUT
    yield RuleResult(
        location=fact.location,
        verdict=DiffVerdict.BREAKING if sent else DiffVerdict.RISKY,
        message=f"the field names {fact.new.value} files now, not {fact.old.value}",
        old=fact.old.value,
        new=fact.new.value,
        reason="" if sent else READ_BY_OLD_CLASSES,
    )


@diff_rule(
    "media-limit-narrowed",
    MediaLimitsChanged,
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
def media_limit_narrowed(fact: MediaLimitsChanged) -> Iterator[RuleResult]:
    """The witness is a table of measures."""
    hurts = fact.location.side is Side.INPUT
    if is_worth_reporting(fact.old_in_new, fact.new_in_old, hurts):
        yield RuleResult(
            location=fact.location,
            verdict=verdict_of(fact.old_in_new, hurts=hurts),
            message=_message("fewer files pass by", fact, fact.old_in_new),
            old=fact.old,
            new=fact.new,
            identity=fact.identity,
            witness=witness_of(fact.old_in_new),
            reason=reason_of(fact.old_in_new),
        )


@diff_rule(
    "media-limit-widened",
    MediaLimitsChanged,
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
def media_limit_widened(fact: MediaLimitsChanged) -> Iterator[RuleResult]:
    """The witness is a table of measures."""
    hurts = fact.location.side is Side.OUTPUT
    if is_worth_reporting(fact.new_in_old, fact.old_in_new, hurts):
        yield RuleResult(
            location=fact.location,
            verdict=DiffVerdict.RISKY if hurts else DiffVerdict.COMPATIBLE,
            message=_message("more files pass by", fact, fact.new_in_old),
            old=fact.old,
            new=fact.new,
            identity=fact.identity,
            witness=witness_of(fact.new_in_old),
            reason=reason_of(fact.new_in_old) or (READ_BY_OLD_CLASSES if hurts else ""),
        )


def _message(words: str, fact: MediaLimitsChanged, answer: Answer) -> str:
    """What changed; if the answer is open, only that something did."""
    if isinstance(answer, Unsure):
        words = "other rules on"
    return f"{words} {fact.metric}: {fact.old} → {fact.new}"


RULES = (
    media_kind_changed,
    media_limit_narrowed,
    media_limit_widened,
)
