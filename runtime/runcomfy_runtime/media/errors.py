"""What the prober raises."""

from __future__ import annotations

from ..errors import RunComfyError
from .fault import MediaFault


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
