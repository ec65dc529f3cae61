"""HEIC and AVIF: ISO/IEC 23008-12 sections 6 (items) and 6.5 (properties), ISO/IEC 14496-12."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from struct import unpack_from

from ..errors import MediaError, MediaFault, MediaShort
from ..info import Dimensions, Measurement, MediaInfo
from ..parser import Parse, Source
from .bmff import Box, first_box, read_body, read_box, read_children
from .bmff_tracks import Movie, read_movie

_MOST_BOXES = 1000
_MOST_ASSOCIATIONS = 1 << 18
_SEQUENCES = frozenset({b"avis", b"hevc", b"hevx", b"msf1"})


@dataclass(frozen=True, slots=True)
class _Picture:
    """The primary item: its size as stored, and how it is turned and cropped."""

    coded: Dimensions
    cropped: Dimensions
    turns: int
    mirrored: bool

    @property
    def shown(self) -> Dimensions:
        """The size after cropping and turning."""
        width, height = self.cropped
        return (height, width) if self.turns % 2 else (width, height)


@dataclass(slots=True)
class _HeifFacts:
    brands: tuple[bytes, ...] = ()
    picture: _Picture | None = None
    movie: Movie | None = None


def parse_heif(source: Source) -> Parse[MediaInfo]:
    """Read the primary item's own properties, or the track of a sequence without one."""
    facts = _HeifFacts()
    try:
        yield from _boxes(facts, source)
    except MediaShort:
        if facts.picture is None:
            raise
    track = _sequence(facts)
    if facts.picture is None and track is None:
        raise MediaShort("HEIF: the content ends before its meta box")
    return _result(facts, track, source)


def _boxes(facts: _HeifFacts, source: Source) -> Parse[None]:
    at = 0
    for _ in range(_MOST_BOXES):
        if not source.holds(at):
            return
        box = yield from read_box(at, source.size)
        at = box.end
        if box.kind == b"ftyp":
            body = yield from read_body(box, 256, 4)
            facts.brands = tuple(
                body[offset : offset + 4] for offset in range(0, len(body), 4)
            )
        elif box.kind == b"meta" and facts.picture is None:
            facts.picture = yield from _read_picture(box)
            if not _SEQUENCES.intersection(facts.brands):
                return
        elif box.kind == b"moov" and facts.movie is None:
            facts.movie = yield from read_movie(box)
        if facts.picture is not None and facts.movie is not None:
            return
    raise MediaShort(f"HEIF: more than {_MOST_BOXES} boxes", MediaFault.TOO_COSTLY)


@dataclass(frozen=True, slots=True)
class _Sequence:
    extent: Dimensions
    frames: int | None
    timing: Measurement | None
    rate: Measurement | None


def _sequence(facts: _HeifFacts) -> _Sequence | None:
    """The first picture track of an image sequence."""
    for track in facts.movie.tracks if facts.movie else ():
        if track.shows:
            seconds = track.media.seconds or track.header.seconds
            timing = None if seconds is None else Measurement.of(seconds)
            samples = track.samples
            return _Sequence(track.coded, samples.count or None, timing, samples.rate)
    return None


def _read_picture(meta: Box) -> Parse[_Picture]:
    children = yield from read_children(meta, meta.body + 4)
    primary = first_box(children, b"pitm")
    properties = first_box(children, b"iprp")
    if primary is None or properties is None:
        raise MediaError(
            "HEIF: the meta box names no primary item, or has no properties"
        )
    body = yield from read_body(primary, 8, 6)
    wide = body[0] > 0 and len(body) == 8
    item = int(unpack_from(">I" if wide else ">H", body, 4)[0])
    parts = yield from read_children(properties)
    container = first_box(parts, b"ipco")
    if container is None:
        raise MediaError("HEIF: the properties box is empty")
    numbers: list[int] = []
    for box in parts:
        if box.kind == b"ipma" and not numbers:
            numbers = (yield from _associations(box)).get(item, [])
    owned = yield from read_children(container)
    mine = [owned[number - 1] for number in numbers if 1 <= number <= len(owned)]
    return (yield from _apply(mine))


def _associations(ipma: Box) -> Parse[Mapping[int, list[int]]]:
    """Property numbers, from 1, by item."""
    body = yield from read_body(ipma, _MOST_ASSOCIATIONS, 8)
    version, wide = body[0], bool(body[3] & 1)
    at, numbers_by_item = 8, dict[int, list[int]]()
    for _ in range(int(unpack_from(">I", body, 4)[0])):
        key = 4 if version else 2
        if at + key + 1 > len(body):
            break
        item, count = int.from_bytes(body[at : at + key], "big"), body[at + key]
        at += key + 1
        width = 2 if wide else 1
        cells = body[at : at + count * width]
        mask = 0x7FFF if wide else 0x7F
        numbers_by_item[item] = [
            int.from_bytes(cells[cell : cell + width], "big") & mask
            for cell in range(0, len(cells), width)
        ]
        at += count * width
    return numbers_by_item


def _apply(properties: list[Box]) -> Parse[_Picture]:
    picture = _Picture((0, 0), (0, 0), 0, False)
    for box in properties:
        if box.kind == b"ispe":
            width, height = unpack_from(">II", (yield from read_body(box, 12, 12)), 4)
            picture = replace(picture, coded=(width, height), cropped=(width, height))
        elif box.kind == b"irot":  # one byte, without a version before it
            angle = (yield from read_body(box, 1, 1))[0] & 3
            picture = replace(picture, turns=-angle % 4)
        elif box.kind == b"imir":
            picture = replace(picture, mirrored=True)
        elif box.kind == b"clap":
            picture = replace(picture, cropped=(yield from _crop(box, picture.coded)))
    width, height = picture.coded
    if not width and not height:
        raise MediaError("HEIF: the primary item has no size (ispe)")
    if not all(0 < side < 1 << 31 for side in picture.coded):
        raise MediaError(
            f"HEIF: the primary item says {width}×{height} pixels",
            MediaFault.MALFORMED if width and height else MediaFault.IMPOSSIBLE,
        )
    return picture


def _crop(clap: Box, coded: Dimensions) -> Parse[Dimensions]:
    """The clean aperture, two fractions; the whole picture if it is invalid."""
    numbers = unpack_from(">IIII", (yield from read_body(clap, 16, 16)))
    if not numbers[1] or not numbers[3]:
        return coded
    width, height = round(Fraction(*numbers[:2])), round(Fraction(*numbers[2:]))
    inside = 0 < width <= coded[0] and 0 < height <= coded[1]
    return (width, height) if inside else coded


def _result(facts: _HeifFacts, sequence: _Sequence | None, source: Source) -> MediaInfo:
    picture = facts.picture
    if picture is None:
        assert sequence is not None
        picture = _Picture(sequence.extent, sequence.extent, 0, False)
    plain = (1, 6, 3, 8)[picture.turns]
    return MediaInfo(
        kind="image",
        format="avif" if {b"avif", b"avis"}.intersection(facts.brands) else "heic",
        size=source.size,
        shown=picture.shown,
        coded=picture.coded,
        orientation={1: 2, 6: 7, 3: 4, 8: 5}[plain] if picture.mirrored else plain,
        frames=sequence.frames if sequence else 1,
        timing=sequence.timing if sequence else None,
        rate=sequence.rate if sequence else None,
        evidence=(
            ("primary item's properties in meta",) if facts.picture else ("moov track",)
        ),
    )
