"""MP4, MOV and M4A: the movie box, anywhere in the file, and fragments after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from struct import unpack, unpack_from

from ..errors import MediaFault, MediaShort, MediaUnsupported
from ..info import Measurement, MediaInfo
from ..parser import Parse, Source
from .bmff import Box, first_box, read_body, read_box, read_children
from .bmff_tracks import Movie, MovieTrack, read_movie

# Movie fragments: ISO/IEC 14496-12, sections 8.8 and 8.16.3 (segment index).


_MOST_RUN = 1 << 20


@dataclass(slots=True)
class Fragments:
    """The totals of the fragments read so far, by track, in the track's own ticks."""

    movie: Movie
    starts: dict[int, int] = field(default_factory=dict[int, int])
    ends: dict[int, int] = field(default_factory=dict[int, int])
    samples: dict[int, int] = field(default_factory=dict[int, int])
    indexed: dict[int, Fraction] = field(default_factory=dict[int, Fraction])

    def lengths(self) -> list[Fraction]:
        """The duration of every sound and picture track in seconds, the longest first."""
        durations: list[Fraction] = []
        for track in self.movie.playing:
            identity, scale = track.header.identity, track.media.scale
            seconds = self.indexed.get(identity, Fraction(0))
            if scale and identity in self.ends:
                ticks = self.ends[identity] - self.starts[identity]
                seconds += Fraction(ticks, scale)
            durations.append(seconds)
        return sorted((seconds for seconds in durations if seconds > 0), reverse=True)


@dataclass(frozen=True, slots=True)
class _Index:
    """A segment index: its track, the duration, and the offset of its end."""

    identity: int
    seconds: Fraction
    end: int


def read_indexes(fragments: Fragments, sidx: Box, source: Source) -> Parse[int]:
    """Read adjacent segment indexes. Returns the offset to continue from.

    Each belongs to one track. The indexed fragments are skipped only if every track that
    plays has an index. Otherwise the fragments are needed for the lengths of the others.
    """
    playing = {track.header.identity for track in fragments.movie.playing}
    indexes: dict[int, _Index] = {}
    box = sidx
    while True:
        index = yield from _read_index(box)
        if index.seconds:
            indexes.setdefault(index.identity, index)
        if playing <= indexes.keys() or not source.holds(box.end):
            break
        following = yield from read_box(box.end, source.size)
        if following.kind != b"sidx":
            break
        box = following
    if not indexes or not playing <= indexes.keys():
        return box.end
    for index in indexes.values():
        before = fragments.indexed.get(index.identity, Fraction(0))
        fragments.indexed[index.identity] = before + index.seconds
    return max(index.end for index in indexes.values())


def _read_index(sidx: Box) -> Parse[_Index]:
    head = yield from read_body(sidx, 32, 24)
    wide = head[0] == 1
    if wide and len(head) < 32:
        raise MediaShort(f"cut inside the index at byte {sidx.start}")
    identity, scale = unpack_from(">II", head, 4)
    skipped = int(
        unpack_from(">Q", head, 20)[0] if wide else unpack_from(">I", head, 16)[0]
    )
    table = 32 if wide else 24
    count = int(unpack_from(">H", head, table - 2)[0])
    rows = yield from read_body(sidx, 12 * count, 12 * count, skip=table)
    at, ticks = sidx.end + skipped, 0
    for row in range(0, 12 * count, 12):
        size, duration = unpack_from(">II", rows, row)
        at += size & 0x7FFFFFFF
        ticks += duration
    seconds = Fraction(ticks, scale) if scale else Fraction(0)
    return _Index(identity, seconds, max(at, sidx.end))


def read_fragment(fragments: Fragments, moof: Box) -> Parse[None]:
    """Add the samples of one fragment."""
    for box in (yield from read_children(moof)):
        if box.kind == b"traf":
            yield from _read_track_fragment(fragments, box)


def _read_track_fragment(fragments: Fragments, traf: Box) -> Parse[None]:
    children = yield from read_children(traf)
    header = first_box(children, b"tfhd")
    if header is None:
        return
    identity, default_ticks = yield from _read_header(fragments.movie, header)
    time_box = first_box(children, b"tfdt")
    at = fragments.ends.get(identity, 0)
    if time_box is not None:
        body = yield from read_body(time_box, 12, 8)
        wide = body[0] == 1 and len(body) == 12
        at = int(unpack_from(">Q" if wide else ">I", body, 4)[0])
    fragments.starts.setdefault(identity, at)
    for run in children:
        if run.kind == b"trun":
            count, ticks = yield from _read_run(run, default_ticks)
            at += ticks
            fragments.samples[identity] = fragments.samples.get(identity, 0) + count
    fragments.ends[identity] = max(at, fragments.ends.get(identity, 0))


def _read_header(movie: Movie, tfhd: Box) -> Parse[tuple[int, int]]:
    """The track's number, and the default ticks of a sample."""
    body = yield from read_body(tfhd, 24, 8)
    identity = int(unpack_from(">I", body, 4)[0])
    flags = body[3]
    offset = 8 + (8 if flags & 0x01 else 0) + (4 if flags & 0x02 else 0)
    if flags & 0x08 and len(body) >= offset + 4:
        return identity, int(unpack_from(">I", body, offset)[0])
    return identity, dict(movie.sample_ticks).get(identity, 0)


def _read_run(trun: Box, default_ticks: int) -> Parse[tuple[int, int]]:
    """The number of samples in a run, and their ticks."""
    head = yield from read_body(trun, 8, 8)
    flags, count = unpack_from(">II", head)
    if not flags & 0x100:
        return count, count * default_ticks
    row = 4 * bin(flags & 0xF00).count("1")
    skip = 8 + (4 if flags & 0x01 else 0) + (4 if flags & 0x04 else 0)
    if count * row > _MOST_RUN:
        raise MediaShort(
            f"the run at byte {trun.start} is too long", MediaFault.TOO_COSTLY
        )
    rows = yield from read_body(trun, count * row, count * row, skip=skip)
    numbers = unpack(f">{count * row // 4}I", rows)
    return count, sum(numbers[:: row // 4])


_MOST_BOXES = 10_000


@dataclass(slots=True)
class _Mp4Facts:
    """What the top-level boxes stated so far."""

    brand: bytes = b"qt  "  # files older than brands are QuickTime
    movie: Movie | None = None
    where: int = 0
    fragments: Fragments | None = None
    complete: bool = True


def parse_mp4(source: Source) -> Parse[MediaInfo]:
    """Skip from box to box to the movie box. Media data are never read."""
    facts = _Mp4Facts()
    try:
        yield from _boxes(facts, source)
    except MediaShort:
        facts.complete = False
        if facts.movie is None:
            raise
    if facts.movie is None:
        raise MediaShort("MP4: the content ends before its moov box")
    return _result(facts, facts.movie, source)


def _boxes(facts: _Mp4Facts, source: Source) -> Parse[None]:
    at = 0
    for _ in range(_MOST_BOXES):
        if not source.holds(at):
            return
        box = yield from read_box(at, source.size)
        at = box.end
        if box.kind == b"ftyp":
            facts.brand = yield from read_body(box, 4, 4)
        elif box.kind == b"moov" and facts.movie is None:
            facts.movie, facts.where = (yield from read_movie(box)), box.start
            if not facts.movie.fragmented or facts.movie.declares_length:
                return
            facts.fragments = Fragments(facts.movie)
        elif box.kind == b"sidx" and facts.fragments is not None:
            at = yield from read_indexes(facts.fragments, box, source)
        elif box.kind == b"moof" and facts.fragments is not None:
            yield from read_fragment(facts.fragments, box)
    raise MediaShort(f"MP4: more than {_MOST_BOXES} boxes", MediaFault.TOO_COSTLY)


def _result(facts: _Mp4Facts, movie: Movie, source: Source) -> MediaInfo:
    name = {b"qt  ": "mov", b"M4A ": "m4a", b"M4B ": "m4a"}.get(facts.brand, "mp4")
    timing = _timing(facts, movie)
    evidence = f"moov at byte {facts.where}"
    picture = _main_picture(movie)
    if picture is not None:
        return _video(picture, facts, name, timing, source, evidence)
    if not any(track.sounds for track in movie.tracks):
        raise MediaUnsupported(
            f"this {name} file has neither a picture nor a sound track"
        )
    return MediaInfo(
        kind="audio", format=name, size=source.size, timing=timing, evidence=(evidence,)
    )


def _main_picture(movie: Movie) -> MovieTrack | None:
    """The picture track that plays: enabled before disabled, then the first."""
    pictures = [track for track in movie.tracks if track.shows]
    return min(pictures, key=lambda track: not track.header.enabled, default=None)


def _video(
    track: MovieTrack,
    facts: _Mp4Facts,
    name: str,
    timing: Measurement | None,
    source: Source,
    evidence: str,
) -> MediaInfo:
    size, turns = track.turned(track.header.extent), track.header.turns
    frames, rate = track.samples.count or None, track.samples.rate
    if facts.fragments is not None:
        frames, rate = _fragment_frames(facts, track)
    return MediaInfo(
        kind="video",
        format=name,
        size=source.size,
        shown=track.shown,
        coded=track.coded,
        other_extents=(size,) if all(size) and size != track.shown else (),
        orientation=(1, 6, 3, 8)[turns],
        frames=frames,
        timing=timing,
        rate=rate,
        evidence=(evidence, f"turned by {90 * turns}°") if turns else (evidence,),
    )


def _fragment_frames(
    facts: _Mp4Facts, track: MovieTrack
) -> tuple[int | None, Measurement | None]:
    fragments = facts.fragments
    if fragments is None or not facts.complete or fragments.indexed:
        return None, None
    identity = track.header.identity
    frames = fragments.samples.get(identity, 0)
    ticks = fragments.ends.get(identity, 0) - fragments.starts.get(identity, 0)
    if frames < 1 or ticks < 1 or not track.media.scale:
        return None, None
    mean = Fraction(frames * track.media.scale, ticks)
    return frames, Measurement(mean, mean * Fraction(9, 10), mean * Fraction(11, 10))


def _timing(facts: _Mp4Facts, movie: Movie) -> Measurement | None:
    """The duration of the presentation first, then those of the tracks."""
    if facts.fragments is not None:
        lengths = facts.fragments.lengths() if facts.complete else []
        return Measurement.of(*lengths) if lengths else None
    tracks = movie.playing
    stated = [
        movie.fragment_clock.seconds if movie.fragment_clock else movie.clock.seconds
    ]
    stated += sorted(
        (t.header.seconds for t in tracks if t.header.seconds is not None), reverse=True
    )
    media = [track.media.seconds for track in tracks]
    stated += sorted(
        (seconds for seconds in media if seconds is not None), reverse=True
    )
    readings = [seconds for seconds in stated if seconds is not None]
    if movie.declares_length and len(tracks) > 1:
        readings.append(Fraction(0))  # it is that of the longest track
    return Measurement.of(*readings) if readings else None
