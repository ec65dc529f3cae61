"""The types of fields that take media: the URL of a file, a local file, or a list of these."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Protocol,
    SupportsIndex,
    TypeAlias,
    TypeVar,
    overload,
)

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

__all__ = [
    "AudioUrl",
    "AudioUrls",
    "ImageUrl",
    "ImageUrls",
    "VideoUrl",
    "VideoUrls",
]


class Media:
    """Marks a field as taking files of this kind: ``image``, ``video`` or ``audio``.

    It takes a text or a ``Path``; with ``several``, a list of them. Schemas show the text alone,
    and limits of the text concern the text alone.
    """

    __slots__ = ("kind", "several")

    def __init__(self, kind: str, *, several: bool = False) -> None:
        self.kind = kind
        self.several = several

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        text = core_schema.str_schema(metadata={TAKES_FILES: True})
        return core_schema.list_schema(text) if self.several else text

    def __repr__(self) -> str:
        return f"Media({self.kind!r}{', several=True' * self.several})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Media) and hash(self) == hash(other)

    def __hash__(self) -> int:
        return hash((Media, self.kind, self.several))


TAKES_FILES = "runcomfy_takes_files"
"""In the metadata of a text's schema: a ``Path`` is taken too; see ``number_schema``."""

ImageUrl: TypeAlias = Annotated[str | Path, Media("image")]
VideoUrl: TypeAlias = Annotated[str | Path, Media("video")]
AudioUrl: TypeAlias = Annotated[str | Path, Media("audio")]

ItemT = TypeVar("ItemT", covariant=True)


if TYPE_CHECKING:

    class SequenceNotStr(Protocol[ItemT]):
        """A list or a tuple, to type checkers. A text is a sequence of texts, but not one of these.

        The difference is ``__contains__``: that of ``str`` takes no other object.
        """

        @overload
        def __getitem__(self, index: SupportsIndex, /) -> ItemT: ...
        @overload
        def __getitem__(self, index: slice, /) -> Sequence[ItemT]: ...
        def __contains__(self, value: object, /) -> bool:
            """Whether an item equals the value."""
            ...

        def __len__(self) -> int:
            """The number of items."""
            ...

        def __iter__(self) -> Iterator[ItemT]:
            """The items."""
            ...

else:
    SequenceNotStr = Sequence  # a protocol takes long to make, and checks nothing here


ImageUrls: TypeAlias = Annotated[
    SequenceNotStr[str | Path], Media("image", several=True)
]
VideoUrls: TypeAlias = Annotated[
    SequenceNotStr[str | Path], Media("video", several=True)
]
AudioUrls: TypeAlias = Annotated[
    SequenceNotStr[str | Path], Media("audio", several=True)
]
