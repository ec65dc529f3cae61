"""Traps of film formats, each in a file made by hand."""

from __future__ import annotations

from fractions import Fraction
from struct import pack

import pytest

from media import specimens as made
from media.meter import DATA, Meter
from runcomfy_runtime.media.errors import (
    MediaError,
    MediaFault,
    MediaShort,
    MediaUnsupported,
)
from runcomfy_runtime.media.info import Measurement
from runcomfy_runtime.media.parser import Budget
from runcomfy_runtime.media.prober import probe


def film(
    *tracks: bytes, ticks: int = 2000, scale: int = 1000, more: bytes = b""
) -> bytes:
    return made.FTYP + made.movie(*tracks, ticks=ticks, scale=scale, more=more)


@pytest.mark.parametrize(
    ("matrix", "shown"),
    [
        (made.UPRIGHT, (320, 180)),
        (made.QUARTER_RIGHT, (180, 320)),
        ((-1, 0, 0, -1), (320, 180)),
        ((0, -1, 1, 0), (180, 320)),
        ((1, 1, 1, 1), (320, 180)),
    ],
)
def test_a_quarter_turn_of_the_track_exchanges_width_and_height(
    matrix: tuple[int, int, int, int], shown: tuple[int, int]
) -> None:
    info = probe(film(made.track(matrix=matrix)))
    assert (info.shown, info.coded) == (shown, (320, 180))


def test_pixels_that_are_not_square_widen_the_picture_before_it_is_turned() -> None:
    shape = made.box(b"pasp", pack(">II", 4, 3))
    info = probe(
        film(
            made.track(
                extent=(240, 180),
                header_extent=(320, 180),
                matrix=made.QUARTER_RIGHT,
                entry_boxes=shape,
            )
        )
    )
    assert info.extents == ((180, 320), (240, 180))


@pytest.mark.parametrize("ratio", [(0, 1), (1, 0), (0xFFFFFFFF, 1), (1, 0xFFFFFFFF)])
def test_a_pixel_shape_that_is_nonsense_is_left_out(ratio: tuple[int, int]) -> None:
    shape = made.box(b"pasp", pack(">II", *ratio))
    assert probe(film(made.track(entry_boxes=shape))).shown == (320, 180)


def test_the_first_track_that_is_enabled_is_the_picture() -> None:
    cover = made.track(extent=(500, 500), enabled=False)
    assert probe(film(cover, made.track())).shown == (320, 180)


def test_tracks_of_text_and_data_do_not_make_a_film_longer() -> None:
    chapters = made.track(handler=b"text", ticks=9000, presented=9000)
    info = probe(film(made.track(), chapters))
    assert info.timing is not None
    assert (info.timing.value, info.timing.upper) == (2, 2)


def test_a_file_without_picture_and_sound_is_not_supported() -> None:
    with pytest.raises(MediaUnsupported, match="neither a picture nor a sound"):
        probe(film(made.track(handler=b"text")))


def test_frames_that_are_not_evenly_spaced_make_the_rate_a_span() -> None:
    info = probe(film(made.track(deltas=((10, 40), (10, 50), (10, 40)), ticks=1300)))
    assert info.rate is not None
    assert (info.rate.lower, info.rate.upper) == (20, 25)
    assert info.rate.value == Fraction(30_000, 1300)


def test_a_longer_last_frame_does_not_change_the_rate() -> None:
    assert probe(film(made.track(deltas=((49, 40), (1, 41))))).fps == 25.0


def test_a_film_older_than_brands_is_quicktime() -> None:
    assert probe(made.box(b"wide") + made.movie(made.track())).format == "mov"


LONG_FTYP = made.box(b"ftyp", b"isom", pack(">I", 0), b"isommp41" * 5)


@pytest.mark.parametrize(
    ("size", "fault"),
    [(1, MediaFault.MALFORMED), (7, MediaFault.MALFORMED), (8, MediaFault.TRUNCATED)],
)
def test_a_box_too_short_for_its_own_header_is_an_error(
    size: int, fault: MediaFault
) -> None:
    if size == 1:
        content = LONG_FTYP + b"\0\0\0\1free" + pack(">Q", 15)
    else:
        content = LONG_FTYP + pack(">I", size) + b"free"
    with pytest.raises(MediaError) as caught:
        probe(content)
    assert caught.value.fault is fault


def test_a_box_of_size_zero_reaches_to_the_end() -> None:
    content = made.FTYP + made.movie(made.track()) + b"\0\0\0\0mdat" + bytes(99)
    assert probe(content).duration == 2.0
    with pytest.raises(MediaShort):
        probe(made.FTYP + b"\0\0\0\0mdat" + bytes(99))


def test_a_box_that_sticks_out_of_its_parent_is_an_error() -> None:
    broken = film(made.track())
    at = broken.index(b"tkhd") - 4
    broken = broken[:at] + pack(">I", 60_000) + broken[at + 4 :]
    with pytest.raises(MediaError, match="longer than trak"):
        probe(broken)


def test_a_hundred_thousand_boxes_end_a_probe_with_counted_steps() -> None:
    meter = Meter(made.FTYP + made.box(b"free") * 100_000)
    with pytest.raises(MediaShort) as caught:
        meter.measure(budget=Budget(steps=20_000))
    assert caught.value.fault is MediaFault.TOO_COSTLY
    assert len(meter.wants) <= 20_000


def test_boxes_nested_twenty_thousand_deep_are_not_followed() -> None:
    nested = b""
    for _ in range(1000):
        nested = made.box(b"trak", nested)
    meter = Meter(made.FTYP + made.movie(nested))
    with pytest.raises(MediaUnsupported):
        meter.measure()
    assert len(meter.wants) < 50


def fragment(identity: int, time: int, *durations: int) -> bytes:
    header = made.full(b"tfhd", pack(">I", identity), flags=0x20000)
    start = made.full(b"tfdt", pack(">Q", time), version=1)
    run = made.full(
        b"trun",
        pack(">I", len(durations)),
        b"".join(pack(">I", each) for each in durations),
        flags=0x100,
    )
    moof = made.box(b"moof", made.box(b"traf", header, start, run))
    return moof + made.box(b"mdat", bytes(16))


EMPTY = made.track(ticks=0, presented=0, deltas=())


def test_the_samples_of_all_fragments_are_added_up() -> None:
    extends = made.box(b"mvex", made.full(b"trex", pack(">IIIII", 1, 1, 0, 0, 0)))
    start = film(EMPTY, ticks=0, more=extends)
    info = probe(start + fragment(1, 0, 40, 40) + fragment(1, 80, 40, 60))
    assert (info.duration, info.frames) == (0.18, 4)


def test_fragments_that_begin_late_are_as_long_as_what_they_hold() -> None:
    start = film(EMPTY, ticks=0, more=made.box(b"mvex"))
    info = probe(start + fragment(1, 90_000, 40, 40) + fragment(1, 90_080, 20))
    assert info.duration == 0.1


def test_fragments_that_are_cut_leave_the_duration_unknown() -> None:
    start = film(EMPTY, ticks=0, more=made.box(b"mvex"))
    info = probe((start + fragment(1, 0, 40, 40))[:-20])
    assert (info.shown, info.duration, info.frames) == ((320, 180), None, None)


def test_a_declared_length_of_all_fragments_is_taken() -> None:
    extends = made.box(b"mvex", made.full(b"mehd", pack(">I", 5000)))
    content = film(EMPTY, ticks=0, more=extends) + fragment(1, 0, 40)
    assert probe(content).duration == 5.0


def test_an_index_of_segments_saves_looking_at_them() -> None:
    start = film(EMPTY, ticks=0, more=made.box(b"mvex"))
    segments = [fragment(1, turn * 1000, *([40] * 25)) for turn in range(40)]
    rows = b"".join(pack(">III", len(each), 1000, 0) for each in segments)
    index = made.full(b"sidx", pack(">IIIIHH", 1, 1000, 0, 0, 0, len(segments)), rows)
    meter = Meter(start + index + b"".join(segments))
    assert meter.measure().duration == 40.0
    assert meter.wants[-1][0] < len(start) + len(index)


def index_of(track: int, milliseconds: int, size: int, behind: int = 0) -> bytes:
    """An index of one segment, which begins so many bytes behind the index."""
    row = pack(">III", size, milliseconds, 0)
    return made.full(b"sidx", pack(">IIIIHH", track, 1000, 0, behind, 0, 1), row)


SOUND = made.track(
    handler=b"soun", ticks=0, presented=0, deltas=(), identity=2, extent=(0, 0)
)


def test_each_track_has_an_index_of_its_own() -> None:
    """As FFmpeg writes DASH: an index for each track in front of every segment."""
    start = film(EMPTY, SOUND, ticks=0, more=made.box(b"mvex"))
    body = fragment(1, 0, 2000) + fragment(2, 0, 2000)
    both = index_of(1, 2000, len(body), 44) + index_of(2, 2000, len(body)) + body
    last = fragment(2, 2000, 3000)
    alone = index_of(2, 3000, len(last)) + last
    timing = probe(start + both + alone).timing
    assert timing == Measurement(Fraction(5), Fraction(2), Fraction(5))


def test_an_index_of_one_track_says_nothing_of_the_other() -> None:
    start = film(EMPTY, SOUND, ticks=0, more=made.box(b"mvex"))
    body = fragment(1, 0, 2000) + fragment(2, 0, 5000)
    timing = probe(start + index_of(1, 2000, len(body)) + body).timing
    assert timing == Measurement(Fraction(5), Fraction(2), Fraction(5))


def test_an_index_of_indexes_is_counted_once() -> None:
    start = film(EMPTY, ticks=0, more=made.box(b"mvex"))
    segment = fragment(1, 0, 2000)
    inner = index_of(1, 2000, len(segment)) + segment
    info = probe(start + index_of(1, 2000, len(inner)) + inner)
    assert info.duration == 2.0


def test_a_declared_length_of_two_tracks_bounds_the_shorter_one_only_from_above() -> (
    None
):
    extends = made.box(b"mvex", made.full(b"mehd", pack(">I", 5000)))
    timing = probe(film(EMPTY, SOUND, ticks=0, more=extends)).timing
    assert timing == Measurement(Fraction(5), Fraction(0), Fraction(5))


def test_matroska_shows_what_its_display_size_and_cropping_say() -> None:
    shapes = {
        (): (320, 180),
        (made.number(0x54B0, 640), made.number(0x54BA, 180)): (640, 180),
        (made.number(0x54B0, 16), made.number(0x54BA, 9), made.number(0x54B2, 3)): (
            320,
            180,
        ),
        (made.number(0x54CC, 20), made.number(0x54AA, 10)): (300, 170),
        (made.element(0x7670, made.element(0x7675, pack(">f", -90.0))),): (180, 320),
    }
    for more, shown in shapes.items():
        track = made.tracks(made.picture_track(320, 180, *more))
        info = probe(made.matroska(made.information(2000.0), track, made.cluster(0, 0)))
        assert (info.shown, info.coded) == (shown, (320, 180))


@pytest.mark.parametrize("ticks", [None, float("nan"), float("inf"), -5.0, 0.0])
@pytest.mark.parametrize("unknown", [True, False])
def test_matroska_without_a_usable_duration_is_scanned_for_it(
    ticks: float | None, unknown: bool
) -> None:
    content = made.matroska(
        made.information(ticks),
        made.tracks(made.picture_track(320, 180)),
        made.cluster(0, 0, 40, 80, unknown=unknown),
        made.cluster(1000, 0, 40, 960, unknown=unknown),
        kind=b"webm",
        unknown=unknown,
    )
    info = probe(content)
    assert (info.format, info.duration) == ("webm", 2.0)
    assert probe(content, thorough=False).duration is None


def test_matroska_without_tracks_before_its_media_is_an_error() -> None:
    with pytest.raises(MediaError, match="before any track"):
        probe(made.matroska(made.information(1.0), made.cluster(0, 0)))


def test_fifty_thousand_empty_elements_are_given_up_in_counted_steps() -> None:
    meter = Meter(made.matroska(b"\xec\x80" * 50_000, unknown=True))
    with pytest.raises(MediaError, match="no media data"):
        meter.measure()
    assert len(meter.wants) < 10_100


@pytest.mark.parametrize("junk", [b"\0" * 50, b"\x01" + b"\xff" * 60])
def test_what_is_no_element_is_an_error(junk: bytes) -> None:
    with pytest.raises(MediaError):
        probe(made.matroska(junk))


def test_an_avi_of_two_parts_counts_the_frames_of_both() -> None:
    avih = (
        pack("<IIII", 40_000, 0, 0, 0)
        + pack("<IIIIII", 100, 0, 1, 0, 320, 180)
        + bytes(16)
    )
    strh = b"vidsH264" + bytes(12) + pack("<IIII", 1, 25, 0, 100) + bytes(20)
    strf = pack("<Iii", 40, 320, -180) + bytes(28)
    dmlh = pack("<I", 250)

    def chunk(name: bytes, body: bytes) -> bytes:
        return name + pack("<I", len(body)) + body

    def listing(kind: bytes, *parts: bytes) -> bytes:
        return chunk(b"LIST", kind + b"".join(parts))

    stream = listing(b"strl", chunk(b"strh", strh), chunk(b"strf", strf))
    extended = listing(b"odml", chunk(b"dmlh", dmlh))
    body = listing(b"hdrl", chunk(b"avih", avih), stream, extended) + listing(b"movi")
    info = probe(b"RIFF" + pack("<I", len(body) + 4) + b"AVI " + body)
    assert (info.shown, info.frames, info.duration, info.fps) == (
        (320, 180),
        250,
        10.0,
        25.0,
    )


def test_a_film_cut_after_its_header_still_answers() -> None:
    content = (DATA / "more/plain.avi").read_bytes()
    assert probe(content[: len(content) // 2]).duration == 3.0


def sound_track(rate: float, *more: bytes) -> bytes:
    audio = made.element(0xE1, made.element(0xB5, pack(">d", rate)))
    return made.element(0xAE, made.number(0x83, 2) + b"".join(more) + audio)


@pytest.mark.parametrize(
    ("tracks", "least", "most"),
    [
        ((made.picture_track(320, 180),), Fraction(196, 100), Fraction(204, 100)),
        ((made.picture_track(320, 180, frame_time=0),), 2 - Fraction(1, 24), None),
        ((sound_track(32_000),), 2 - Fraction(2048, 32_000), None),
        ((sound_track(0),), Fraction(2), Fraction(2)),
        ((sound_track(float("nan")),), Fraction(2), Fraction(2)),
        (
            (sound_track(48_000, made.number(0x23E383, 20_000_000)),),
            Fraction(198, 100),
            Fraction(202, 100),
        ),
        (
            (sound_track(32_000, made.number(0x56AA, 80_000_000)),),
            2 - Fraction(2048, 32_000) - Fraction(8, 100),
            2 + Fraction(2048, 32_000),
        ),
    ],
)
def test_a_declared_length_of_matroska_may_be_off_by_a_block_and_by_padding(
    tracks: tuple[bytes, ...], least: Fraction, most: Fraction | None
) -> None:
    parts = made.information(2000.0), made.tracks(*tracks), made.cluster(0, 0)
    timing = probe(made.matroska(*parts)).timing
    assert timing is not None
    assert timing.value == 2
    assert timing.lower == least
    assert timing.upper == (4 - least if most is None else most)


def test_matroska_whose_sound_is_padded_does_not_claim_to_be_exact() -> None:
    """By its frames the film lasts 4.000 s; its header says 4.023."""
    timing = probe(DATA / "video/mkv_h264.mkv").timing
    assert timing is not None
    assert timing.lower < 4 < timing.value < timing.upper


def told(track: int, length: str) -> bytes:
    """The length of a track, as FFmpeg writes it."""
    simple = made.element(0x45A3, b"DURATION") + made.element(0x4487, length.encode())
    target = made.element(0x63C0, made.number(0x63C5, track))
    return made.element(0x7373, target + made.element(0x67C8, simple))


def both_tracks() -> bytes:
    return made.tracks(
        made.element(
            0xAE,
            made.number(0x73C5, 7)
            + made.number(0x83, 1)
            + made.element(0xE0, made.number(0xB0, 32) + made.number(0xBA, 18)),
        ),
        sound_track(0, made.number(0x73C5, 8)),
    )


@pytest.mark.parametrize(
    ("tags", "least"),
    [
        ((told(7, "00:00:02.040000000\0\0"), told(8, "00:00:05.000000000")), 2),
        ((told(7, "00:00:02.040000000"),), 0),
        ((told(7, "two seconds"), told(8, "00:00:05.000000000")), 0),
        ((told(7, "00:00:02.040000000"), told(9, "00:00:05.000000000")), 0),
        ((), 0),
    ],
    ids=["both", "one", "words", "other", "none"],
)
def test_a_shorter_track_of_matroska_is_as_long_as_its_tag_says(
    tags: tuple[bytes, ...], least: int
) -> None:
    parts = [made.information(5000.0), both_tracks()]
    if tags:
        parts.append(made.element(0x1254C367, b"".join(tags)))
    timing = probe(made.matroska(*parts, made.cluster(0, 0))).timing
    assert timing is not None
    assert timing.value == 5
    assert max(Fraction(0), least - Fraction(1, 20)) <= timing.lower <= least


def test_a_matroska_that_is_cut_after_its_tracks_still_has_its_length() -> None:
    whole = made.matroska(made.information(5000.0), both_tracks(), unknown=True)
    assert probe(whole + b"\x12\x54").duration == 5.0
    assert probe(whole + bytes(4)).duration == 5.0
