"""Movie fragments: ISO/IEC 14496-12, sections 8.8 and 8.16.3 (segment index)."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from struct import unpack, unpack_from

from ..errors import MediaShort
from ..fault import MediaFault
from ..parser import Parse, Source
from .box import Box, first, read_body, read_box, read_children
from .track import Movie

_MOST_RUN = 1 << 20


@dataclass(slots=True)
class Fragments:
    """What the fragments read so far add up to, by track, in the track's own ticks."""

    movie: Movie
    starts: dict[int, int] = field(default_factory=dict[int, int])
    ends: dict[int, int] = field(default_factory=dict[int, int])
    samples: dict[int, int] = field(default_factory=dict[int, int])
    indexed: dict[int, Fraction] = field(default_factory=dict[int, Fraction])

    def lengths(self) -> list[Fraction]:
        """The seconds of every track that plays or shows, the longest first."""
        found: list[Fraction] = []
        for track in self.movie.playing:
            identity, scale = track.header.identity, track.media.scale
            seconds = self.indexed.get(identity, Fraction(0))
            if scale and identity in self.ends:
                ticks = self.ends[identity] - self.starts[identity]
                seconds += Fraction(ticks, scale)
            found.append(seconds)
        return sorted((seconds for seconds in found if seconds > 0), reverse=True)


@dataclass(frozen=True, slots=True)
class _Index:
    """What a segment index says: of which track, how long that is, and where it ends."""

    identity: int
    seconds: Fraction
    end: int


def read_indexes(fragments: Fragments, sidx: Box, source: Source) -> Parse[int]:
    """Take segment indexes that lie side by side; the offset from where to go on.

    Each is of one track. What they index is skipped only if every track that plays has
    one: the others' lengths would be missing, and those are in the fragments.
    """
    playing = {track.header.identity for track in fragments.movie.playing}
    found: dict[int, _Index] = {}
    box = sidx
    while True:
        index = yield from _read_index(box)
        if index.seconds:
            found.setdefault(index.identity, index)
        if playing <= found.keys() or not source.holds(box.end):
            break
        following = yield from read_box(box.end, source.size)
        if following.kind != b"sidx":
            break
        box = following
    if not found or not playing <= found.keys():
        return box.end
    for index in found.values():
        before = fragments.indexed.get(index.identity, Fraction(0))
        fragments.indexed[index.identity] = before + index.seconds
    return max(index.end for index in found.values())


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
    header = first(children, b"tfhd")
    if header is None:
        return
    identity, each = yield from _read_header(fragments.movie, header)
    time_box = first(children, b"tfdt")
    at = fragments.ends.get(identity, 0)
    if time_box is not None:
        body = yield from read_body(time_box, 12, 8)
        wide = body[0] == 1 and len(body) == 12
        at = int(unpack_from(">Q" if wide else ">I", body, 4)[0])
    fragments.starts.setdefault(identity, at)
    for run in children:
        if run.kind == b"trun":
            count, ticks = yield from _read_run(run, each)
            at += ticks
            fragments.samples[identity] = fragments.samples.get(identity, 0) + count
    fragments.ends[identity] = max(at, fragments.ends.get(identity, 0))


def _read_header(movie: Movie, tfhd: Box) -> Parse[tuple[int, int]]:
    """The track's number, and the ticks of a sample that does not say its own."""
    body = yield from read_body(tfhd, 24, 8)
    identity = int(unpack_from(">I", body, 4)[0])
    flags = body[3]
    place = 8 + (8 if flags & 0x01 else 0) + (4 if flags & 0x02 else 0)
    if flags & 0x08 and len(body) >= place + 4:
        return identity, int(unpack_from(">I", body, place)[0])
    return identity, dict(movie.sample_ticks).get(identity, 0)


def _read_run(trun: Box, each: int) -> Parse[tuple[int, int]]:
    """The number of samples in a run, and their ticks."""
    head = yield from read_body(trun, 8, 8)
    flags, count = unpack_from(">II", head)
    if not flags & 0x100:
        return count, count * each
    row = 4 * bin(flags & 0xF00).count("1")
    skip = 8 + (4 if flags & 0x01 else 0) + (4 if flags & 0x04 else 0)
    if count * row > _MOST_RUN:
        raise MediaShort(
            f"the run at byte {trun.start} is too long", MediaFault.TOO_COSTLY
        )
    rows = yield from read_body(trun, count * row, count * row, skip=skip)
    numbers = unpack(f">{count * row // 4}I", rows)
    return count, sum(numbers[:: row // 4])
