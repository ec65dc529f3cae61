"""Why a piece of media could not be measured, and what the prober raises."""

from __future__ import annotations

from enum import StrEnum

from ..errors import RunComfyError

# Why a piece of media could not be measured.


class MediaFault(StrEnum):
    """The stable code of a ``MediaError``."""

    UNSUPPORTED = "unsupported"
    """A format that is not read here; it may be fine."""
    NOT_MEDIA = "not_media"
    """A web page, JSON, plain text, an archive."""
    TOO_SHORT = "too_short"
    """Nothing, or less than the shortest header of its format."""
    IMPOSSIBLE = "impossible"
    """The header states a size that its format forbids: a picture without pixels."""
    MALFORMED = "malformed"
    """The format is known, and its rules are broken where this reader needs them."""
    TRUNCATED = "truncated"
    """The content ends before the answer that this reader looks for."""
    TOO_COSTLY = "too_costly"
    """The answer lies beyond the limits on bytes, steps, requests or time."""
    WRONG_KIND = "wrong_kind"
    """Media, but not of the kind that was asked for."""
    UNREADABLE = "unreadable"
    """The source cannot be read: no such file, no permission, bad ``data:`` URI."""
    REFUSED = "refused"
    """The guard does not allow this address."""
    UNREACHABLE = "unreachable"
    """The network or the server failed."""
    CHANGED = "changed"
    """The content changed while it was read."""

    @property
    def conclusive(self) -> bool:
        """Whether the content itself is at fault, so that no reader could use it.

        Broken rules and missing ends are not conclusive: decoders skip junk, search for
        the next marker and guess, and many a file that is cut or damaged plays.
        """
        return self in (
            MediaFault.NOT_MEDIA,
            MediaFault.TOO_SHORT,
            MediaFault.IMPOSSIBLE,
        )


class MediaError(RunComfyError):
    """A source could not be measured; ``fault`` says why in one word, the text in a sentence."""

    def __init__(self, message: str, fault: MediaFault = MediaFault.MALFORMED) -> None:
        super().__init__(message)
        self.fault = fault


class MediaUnsupported(MediaError):
    """The content is of a format that is not read here, and may well be good."""

    def __init__(
        self, message: str, fault: MediaFault = MediaFault.UNSUPPORTED
    ) -> None:
        super().__init__(message, fault)


class MediaUnknown(MediaUnsupported):
    """No format is recognised at all: it may be one of those, or no media."""


class MediaShort(MediaError):
    """A want could not be met: the content ends, or the limits do.

    A parser that already has its answer catches this and gives the answer.
    """

    def __init__(self, message: str, fault: MediaFault = MediaFault.TRUNCATED) -> None:
        super().__init__(message, fault)
