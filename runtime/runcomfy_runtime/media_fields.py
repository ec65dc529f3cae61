"""The types of fields that take media: the URL of a file, or a list of URLs."""

from __future__ import annotations

from typing import Annotated, TypeAlias

__all__ = [
    "AudioUrl",
    "AudioUrls",
    "ImageUrl",
    "ImageUrls",
    "VideoUrl",
    "VideoUrls",
]


class Media:
    """Marks a text as the URL of a file of this kind: ``image``, ``video`` or ``audio``."""

    __slots__ = ("kind",)

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __repr__(self) -> str:
        return f"Media({self.kind!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Media) and self.kind == other.kind

    def __hash__(self) -> int:
        return hash((Media, self.kind))


ImageUrl: TypeAlias = Annotated[str, Media("image")]
VideoUrl: TypeAlias = Annotated[str, Media("video")]
AudioUrl: TypeAlias = Annotated[str, Media("audio")]
ImageUrls: TypeAlias = list[ImageUrl]
VideoUrls: TypeAlias = list[VideoUrl]
AudioUrls: TypeAlias = list[AudioUrl]
