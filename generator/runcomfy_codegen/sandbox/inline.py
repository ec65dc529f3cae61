"""Media that an input holds itself, as ``data:`` URIs. A sandbox never fetches anything."""

from __future__ import annotations

from runcomfy_runtime.media.errors import MediaError
from runcomfy_runtime.media.kind import plausible_kinds
from runcomfy_runtime.media.prober import probe
from runcomfy_runtime.media.verdict import corners

from ..dialect.reading import Measured, NotMedia


def measure(text: str) -> Measured:
    """What is known of inline media; nothing of a URL. Raises ``NotMedia``."""
    if text[:5].lower() != "data:":
        return Measured()
    try:
        media = probe(text)
    except MediaError as error:
        if error.fault.conclusive:
            raise NotMedia(str(error)) from None
        return Measured()
    return Measured(tuple(corners(media)), plausible_kinds(media))
