"""Movies and their tracks: ISO/IEC 14496-12, sections 8.2 to 8.6; QuickTime File Format."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from struct import unpack_from

from ..info import Dimensions, Measurement, in_square_pixels
from ..parser import Parse
from .bmff import Box, first_box, read_body, read_children

VIDEO, AUDIO, PICTURE = b"vide", b"soun", b"pict"
_MOST_TRACKS = 64
_MOST_DELTAS = 64


@dataclass(frozen=True, slots=True)
class MovieTime:
    """A duration in ticks, and the ticks of a second. Either may be missing or nonsense."""

    scale: int
    ticks: int | None

    @property
    def seconds(self) -> Fraction | None:
        """The duration; None unless it is positive and known."""
        return Fraction(self.ticks, self.scale) if self.ticks and self.scale else None


@dataclass(frozen=True, slots=True)
class TrackHeader:
    """The ``tkhd`` box: the size before ``turns`` quarter turns to the right."""

    identity: int
    enabled: bool
    extent: Dimensions
    turns: int
    seconds: Fraction | None


@dataclass(frozen=True, slots=True)
class Samples:
    """The sample tables: size as stored and in square pixels, count, samples a second."""

    coded: Dimensions = (0, 0)
    square: Dimensions = (0, 0)
    count: int = 0
    rate: Measurement | None = None


@dataclass(frozen=True, slots=True)
class MovieTrack:
    """One track of a movie."""

    handler: bytes
    header: TrackHeader
    media: MovieTime
    samples: Samples = Samples()

    @property
    def shows(self) -> bool:
        """Whether this is a picture track with a size."""
        return self.handler in (VIDEO, PICTURE) and all(self.coded)

    @property
    def sounds(self) -> bool:
        """Whether this is a sound track."""
        return self.handler == AUDIO

    @property
    def coded(self) -> Dimensions:
        """The size as stored; if the samples do not state it, the header's."""
        return self.samples.coded if all(self.samples.coded) else self.header.extent

    @property
    def shown(self) -> Dimensions:
        """The size as displayed: in square pixels, and turned."""
        square = self.samples.square
        return self.turned(square if all(square) else self.header.extent)

    def turned(self, extent: Dimensions) -> Dimensions:
        """Width and height after the track's quarter turns."""
        return (extent[1], extent[0]) if self.header.turns % 2 else extent


@dataclass(frozen=True, slots=True)
class Movie:
    """A ``moov`` box. ``fragment_clock`` is set if more samples follow in fragments."""

    clock: MovieTime
    tracks: tuple[MovieTrack, ...]
    fragmented: bool = False
    fragment_clock: MovieTime | None = None
    sample_ticks: tuple[tuple[int, int], ...] = ()

    @property
    def playing(self) -> tuple[MovieTrack, ...]:
        """The tracks that are seen or heard."""
        return tuple(track for track in self.tracks if track.shows or track.sounds)

    @property
    def declares_length(self) -> bool:
        """Whether the header says how long all fragments are together."""
        return (
            self.fragment_clock is not None and self.fragment_clock.seconds is not None
        )


def read_movie(moov: Box) -> Parse[Movie]:
    """Read headers and tracks; tables of samples are skipped."""
    children = yield from read_children(moov)
    header = first_box(children, b"mvhd")
    clock = (yield from _read_clock(header)) if header else MovieTime(0, None)
    tracks: list[MovieTrack] = []
    for box in [child for child in children if child.kind == b"trak"][:_MOST_TRACKS]:
        track = yield from _read_track(box, clock.scale)
        if track is not None:
            tracks.append(track)
    extends = first_box(children, b"mvex")
    if extends is None:
        return Movie(clock, tuple(tracks))
    fragment_clock, sample_ticks = yield from _read_extends(extends, clock.scale)
    return Movie(clock, tuple(tracks), True, fragment_clock, sample_ticks)


def _read_clock(box: Box) -> Parse[MovieTime]:
    """``mvhd`` and ``mdhd`` begin alike: version, two dates, scale, duration."""
    body = yield from read_body(box, 32, 20)
    if body[0] == 1:
        if len(body) < 32:
            return MovieTime(0, None)
        scale, ticks = unpack_from(">IQ", body, 20)
        return MovieTime(scale, None if ticks == 0xFFFFFFFFFFFFFFFF else ticks)
    scale, ticks = unpack_from(">II", body, 12)
    return MovieTime(scale, None if ticks == 0xFFFFFFFF else ticks)


def _read_extends(
    mvex: Box, scale: int
) -> Parse[tuple[MovieTime | None, tuple[tuple[int, int], ...]]]:
    clock: MovieTime | None = None
    defaults: list[tuple[int, int]] = []
    for box in (yield from read_children(mvex))[:_MOST_TRACKS]:
        if box.kind == b"mehd":
            body = yield from read_body(box, 12, 8)
            wide = body[0] == 1 and len(body) == 12
            clock = MovieTime(
                scale, int(unpack_from(">Q" if wide else ">I", body, 4)[0])
            )
        elif box.kind == b"trex":
            body = yield from read_body(box, 16, 16)
            identity, _, ticks = unpack_from(">III", body, 4)
            defaults.append((identity, ticks))
    return clock, tuple(defaults)


def _read_track(trak: Box, movie_scale: int) -> Parse[MovieTrack | None]:
    """A track; None if it lacks the boxes that every track must have."""
    children = yield from read_children(trak)
    header_box, media = first_box(children, b"tkhd"), first_box(children, b"mdia")
    if header_box is None or media is None:
        return None
    inside = yield from read_children(media)
    clock_box, handler_box = first_box(inside, b"mdhd"), first_box(inside, b"hdlr")
    if clock_box is None or handler_box is None:
        return None
    handler = (yield from read_body(handler_box, 12, 12))[8:12]
    clock = yield from _read_clock(clock_box)
    header = yield from _read_header(header_box, movie_scale)
    information = first_box(inside, b"minf")
    if information is None or handler not in (VIDEO, PICTURE):
        return MovieTrack(handler, header, clock)
    table = first_box((yield from read_children(information)), b"stbl")
    if table is None:
        return MovieTrack(handler, header, clock)
    return MovieTrack(handler, header, clock, (yield from _read_samples(table, clock)))


def _read_header(tkhd: Box, movie_scale: int) -> Parse[TrackHeader]:
    body = yield from read_body(tkhd, 96, 84)
    wide = body[0] == 1 and len(body) == 96
    if wide:
        identity, ticks = unpack_from(">IxxxxQ", body, 20)
    else:
        identity, ticks = unpack_from(">IxxxxI", body, 12)
    matrix = 52 if wide else 40
    endless = ticks == (0xFFFFFFFFFFFFFFFF if wide else 0xFFFFFFFF)
    return TrackHeader(
        identity=identity,
        enabled=bool(body[3] & 1),
        extent=_whole_pixels(body, matrix + 36),
        turns=_quarter_turns(body, matrix),
        seconds=MovieTime(movie_scale, None if endless else ticks).seconds,
    )


def _whole_pixels(body: bytes, at: int) -> Dimensions:
    width, height = unpack_from(">II", body, at)
    return (width + 0x8000) >> 16, (height + 0x8000) >> 16


def _quarter_turns(body: bytes, at: int) -> int:
    """Quarter turns to the right that the transformation matrix makes; 0 for any other."""
    a, b, _, c, d = unpack_from(">iiiii", body, at)
    if not b and not c:
        return 2 if a < 0 and d < 0 else 0
    if not a and not d:
        return 1 if b > 0 else 3
    return 0


def _read_samples(table: Box, clock: MovieTime) -> Parse[Samples]:
    """Read three of the tables; those of offsets and sizes are skipped."""
    coded, square, count = (0, 0), (0, 0), 0
    rate: Measurement | None = None
    for box in (yield from read_children(table)):
        if box.kind == b"stsd":
            coded, square = yield from _read_description(box)
        elif box.kind in (b"stsz", b"stz2"):
            body = yield from read_body(box, 12, 12)
            count = int(unpack_from(">I", body, 8)[0])
        elif box.kind == b"stts":
            rate = yield from _read_rate(box, clock)
    return Samples(coded, square, count, rate)


def _read_description(stsd: Box) -> Parse[tuple[Dimensions, Dimensions]]:
    """The size of the first kind of samples, as stored and in square pixels."""
    head = yield from read_body(stsd, 44, 8)
    if len(head) < 44:
        return (0, 0), (0, 0)
    coded: Dimensions = unpack_from(">HH", head, 40)
    entry_end = min(stsd.end, stsd.body + 8 + int(unpack_from(">I", head, 8)[0]))
    entry = Box(b"stsd", stsd.start, stsd.body + 8 + 86, entry_end)
    shape = first_box((yield from read_children(entry)), b"pasp")
    if shape is None:
        return coded, coded
    across, down = unpack_from(">II", (yield from read_body(shape, 8, 8)))
    return coded, in_square_pixels(coded, across, down)


def _read_rate(stts: Box, clock: MovieTime) -> Parse[Measurement | None]:
    """Samples a second; a wide range if they are not evenly spaced."""
    body = yield from read_body(stts, 8 + 8 * _MOST_DELTAS, 8)
    count = int(unpack_from(">I", body, 4)[0])
    pairs = [unpack_from(">II", body, at) for at in range(8, len(body) - 7, 8)]
    # the last sample often lasts a little longer or shorter than the others
    deltas = [
        delta for count, delta in pairs if delta and (count > 1 or len(pairs) == 1)
    ]
    whole = sum(count * delta for count, delta in pairs)
    if not deltas or not clock.scale or not whole:
        return None
    mean = Fraction(clock.scale * sum(count for count, _ in pairs), whole)
    if count != len(pairs):
        return Measurement(mean, Fraction(0), max(mean, Fraction(clock.scale)))
    steady = Fraction(clock.scale, deltas[0]) if len(set(deltas)) == 1 else mean
    return Measurement.of(
        steady, Fraction(clock.scale, max(deltas)), Fraction(clock.scale, min(deltas))
    )
