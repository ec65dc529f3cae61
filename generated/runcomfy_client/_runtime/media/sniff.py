"""Recognising formats by their first bytes. File names and declared types are ignored."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections.abc import Callable
from functools import cache
from importlib import import_module

from ..escaping import printable
from .errors import MediaError, MediaFault, MediaUnknown, MediaUnsupported
from .format_table import FORMATS, Format
from .formats.mp3 import parse_frame
from .info import MediaInfo
from .parser import HEAD, Parse, Parser, Source

TEXT = 4096
"""How many bytes are read to recognise what else it is."""

_STARTS = tuple((start, row) for row in FORMATS.values() for start in row.starts)
_BY_FIRST_BYTE: dict[int, tuple[tuple[bytes, Format], ...]] = {
    first: tuple((start, row) for start, row in _STARTS if start[0] == first)
    for first in {start[0] for start, _ in _STARTS}
}
_BY_RIFF_FORM = {row.riff_form: row for row in FORMATS.values() if row.riff_form}
_BY_BRAND = {brand: row for row in FORMATS.values() for brand in row.brands}
_BY_BOX = {box: row for row in FORMATS.values() for box in row.boxes}
_JPEG_START = FORMATS["jpeg"].starts[0]
_OTHER_BRANDS, _FRAMES = FORMATS["mp4"], FORMATS["mp3"]

_UNREAD: tuple[tuple[bytes, str], ...] = (
    (b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 codestream"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL picture"),
    (b"8BPS", "a Photoshop document"),
    (b"qoif", "a QOI picture"),
    (b"DDS ", "a DirectDraw surface"),
    (b"v/1\x01", "an OpenEXR picture"),
    (b"#?RADIANCE", "a Radiance picture"),
    (b"FUJIFILMCCD-RAW", "a camera's raw file"),
    (b"IIU\0", "a camera's raw file"),
    (b"\0\0\x02\0", "a Windows cursor"),
    (b"icns", "an Apple icon"),
    (b"%!PS", "an EPS picture"),
    (b"FLV\x01", "a Flash video"),
    (b"\0\0\x01\xba", "an MPEG program stream"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media file"),
    (b".RMF", "a RealMedia file"),
    (b"caff", "a Core Audio file"),
    (b".snd", "a Sun audio file"),
    (b"#!AMR", "an AMR recording"),
    (b"MThd", "a MIDI file"),
    (b"wvpk", "a WavPack file"),
    (b"MAC ", "a Monkey's Audio file"),
    (b"RIFX", "a big-endian RIFF file"),
    (b"/* XPM */", "an XPM picture"),
    (b"#define ", "an XBM picture"),
    (b"SIMPLE  =", "a FITS picture"),
    (b"glTF", "a 3D model (glTF)"),
)
_NOT_MEDIA: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)
PLAIN_TEXT = "plain text"
_PORTABLE_MAP = re.compile(rb"P[1-7][\s#]")
_XBM = re.compile(rb"#define\s+\S*width\s+\d")
_SVG = re.compile(rb"<(?:[\w.-]+:)?svg[\s>/]", re.IGNORECASE)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_PROLOG = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s|(?><\?.*?\?>)|(?><!--.*?-->))*+", re.DOTALL
)
"""What may precede the first element or its declaration: XML 1.0, section 2.8."""
_XML = re.compile(rb"<[?!A-Za-z_:]")
_TEXT = re.compile(rb"[\t\n\f\r\x20-\x7e\x80-\xff]+")
_WIDE_TEXT = re.compile(
    r"[\t\n\f\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffc\U00010000-\U0010ffff]+"
)
_BYTE_ORDERS = frozenset({b"\xff\xfe", b"\xfe\xff"})
_TGA_TYPES = frozenset({1, 2, 3, 9, 10, 11})
_TGA_DEPTHS = frozenset({8, 15, 16, 24, 32})


def parse_media(
    size: int | None, thorough: bool, first: int = HEAD
) -> Parse[MediaInfo]:
    """Find the format and read what it says. Raises ``MediaError``.

    ``size`` is the length of the content, None if it is not known; ``thorough`` permits
    reading all of it. ``first`` is how many bytes are read to find the format.
    """
    head = yield 0, first, 0
    row = _row_for(head)
    if row is None:
        raise unrecognised_error((yield 0, TEXT, 0), size)
    if len(head) < row.shortest:
        raise _too_short(head)
    return (yield from _parser(row.parser)(Source(size, thorough, head)))


def read_usual_header(head: bytes, size: int | None) -> MediaInfo | None:
    """What the beginning of some content says, if that is all that there is to know.

    None for everything that a parser must read. Raises ``MediaError``.
    """
    if head[:2] != _JPEG_START:
        return None
    return _usual_jpeg()(head, size)


@cache
def _usual_jpeg() -> Callable[[bytes, int | None], MediaInfo | None]:
    """Loaded on first use, like the parsers."""
    from .formats.jpeg import usual_jpeg

    return usual_jpeg


@cache
def _parser(module: str) -> Parser:
    """The parser of a format, loaded on first use."""
    parser: Parser = getattr(
        import_module(f".formats.{module}", __package__), f"parse_{module}"
    )
    return parser


def _row_for(head: bytes) -> Format | None:
    """A format whose parser reads content that begins like this; None if there is no such format."""
    for start, row in _BY_FIRST_BYTE.get(head[0], ()) if head else ():
        if head.startswith(start):
            return row
    if head[:4] in (b"RIFF", b"RF64", b"BW64"):
        return _BY_RIFF_FORM.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _BY_BRAND.get(head[8:12], _OTHER_BRANDS)
    if head[4:8] in _BY_BOX:
        return _BY_BOX[head[4:8]]
    return _FRAMES if parse_frame(head) is not None else None


def unrecognised_error(head: bytes, size: int | None) -> MediaError:
    """The error for content that no parser reads."""
    if not head:
        return MediaError("there is no content: 0 bytes", MediaFault.TOO_SHORT)
    if any(start.startswith(head) for start, _ in _STARTS):
        return _too_short(head)
    for magic, name in _NOT_MEDIA:
        if head.startswith(magic):
            return MediaError(f"this is {name}, not media", MediaFault.NOT_MEDIA)
    wide = _wide_text(head)
    if wide is not None and not _XML.match(_after_prolog(wide)):
        return MediaError("this is text in UTF-16, not media", MediaFault.NOT_MEDIA)
    head = head if wide is None else wide
    # a web page may contain a drawing, so this check comes first
    page = _HTML.match(_after_prolog(head)) is not None
    unread = None if page else _unread_name(head, size)
    if unread is not None:
        return MediaUnsupported(f"this is {unread}, a format that is not read")
    if page or _is_text(head):
        name = f"{_text_name(head)} ({_quote(head)})"
        return MediaError(f"this is {name}, not media", MediaFault.NOT_MEDIA)
    quote = _quote(head)
    return MediaUnknown(f"the format is not known; the content begins with {quote}")


def name_if_not_media(head: bytes) -> str | None:
    """What content is that begins like this, if it is certainly no media; else None."""
    if not head or _row_for(head) is not None:
        return None
    error = unrecognised_error(head, None)
    if getattr(error, "fault", None) is MediaFault.NOT_MEDIA:
        names = [name for magic, name in _NOT_MEDIA if head.startswith(magic)]
        return names[0] if names else _text_name(_wide_text(head) or head)
    xml = _XML.match(_after_prolog(head)) and _SVG.search(head) is None
    return "an XML document" if xml else None


def _too_short(head: bytes) -> MediaError:
    return MediaError(
        f"the content ends after {len(head)} bytes, inside its header",
        MediaFault.TOO_SHORT,
    )


def _unread_name(head: bytes, size: int | None) -> str | None:
    if _looks_like_tga(head, size):
        return "a TGA picture"
    for magic, name in _UNREAD:
        if head.startswith(magic):
            return name
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "an AIFF recording"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xF0 == 0xF0:
        # the two bits that say which layer of MPEG audio it is; none of them is AAC's
        return "MPEG audio, Layer I or II" if head[1] & 6 else "an AAC stream (ADTS)"
    if _PORTABLE_MAP.match(head):
        return "a portable pixmap (PNM)"
    if len(head) > 376 and head[0] == head[188] == head[376] == 0x47:
        return "an MPEG transport stream"
    return _unread_text(head)


def _unread_text(head: bytes) -> str | None:
    """A text-based format that is not supported; None if it is not recognised."""
    if _XBM.search(head):
        return "an XBM picture"
    if _SVG.search(head):
        return "an SVG drawing"
    return "XML" if _XML.match(_after_prolog(head)) else None


def _after_prolog(head: bytes) -> bytes:
    prolog = _PROLOG.match(head)
    return head[prolog.end() :] if prolog else head


def _looks_like_tga(head: bytes, size: int | None) -> bool:
    """TGA has no magic number, so its header and length must be consistent."""
    if len(head) < 18 or head[1] > 1 or head[2] not in _TGA_TYPES:
        return False
    if head[16] not in _TGA_DEPTHS or (head[1] == 0 and any(head[3:8])):
        return False
    width, height = head[12] | head[13] << 8, head[14] | head[15] << 8
    packed = head[2] > 8
    pixels = 0 if packed else width * height * (head[16] // 8)
    return width > 0 and height > 0 and (size is None or size >= 18 + pixels)


def _is_text(head: bytes) -> bool:
    """Whether this is UTF-8 without control characters; the last character may be incomplete."""
    try:
        getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return _TEXT.fullmatch(head) is not None


def _wide_text(head: bytes) -> bytes | None:
    """UTF-16 text with a byte order mark, as UTF-8; None if it is not. MPEG audio begins alike."""
    if head[:2] not in _BYTE_ORDERS:
        return None
    try:
        text = getincrementaldecoder("utf-16")().decode(head)
    except UnicodeDecodeError:
        return None
    return text.encode() if _WIDE_TEXT.fullmatch(text) else None


def _text_name(head: bytes) -> str:
    start = head.lstrip()
    if _HTML.search(head):
        name = "an HTML page"
    elif start[:1] in (b"{", b"["):
        name = "JSON"
    else:
        name = PLAIN_TEXT
    return name


def _quote(head: bytes) -> str:
    """The first bytes, safe to print and at most 60 characters long."""
    start = head[:48].strip()
    if _is_text(start) or start[:1] == b"<":
        text = printable(start.decode("utf-8", "replace"), 56)
        return '"' + "".join(c if c.isprintable() else "·" for c in text) + '"'
    return "bytes " + head[:12].hex(" ")
