"""The parser of any media: look at the first bytes, then let the format's own parser go on."""

from __future__ import annotations

from .info import MediaInfo
from .parser import HEAD, Parse, Source
from .sniff import TEXT, parser_for, unknown


def parse_media(size: int | None, *, thorough: bool) -> Parse[MediaInfo]:
    """Find the format and read what it says. Raises ``MediaError``.

    ``size`` is the length of the content, None if it is not known; ``thorough`` permits
    reading all of it.
    """
    head = yield 0, HEAD, 0
    parser = parser_for(head)
    if parser is None:
        raise unknown((yield 0, TEXT, 0), size)
    return (yield from parser(Source(size, thorough, head)))
