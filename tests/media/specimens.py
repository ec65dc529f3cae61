"""Files made by hand, as small as they can be, for what no encoder here writes."""

from __future__ import annotations

from binascii import crc32
from collections.abc import Sequence
from struct import pack


def chunk(name: bytes, body: bytes = b"") -> bytes:
    """A PNG chunk."""
    return pack(">I", len(body)) + name + body + pack(">I", crc32(name + body))


def png(width: int, height: int, *chunks: bytes) -> bytes:
    header = chunk(b"IHDR", pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + header
        + b"".join(chunks)
        + chunk(b"IDAT")
        + chunk(b"IEND")
    )


def exif(orientation: int, order: str = ">", kind: int = 3) -> bytes:
    """A TIFF structure with the orientation as its only entry."""
    head = (b"MM\0*" if order == ">" else b"II*\0") + pack(order + "I", 8)
    value = (
        pack(order + "HH", orientation, 0)
        if kind == 3
        else pack(order + "I", orientation)
    )
    entry = pack(order + "HHI", 0x0112, kind, 1) + value
    return head + pack(order + "H", 1) + entry + pack(order + "I", 0)


def segment(marker: int, body: bytes) -> bytes:
    """A JPEG segment."""
    return bytes((0xFF, marker)) + pack(">H", len(body) + 2) + body


def frame_header(width: int, height: int, marker: int = 0xC0) -> bytes:
    """A JPEG frame header with one component."""
    return segment(marker, pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00")


def jpeg(*segments: bytes) -> bytes:
    return (
        b"\xff\xd8"
        + b"".join(segments)
        + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
        + b"\0\xff\xd9"
    )


def app1(orientation: int, order: str = ">") -> bytes:
    """The JPEG segment that holds Exif."""
    return segment(0xE1, b"Exif\0\0" + exif(orientation, order))


def riff(form: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    """A RIFF file; chunks of odd length are padded."""
    body = b"".join(
        name + pack("<I", len(content)) + content + b"\0" * (len(content) & 1)
        for name, content in chunks
    )
    return b"RIFF" + pack("<I", len(body) + 4) + form + body


def vp8x(flags: int, width: int, height: int) -> tuple[bytes, bytes]:
    extent = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"VP8X", pack("<I", flags) + extent


def fmt(
    rate: int = 8000, *, codec: int = 1, channels: int = 1, bits: int = 16
) -> tuple[bytes, bytes]:
    """The format chunk of a WAV file."""
    block = channels * bits // 8
    return b"fmt ", pack("<HHIIHH", codec, channels, rate, rate * block, block, bits)


def tiff(
    entries: Sequence[tuple[int, int, int]], *, big: bool = False, following: int = 0
) -> bytes:
    """A TIFF file of one directory; entries are (tag, type, value)."""
    if big:
        head = b"II+\0" + pack("<HHQ", 8, 0, 16) + pack("<Q", len(entries))
        rows = b"".join(
            pack("<HHQQ", tag, kind, 1, value) for tag, kind, value in entries
        )
        return head + rows + pack("<Q", following)
    head = b"II*\0" + pack("<IH", 8, len(entries))
    rows = b"".join(pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    return head + rows + pack("<I", following)


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box of the ISO base media file format."""
    body = b"".join(parts)
    return pack(">I", len(body) + 8) + kind + body


def full(kind: bytes, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    """A box with version and flags."""
    return box(kind, pack(">I", version << 24 | flags), *parts)


UPRIGHT = (1, 0, 0, 1)
QUARTER_RIGHT = (0, 1, -1, 0)


def track(
    *,
    handler: bytes = b"vide",
    extent: tuple[int, int] = (320, 180),
    header_extent: tuple[int, int] | None = None,
    matrix: tuple[int, int, int, int] = UPRIGHT,
    scale: int = 1000,
    ticks: int = 2000,
    presented: int = 2000,
    enabled: bool = True,
    entry_boxes: bytes = b"",
    deltas: Sequence[tuple[int, int]] = ((50, 40),),
    identity: int = 1,
) -> bytes:
    """A track whose movie counts milliseconds."""
    a, b, c, d = (each << 16 for each in matrix)
    wide, high = header_extent or extent
    tkhd = full(
        b"tkhd",
        pack(">IIIIIII", 0, 0, identity, 0, presented, 0, 0),
        pack(">HHHH", 0, 0, 0, 0),
        pack(">iiiiiiiii", a, b, 0, c, d, 0, 0, 0, 1 << 30),
        pack(">II", wide << 16, high << 16),
        flags=1 if enabled else 0,
    )
    sample = bytes(24) + pack(">HH", *extent) + bytes(50)
    stbl = box(
        b"stbl",
        full(b"stsd", pack(">I", 1), box(b"avc1", sample, entry_boxes)),
        full(
            b"stts", pack(">I", len(deltas)), *(pack(">II", *pair) for pair in deltas)
        ),
        full(b"stsz", pack(">II", 0, sum(count for count, _ in deltas))),
    )
    mdia = box(
        b"mdia",
        full(b"mdhd", pack(">IIIIHH", 0, 0, scale, ticks, 0, 0)),
        full(b"hdlr", pack(">I", 0), handler, bytes(13)),
        box(b"minf", stbl),
    )
    return box(b"trak", tkhd, mdia)


def movie(
    *tracks: bytes, ticks: int = 2000, scale: int = 1000, more: bytes = b""
) -> bytes:
    mvhd = full(b"mvhd", pack(">IIII", 0, 0, scale, ticks), bytes(80))
    return box(b"moov", mvhd, *tracks, more)


FTYP = box(b"ftyp", b"isom", pack(">I", 0), b"isommp41")


def still(
    *properties: bytes,
    primary: int = 1,
    associations: dict[int, list[int]] | None = None,
) -> bytes:
    """A HEIC file whose items own properties by number, counted from 1."""
    owned = associations or {1: list(range(1, len(properties) + 1))}
    rows = b"".join(
        pack(">HB", item, len(numbers)) + bytes(numbers)
        for item, numbers in owned.items()
    )
    meta = full(
        b"meta",
        full(b"hdlr", pack(">I", 0), b"pict", bytes(13)),
        full(b"pitm", pack(">H", primary)),
        box(
            b"iprp",
            box(b"ipco", *properties),
            full(b"ipma", pack(">I", len(owned)), rows),
        ),
    )
    return box(b"ftyp", b"heic", pack(">I", 0), b"mif1heic") + meta


def ispe(width: int, height: int) -> bytes:
    return full(b"ispe", pack(">II", width, height))


def element(identity: int, body: bytes, *, unknown: bool = False) -> bytes:
    """An EBML element; with a size of eight bytes, so that lengths never matter."""
    name = identity.to_bytes((identity.bit_length() + 7) // 8, "big")
    size = b"\x01" + b"\xff" * 7 if unknown else pack(">Q", len(body) | 1 << 56)
    return name + size + body


def number(identity: int, value: int) -> bytes:
    return element(identity, value.to_bytes(8, "big"))


def matroska(
    *segment_parts: bytes, kind: bytes = b"matroska", unknown: bool = False
) -> bytes:
    header = element(0x1A45DFA3, element(0x4282, kind))
    return header + element(0x18538067, b"".join(segment_parts), unknown=unknown)


def information(ticks: float | None, *, scale: int = 1_000_000) -> bytes:
    length = b"" if ticks is None else element(0x4489, pack(">d", ticks))
    return element(0x1549A966, number(0x2AD7B1, scale) + length)


def picture_track(
    width: int, height: int, *more: bytes, frame_time: int = 40_000_000
) -> bytes:
    shape = number(0xB0, width) + number(0xBA, height) + b"".join(more)
    entry = number(0x83, 1) + number(0x23E383, frame_time) + element(0xE0, shape)
    return element(0xAE, entry)


def tracks(*entries: bytes) -> bytes:
    return element(0x1654AE6B, b"".join(entries))


def cluster(time: int, *offsets: int, unknown: bool = False) -> bytes:
    blocks = b"".join(
        element(0xA3, b"\x81" + pack(">hB", each, 0) + bytes(20)) for each in offsets
    )
    return element(0x1F43B675, number(0xE7, time) + blocks, unknown=unknown)


def page(serial: int, position: int, body: bytes, *, flags: int = 0) -> bytes:
    """An Ogg page; its checksum is not filled in."""
    lacing = bytes([255] * (len(body) // 255) + [len(body) % 255])
    head = pack("<4sBBqIII", b"OggS", 0, flags, position, serial, 0, 0)
    return head + bytes((len(lacing),)) + lacing + body


def opus(*, skipped: int, last: int, first: int = 960) -> bytes:
    head = b"OpusHead" + pack("<BBHIhB", 1, 1, skipped, 48000, 0, 0)
    return (
        page(1, 0, head, flags=2)
        + page(1, 0, b"OpusTags" + bytes(8))
        + page(1, first, bytes(100))
        + page(1, last, bytes(100), flags=4)
    )


def mp3_frame(*, kbits: int = 9, padding: int = 0, body: bytes = b"") -> bytes:
    """A frame of 44.1 kHz mono; ``kbits`` is the index of its bit rate, 9 for 128."""
    rates = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
    length = 144 * rates[kbits] * 1000 // 44100 + padding
    head = bytes((0xFF, 0xFB, kbits << 4 | padding << 1, 0xC0))
    return (head + body).ljust(length, b"\0")


def tag(size: int) -> bytes:
    """An ID3v2 tag of that many bytes after its header."""
    digits = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x04\0\0" + digits + bytes(size)
