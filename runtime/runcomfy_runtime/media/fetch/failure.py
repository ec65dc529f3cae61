"""What goes wrong on a connection, in words."""

from __future__ import annotations

import httpcore

from ...quotation import printable
from ..errors import MediaError
from ..fault import MediaFault

FAILURES = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
    httpcore.ConnectionNotAvailable,
    OSError,
)
"""Everything that httpcore and the system raise; programming errors are not among them."""


def as_media_error(error: Exception) -> MediaError:
    """The same failure as one of ours; the text is the library's or the peer's, escaped."""
    if isinstance(error, httpcore.TimeoutException):
        reason = "the server does not answer in time"
    elif isinstance(error, httpcore.ProtocolError):
        reason = (
            f"the server does not speak HTTP properly ({printable(str(error), 120)})"
        )
    else:
        reason = f"the connection failed ({printable(str(error), 160) or type(error).__name__})"
    return MediaError(reason, MediaFault.UNREACHABLE)
