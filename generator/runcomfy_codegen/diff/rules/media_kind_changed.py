"""A field names another kind of media."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Fact, MediaChanged, Side
from ..finding import DiffVerdict
from ..rule import READ_BY_OLD_CLASSES, DiffMetadata, DiffRule, Judgement

ABOUT = DiffMetadata(
    id="media-kind-changed",
    notices="A field that named one kind of media by URL names another.",
    why="No file is both an image and a video: what callers send is refused.",
    before=(
        '{"properties": {"source_url": {"type": "string", "format": "image_uri"}}}'
    ),
    after='{"properties": {"source_url": {"type": "string", "format": "video_uri"}}}',
    instead="Send the other kind of file.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge another kind of media."""
    if isinstance(fact, MediaChanged):
        sent = fact.place.side is Side.INPUT
        yield Judgement(
            place=fact.place,
            verdict=DiffVerdict.BREAKING if sent else DiffVerdict.RISKY,
            message=f"the field names {fact.new.value} files now, not {fact.old.value}",
            old=fact.old.value,
            new=fact.new.value,
            reason="" if sent else READ_BY_OLD_CLASSES,
        )


RULE = DiffRule(ABOUT, judge)
