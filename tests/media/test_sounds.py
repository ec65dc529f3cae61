"""Traps of sound formats, each in a file made by hand."""

from __future__ import annotations

from fractions import Fraction
from struct import pack

import pytest

from media import specimens as made
from media.meter import DATA, Meter
from runcomfy_runtime.media.errors import MediaError, MediaFault, MediaShort
from runcomfy_runtime.media.info import Measurement
from runcomfy_runtime.media.parser import Budget
from runcomfy_runtime.media.prober import probe


def test_a_wav_is_as_long_as_its_samples() -> None:
    assert probe(made.riff(b"WAVE", made.fmt(), (b"data", bytes(8000)))).duration == 0.5


@pytest.mark.parametrize("claimed", [0, 0xFFFFFFFF, 9_999_999])
def test_the_length_of_the_file_decides_where_the_data_chunk_tells_none(
    claimed: int,
) -> None:
    content = made.riff(b"WAVE", made.fmt(), (b"data", bytes(8000)))
    at = content.index(b"data") + 4
    streamed = content[:at] + pack("<I", claimed) + content[at + 4 :]
    assert probe(streamed).duration == 0.5


def test_a_wav_of_more_than_four_gigabytes_says_its_length_elsewhere() -> None:
    content = made.riff(b"WAVE", (b"ds64", pack("<QQQI", 0, 8000, 4000, 0)), made.fmt())
    content = b"RF64" + content[4:] + b"data" + pack("<I", 0xFFFFFFFF) + bytes(8000)
    assert probe(content).duration == 0.5


def test_the_codec_of_an_extensible_wav_is_looked_up_in_its_guid() -> None:
    name, body = made.fmt(codec=0xFFFE)
    content = made.riff(
        b"WAVE", (name, body + bytes(8) + b"\1\0" + bytes(14)), (b"data", bytes(8000))
    )
    assert probe(content).duration == 0.5


def test_a_compressed_wav_goes_by_its_sample_count() -> None:
    chunks = (made.fmt(codec=2), (b"fact", pack("<I", 16_000)), (b"data", bytes(8000)))
    info = probe(made.riff(b"WAVE", *chunks))
    assert info.timing is not None
    assert info.timing.value == 2
    assert info.timing.lower < Fraction(
        1, 2
    )  # by its bytes, at the rate that it states


def test_the_length_of_a_compressed_wav_may_be_off_by_its_encoders_padding() -> None:
    chunks = (made.fmt(codec=0x55), (b"data", bytes(32_000)))
    timing = probe(made.riff(b"WAVE", *chunks)).timing
    assert timing is not None
    assert timing.value == 2
    assert timing.lower == 2 - Fraction(2 * 1152, 8000)


@pytest.mark.parametrize(
    "chunks",
    [
        (made.fmt(rate=0), (b"data", bytes(80))),
        ((b"data", bytes(80)),),
        ((b"fmt ", bytes(8)), (b"data", bytes(80))),
        (made.fmt(),),
    ],
)
def test_a_wav_without_a_format_a_rate_or_data_is_an_error(
    chunks: tuple[tuple[bytes, bytes], ...],
) -> None:
    with pytest.raises(MediaError):
        probe(made.riff(b"WAVE", *chunks))


def xing(frames: int, *, size: int = 0, encoder: bytes = b"") -> bytes:
    """A first frame whose header counts all frames and bytes."""
    body = b"Xing" + pack(">III", 3, frames, size) + encoder
    return made.mp3_frame(body=bytes(17) + body)


def test_the_frame_count_of_an_mp3_gives_its_length_without_the_encoders_padding() -> (
    None
):
    lame = b"LAME3.100" + bytes(12) + (576 << 12 | 576).to_bytes(3, "big")
    frame = made.mp3_frame()
    content = xing(100, encoder=lame) + frame * 100
    info = probe(content)
    assert info.timing is not None
    assert info.timing.value == Fraction(100 * 1152 - 1152, 44_100)
    assert info.timing.upper == Fraction(101 * 1152, 44_100)


def test_a_header_that_speaks_of_another_file_is_not_believed() -> None:
    content = xing(100_000, size=40_000_000) + made.mp3_frame() * 99
    info = probe(content)
    assert info.duration == pytest.approx(100 * 1152 / 44_100)
    assert "counted" in info.evidence[0]


def test_without_a_header_every_frame_is_counted_when_the_file_is_at_hand() -> None:
    frames = b"".join(made.mp3_frame(kbits=5 + turn % 9) for turn in range(100))
    info = probe(made.tag(3000) + frames + b"TAG" + bytes(125))
    assert info.duration == pytest.approx(100 * 1152 / 44_100)


def test_an_estimate_spans_what_any_bit_rate_would_make_of_it() -> None:
    frames = b"".join(made.mp3_frame(kbits=5 + turn % 9) for turn in range(100))
    info = probe(frames, thorough=False)
    truth = 100 * 1152 / 44_100
    assert info.timing is not None
    assert info.timing.lower < truth < info.timing.upper
    assert info.timing.upper / info.timing.lower == 10


def test_a_large_picture_in_a_tag_is_skipped() -> None:
    meter = Meter(made.tag(2 << 20) + xing(100) + made.mp3_frame() * 100)
    assert meter.measure().kind == "audio"
    assert meter.distinct < 1000


def test_junk_before_the_first_frame_is_passed() -> None:
    content = (
        made.tag(10) + bytes(700) + b"\xff\xfb\x90" + bytes(5) + made.mp3_frame() * 20
    )
    assert probe(content).duration == pytest.approx(20 * 1152 / 44_100)


@pytest.mark.parametrize("padding", [9000, 100_000])
def test_padding_of_any_length_after_a_tag_is_passed(padding: int) -> None:
    content = made.tag(10) + bytes(padding) + made.mp3_frame() * 20
    meter = Meter(content)
    assert meter.measure().duration == pytest.approx(20 * 1152 / 44_100)
    assert len(meter.wants) < 20


def test_padding_without_end_is_too_costly_and_says_nothing_of_the_file() -> None:
    with pytest.raises(MediaError) as caught:
        probe(made.tag(10) + bytes(400 << 10) + made.mp3_frame() * 20)
    assert caught.value.fault is MediaFault.TOO_COSTLY


def test_what_looks_like_frames_without_end_is_given_up_in_counted_steps() -> None:
    meter = Meter(made.tag(10) + b"\xff\xfb\x90\x00" * 60_000)
    with pytest.raises(MediaError) as caught:
        meter.measure()
    assert caught.value.fault is MediaFault.TOO_COSTLY
    assert len(meter.wants) < 3000


def test_a_tag_in_front_of_a_flac_is_passed() -> None:
    flac = (DATA / "audio/flac.flac").read_bytes()
    info = probe(made.tag(50) + flac)
    assert (info.format, info.duration) == ("flac", 6.0)


@pytest.mark.parametrize("content", [made.tag(50), made.tag(50) + bytes(20_000)])
def test_a_tag_without_any_sound_is_an_error(content: bytes) -> None:
    with pytest.raises(MediaError):
        probe(content)


def test_a_flac_of_unknown_length_has_no_duration() -> None:
    content = bytearray((DATA / "audio/flac.flac").read_bytes())
    content[21] &= 0xF0
    content[22:26] = bytes(4)
    assert probe(bytes(content)).duration is None


def test_opus_does_not_play_what_it_skips() -> None:
    assert probe(made.opus(skipped=312, last=48_312)).duration == 1.0


def test_a_recording_cut_out_of_a_longer_one_may_be_as_short_as_what_is_left() -> None:
    info = probe(made.opus(skipped=0, first=480_000, last=528_000))
    assert info.timing is not None
    assert (info.timing.value, info.timing.lower) == (11, 1)


def test_an_ogg_whose_last_page_is_of_another_stream_has_no_duration() -> None:
    content = made.opus(skipped=0, last=48_000) + made.page(2, 5, bytes(70_000 // 300))
    other = content + made.page(3, 99, bytes(200)) * 300
    assert probe(other).duration is None


def opus_of(serial: int, seconds: int, *, pages: int = 1) -> bytes:
    """A recording of its own serial number; 48,000 ticks a second."""
    content = made.opus(skipped=0, last=48_000 * seconds)
    number = pack("<I", 1)
    rest = b"".join(made.page(1, 960, bytes(2000)) for _ in range(pages))
    cut = content.rindex(b"OggS")
    whole = content[:cut] + rest + content[cut:]
    return whole.replace(b"\0" * 4 + number, b"\0" * 4 + pack("<I", serial))


@pytest.mark.parametrize("pages", [1, 100])
@pytest.mark.parametrize("serial", [1, 2])
def test_recordings_one_behind_the_other_have_no_duration_by_the_last_page(
    serial: int, pages: int
) -> None:
    """RFC 3533, section 4: positions begin anew; with one serial, as some writers do, too."""
    first, second = opus_of(1, 2), opus_of(serial, 3, pages=1)
    assert probe(first).duration == 2.0
    assert probe(second).duration == 3.0
    assert probe(first + second).duration is None
    longer = opus_of(1, 2, pages=pages) + opus_of(2, 3, pages=pages)
    assert probe(longer).duration is None


def test_a_long_recording_twice_in_a_file_has_no_duration() -> None:
    """As ``cat`` makes it: the last page of the second says the length of the first."""
    once = opus_of(1, 20, pages=400)
    assert len(once) > 1 << 19
    assert probe(once).duration == 20.0
    assert probe(once, thorough=False).duration == 20.0
    assert probe(once + once).duration is None


def test_a_stream_that_is_not_understood_does_not_hide_the_length_of_the_other() -> (
    None
):
    skeleton = made.page(9, 0, b"fishead\0" + bytes(56), flags=2)
    content = skeleton + made.opus(skipped=0, last=96_000) + made.page(9, 5, b"x")
    assert probe(content).duration == 2.0


def test_an_ogg_of_empty_pages_is_an_error_for_few_wants() -> None:
    meter = Meter(made.page(1, 0, b"", flags=2) * 5000)
    with pytest.raises(MediaError):
        meter.measure()
    assert len(meter.wants) < 100


def test_a_tag_longer_than_the_file_is_cut_off() -> None:
    with pytest.raises(MediaShort) as caught:
        probe(b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + bytes(100))
    assert caught.value.fault is MediaFault.TRUNCATED


def test_frames_are_not_counted_to_where_the_budget_ends() -> None:
    """Half a count would be a wrong length; an estimate says that it is one."""
    frames = b"".join(made.mp3_frame(kbits=5 + turn % 9) for turn in range(1000))
    info = Meter(frames).measure(budget=Budget(bytes=200_000))
    assert info.timing is not None
    assert info.timing.lower < Fraction(1000 * 1152, 44_100) < info.timing.upper
    assert "estimated" in info.evidence[0]


def test_the_least_duration_of_a_single_frame_is_not_negative() -> None:
    frame = b"\xff\xfb\x90\x64" + bytes(413)
    timing = probe(frame).timing
    assert timing is not None
    assert timing.lower == 0
    assert timing.value == Fraction(1152, 44_100)


@pytest.mark.parametrize("readings", [(1, -2), (-1,), (0, 3), (-3, -2)])
def test_nothing_that_is_measured_is_negative(readings: tuple[int, ...]) -> None:
    measured = Measurement.of(*map(Fraction, readings))
    assert 0 <= measured.lower <= measured.value <= measured.upper
