"""The made media are real files: their structure is read back field by field."""

from __future__ import annotations

import io
import itertools
import struct
import wave
import zlib
from collections.abc import Callable, Iterator

import pytest
from PIL import Image

from runcomfy_codegen.sandbox.sample_film import mp4, nal_unit, unsigned
from runcomfy_codegen.sandbox.sample_media import jpeg, mp3, png, wav, webp
from runcomfy_runtime.media import probe


def chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at < len(picture):
        (length,) = struct.unpack_from(">I", picture, at)
        name, data = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", picture, at + 8 + length)[0] == zlib.crc32(
            name + data
        )
        yield name, data
        at += 12 + length


def boxes(film: bytes) -> dict[str, bytes]:
    """Every box by its path, the last of each path."""
    by_path: dict[str, bytes] = {}
    pending = [("", film)]
    while pending:
        path, rest = pending.pop()
        while rest:
            size, name = struct.unpack_from(">I4s", rest)
            assert 8 <= size <= len(rest)
            at = f"{path}/{name.decode()}"
            by_path[at] = rest[8:size]
            if name in (b"moov", b"trak", b"mdia", b"minf", b"stbl"):
                pending.append((at, rest[8:size]))
            rest = rest[size:]
    return by_path


@pytest.mark.parametrize(
    ("width", "height"), [(1, 1), (5, 3), (1024, 1024), (6198, 2656)]
)
def test_a_png_has_the_size_asked_for_and_a_row_of_pixels_for_each_line(
    width: int, height: int
) -> None:
    picture = png(width, height, 0.3)
    parts = dict(chunks(picture))
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert list(parts) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    assert struct.unpack(">IIBB", parts[b"IHDR"][:10]) == (width, height, 2, 3)
    assert len(zlib.decompress(parts[b"IDAT"])) == height * (1 + (width + 3) // 4)
    assert len(picture) < 40_000


def test_a_wav_is_as_long_as_asked_and_not_silent() -> None:
    with wave.open(io.BytesIO(wav(2.5, 440))) as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
        assert sound.getnframes() / sound.getframerate() == 2.5
        samples = struct.unpack(
            f"<{sound.getnframes()}h", sound.readframes(sound.getnframes())
        )
    assert max(samples) == 6000
    crossings = sum(a < 0 <= b for a, b in itertools.pairwise(samples))
    assert crossings / 2.5 == pytest.approx(440, abs=1)


@pytest.mark.parametrize(
    ("size", "seconds"),
    [((1280, 720), 5.0), ((720, 1280), 1.0), ((17, 31), 0.1), ((64, 64), 60.0)],
)
def test_an_mp4_tells_its_size_and_length_in_every_place_that_has_them(
    size: tuple[int, int], seconds: float
) -> None:
    parts = boxes(mp4(*size, seconds, 0.1))
    width, height = (side + side % 2 for side in size)
    scale, duration = struct.unpack_from(">II", parts["/moov/mvhd"], 12)
    assert duration / scale == pytest.approx(seconds, abs=1 / 24)
    header = parts["/moov/trak/tkhd"]
    assert struct.unpack(">II", header[-8:]) == (width << 16, height << 16)
    described = parts["/moov/trak/mdia/minf/stbl/stsd"]
    assert struct.unpack_from(">HH", described, 8 + 8 + 24) == (width, height)
    assert list(parts)[:3] == ["/ftyp", "/moov", "/mdat"]


def test_every_frame_of_an_mp4_lies_where_its_index_says() -> None:
    film = mp4(320, 180, 2.0, 0.5)
    parts = boxes(film)
    table = "/moov/trak/mdia/minf/stbl"
    count = struct.unpack_from(">I", parts[f"{table}/stsz"], 8)[0]
    sizes = struct.unpack_from(f">{count}I", parts[f"{table}/stsz"], 12)
    (at,) = struct.unpack_from(">I", parts[f"{table}/stco"], 8)
    kinds = ""
    for length in sizes:
        assert struct.unpack_from(">I", film, at)[0] == length - 4
        kinds += {5: "K", 1: "r"}[film[at + 4] & 31]
        at += length
    assert at == len(film)
    assert kinds == ("K" + "r" * 23) * 2
    assert struct.unpack_from(">3I", parts[f"{table}/stss"], 4) == (2, 1, 25)


def test_small_files_stay_small_and_repeat_byte_for_byte() -> None:
    assert len(mp4(1280, 720, 5, 0.2)) < 30_000
    assert mp4(320, 180, 1, 0.2) == mp4(320, 180, 1, 0.2)
    assert mp4(320, 180, 1, 0.2) != mp4(320, 180, 1, 0.7)


def test_exp_golomb_codes_are_those_of_the_standard() -> None:
    assert unsigned(0, 1, 2, 3, 7) == "1" + "010" + "011" + "00100" + "0001000"


def test_no_start_code_can_appear_inside_a_unit() -> None:
    payload = b"\x00\x00\x00\x00\x00\x01\x00\x00\x03"
    unit = nal_unit(3, 5, "".join(f"{byte:08b}" for byte in payload))
    assert unit == b"\x65\x00\x00\x03\x00\x00\x03\x00\x01\x00\x00\x03\x03\x80"
    assert b"\x00\x00\x01" not in unit


@pytest.mark.parametrize("made", [png, jpeg])
@pytest.mark.parametrize(
    ("width", "height"), [(1, 1), (17, 100), (1024, 768), (6198, 2656)]
)
def test_a_picture_has_the_size_asked_for_and_four_bands(
    made: Callable[[int, int, float], bytes], width: int, height: int
) -> None:
    with Image.open(io.BytesIO(made(width, height, 0.3))) as picture:
        assert picture.size == (width, height)
        whole = picture.convert("RGB")
    middles = [whole.getpixel((0, height * at // 8)) for at in (1, 3, 5, 7)]
    assert len(set(middles)) == min(height, 4)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1024, 768), (6198, 2656)])
def test_a_webp_tells_its_size_in_its_first_bits(width: int, height: int) -> None:
    picture = webp(width, height, 0.3)
    assert picture[:4] == b"RIFF"
    assert picture[8:16] == b"WEBPVP8L"
    assert struct.unpack_from("<I", picture, 4)[0] == len(picture) - 8
    (bits,) = struct.unpack_from("<I", picture, 21)
    assert picture[20] == 0x2F
    assert (bits & 0x3FFF, bits >> 14 & 0x3FFF) == (width - 1, height - 1)


def test_an_mp3_is_whole_frames_of_36_milliseconds() -> None:
    sound = mp3(3.6)
    assert len(sound) == 100 * 36
    assert {sound[at : at + 4] for at in range(0, len(sound), 36)} == {
        b"\xff\xf3\x18\xc4"
    }
    assert len(mp3(0)) == 9 * 36


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (png(300, 200, 0.1), ("image", "png", 300, 200, None)),
        (jpeg(301, 200, 0.1), ("image", "jpeg", 301, 200, None)),
        (webp(302, 200, 0.1), ("image", "webp", 302, 200, None)),
        (mp4(304, 200, 2.5, 0.1), ("video", "mp4", 304, 200, 2.5)),
        (wav(2.5, 440), ("audio", "wav", None, None, 2.5)),
    ],
)
def test_the_prober_of_the_clients_reads_what_was_made(
    made: bytes, expected: tuple[str, str, int | None, int | None, float | None]
) -> None:
    info = probe(made)
    assert (info.kind, info.format, info.width, info.height, info.duration) == expected
    assert info.size == len(made)
