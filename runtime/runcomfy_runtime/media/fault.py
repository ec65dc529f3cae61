"""Why a piece of media could not be measured."""

from __future__ import annotations

from enum import StrEnum


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
