"""Whether a file is of the kind that belongs into a field: an image, a video, a sound."""

from __future__ import annotations

from ..rule import Rule
from .info import Kind, MediaInfo
from .verdict import Check, Verdict

MEDIA_KIND = "media_kind"
"""What the kind is called where rules name a metric."""
_NAMES = {"image": "an image", "video": "a video", "audio": "a sound"}
_ANIMATED = frozenset({"gif", "png", "webp", "avif", "heic"})


def plausible_kinds(media: MediaInfo) -> tuple[Kind, ...]:
    """What a file is, and behind it what some servers take it for.

    Those that decode with FFmpeg read animations, and any GIF, as films, and take the
    sound out of a film where a sound is wanted.
    """
    if media.kind == "video":
        return "video", "audio"
    animated = media.format in _ANIMATED and media.frames != 1
    if animated or media.format == "gif":
        return "image", "video"
    return (media.kind,)


def judge_kind(kind: str, pointer: str, media: MediaInfo) -> Check:
    """Check the kind of a file, as if it were a rule of its place."""
    kinds = plausible_kinds(media)
    verdict = Verdict.FAIL
    if kind == kinds[0]:
        verdict = Verdict.PASS
    elif kind in kinds:
        verdict = Verdict.UNKNOWN
    wanted, found = _NAMES.get(kind, kind), _NAMES[media.kind]
    return Check(
        rule=Rule(
            pointer=pointer,
            metric=MEDIA_KIND,
            operator="==",
            limit=kind,
            message=f"{wanted} belongs here, and this is {found} ({media.format})",
        ),
        verdict=verdict,
        actual=media.kind,
        reason="some servers take it" if verdict is Verdict.UNKNOWN else "",
        evidence=media.evidence,
    )
