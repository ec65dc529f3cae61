"""Why a piece of media could not be measured, and what the prober raises."""

from __future__ import annotations

from enum import StrEnum

from ..errors import RunComfyError

# The codes.


class MediaFault(StrEnum):
    """The stable code of a ``MediaError``."""

    UNSUPPORTED = "unsupported"
    """A format that this reader does not support. The file may be valid."""
    NOT_MEDIA = "not_media"
    """A web page, JSON, plain text, an archive."""
    TOO_SHORT = "too_short"
    """Nothing, or less than the shortest header of its format."""
    IMPOSSIBLE = "impossible"
    """The header states a size that its format forbids, such as an image without pixels."""
    MALFORMED = "malformed"
    """The format is known, but the content violates it where this reader needs it."""
    TRUNCATED = "truncated"
    """The content ends before what this reader looks for."""
    TOO_COSTLY = "too_costly"
    """The result would exceed the limits on bytes, steps, requests or time."""
    WRONG_KIND = "wrong_kind"
    """Media, but not of the requested kind."""
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

        Format violations and missing ends are not conclusive: decoders skip junk, search for
        the next marker and guess, so many truncated or damaged files still play.
        """
        return self in (
            MediaFault.NOT_MEDIA,
            MediaFault.TOO_SHORT,
            MediaFault.IMPOSSIBLE,
        )


class MediaError(RunComfyError):
    """A source could not be measured. ``fault`` is the stable code; the message explains it."""

    def __init__(self, message: str, fault: MediaFault = MediaFault.MALFORMED) -> None:
        super().__init__(message)
        self.fault = fault


class MediaUnsupported(MediaError):
    """The content has a format that this reader does not support. It may be valid."""

    def __init__(
        self, message: str, fault: MediaFault = MediaFault.UNSUPPORTED
    ) -> None:
        super().__init__(message, fault)


class MediaUnknown(MediaUnsupported):
    """No format is recognised: the content may be an unsupported format, or not media."""


class MediaShort(MediaError):
    """A parser's request for bytes failed: the content or the limits end before them.

    A parser that already has its result catches this and returns the result.
    """

    def __init__(self, message: str, fault: MediaFault = MediaFault.TRUNCATED) -> None:
        super().__init__(message, fault)
