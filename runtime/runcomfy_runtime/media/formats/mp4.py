"""MP4, MOV and M4A: the movie box, wherever it lies, and fragments after it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ..bmff.box import read_body, read_box
from ..bmff.fragment import Fragments, read_fragment, read_indexes
from ..bmff.track import Movie, Track, read_movie
from ..errors import MediaShort, MediaUnsupported
from ..fault import MediaFault
from ..info import MediaInfo, Span
from ..parser import Parse, Source

_MOST_BOXES = 10_000


@dataclass(slots=True)
class _Found:
    """What the boxes at the top told so far."""

    brand: bytes = b"qt  "  # files older than brands are QuickTime
    movie: Movie | None = None
    where: int = 0
    fragments: Fragments | None = None
    complete: bool = True


def parse_mp4(source: Source) -> Parse[MediaInfo]:
    """Hop from box to box to the movie box; media data are never read."""
    found = _Found()
    try:
        yield from _boxes(found, source)
    except MediaShort:
        found.complete = False
        if found.movie is None:
            raise
    if found.movie is None:
        raise MediaShort("MP4: the content ends before its moov box")
    return _result(found, found.movie, source)


def _boxes(found: _Found, source: Source) -> Parse[None]:
    at = 0
    for _ in range(_MOST_BOXES):
        if not source.holds(at):
            return
        box = yield from read_box(at, source.size)
        at = box.end
        if box.kind == b"ftyp":
            found.brand = yield from read_body(box, 4, 4)
        elif box.kind == b"moov" and found.movie is None:
            found.movie, found.where = (yield from read_movie(box)), box.start
            if not found.movie.fragmented or found.movie.declares_length:
                return
            found.fragments = Fragments(found.movie)
        elif box.kind == b"sidx" and found.fragments is not None:
            at = yield from read_indexes(found.fragments, box, source)
        elif box.kind == b"moof" and found.fragments is not None:
            yield from read_fragment(found.fragments, box)
    raise MediaShort(f"MP4: more than {_MOST_BOXES} boxes", MediaFault.TOO_COSTLY)


def _result(found: _Found, movie: Movie, source: Source) -> MediaInfo:
    name = {b"qt  ": "mov", b"M4A ": "m4a", b"M4B ": "m4a"}.get(found.brand, "mp4")
    timing = _timing(found, movie)
    place = f"moov at byte {found.where}"
    picture = _main_picture(movie)
    if picture is not None:
        return _video(picture, found, name, timing, source, place)
    if not any(track.sounds for track in movie.tracks):
        raise MediaUnsupported(
            f"this {name} file has neither a picture nor a sound track"
        )
    return MediaInfo(
        kind="audio", format=name, size=source.size, timing=timing, evidence=(place,)
    )


def _main_picture(movie: Movie) -> Track | None:
    """The picture track that plays: enabled before disabled, then the first."""
    pictures = [track for track in movie.tracks if track.shows]
    return min(pictures, key=lambda track: not track.header.enabled, default=None)


def _video(
    track: Track,
    found: _Found,
    name: str,
    timing: Span | None,
    source: Source,
    place: str,
) -> MediaInfo:
    told, turns = track.turned(track.header.extent), track.header.turns
    frames, rate = track.samples.count or None, track.samples.rate
    if found.fragments is not None:
        frames, rate = _fragment_frames(found, track)
    return MediaInfo(
        kind="video",
        format=name,
        size=source.size,
        shown=track.shown,
        coded=track.coded,
        other_extents=(told,) if all(told) and told != track.shown else (),
        orientation=(1, 6, 3, 8)[turns],
        frames=frames,
        timing=timing,
        rate=rate,
        evidence=(place, f"turned by {90 * turns}°") if turns else (place,),
    )


def _fragment_frames(found: _Found, track: Track) -> tuple[int | None, Span | None]:
    fragments = found.fragments
    if fragments is None or not found.complete or fragments.indexed:
        return None, None
    identity = track.header.identity
    frames = fragments.samples.get(identity, 0)
    ticks = fragments.ends.get(identity, 0) - fragments.starts.get(identity, 0)
    if frames < 1 or ticks < 1 or not track.media.scale:
        return None, None
    mean = Fraction(frames * track.media.scale, ticks)
    return frames, Span(mean, mean * Fraction(9, 10), mean * Fraction(11, 10))


def _timing(found: _Found, movie: Movie) -> Span | None:
    """The presentation first, then what each track says of itself."""
    if found.fragments is not None:
        lengths = found.fragments.lengths() if found.complete else []
        return Span.of(*lengths) if lengths else None
    tracks = movie.playing
    told = [
        movie.fragment_clock.seconds if movie.fragment_clock else movie.clock.seconds
    ]
    told += sorted(
        (t.header.seconds for t in tracks if t.header.seconds is not None), reverse=True
    )
    media = [track.media.seconds for track in tracks]
    told += sorted((seconds for seconds in media if seconds is not None), reverse=True)
    readings = [seconds for seconds in told if seconds is not None]
    if movie.declares_length and len(tracks) > 1:
        readings.append(Fraction(0))  # it is that of the longest track
    return Span.of(*readings) if readings else None
