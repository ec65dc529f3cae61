"""What a decoder shows in full is never refused here, and never measured wrong.

Seeded damage, with Pillow and PyAV as judges; each part is left out where its judge is not
installed. 2,000 pictures by default, 20,000 with ``--long``.
"""

from __future__ import annotations

import io
import random
import warnings
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from struct import pack
from typing import Any

import pytest

from media import specimens as made
from media.meter import DATA
from media.test_mutations import mutate
from runcomfy_runtime.media.errors import MediaError
from runcomfy_runtime.media.info import Dimensions, MediaInfo
from runcomfy_runtime.media.inspection import Inspector
from runcomfy_runtime.media.prober import probe
from runcomfy_runtime.rule import Rule

PICTURES = [
    path
    for folder in ("image", "more", "hostile")
    for path in sorted((DATA / folder).iterdir())
    if path.stat().st_size < 200_000
]
MOVING = [
    path
    for folder in ("video", "audio")
    for path in sorted((DATA / folder).iterdir())
    if path.stat().st_size < 120_000
]
JPEG = (DATA / "image/jpeg_baseline.jpg").read_bytes()


@pytest.fixture(scope="module")
def pillow() -> Any:
    """Pillow's module of pictures."""
    return pytest.importorskip("PIL.Image", reason="Pillow is not installed")


@pytest.fixture(scope="module")
def pyav() -> Any:
    """PyAV, silent."""
    module = pytest.importorskip("av", reason="PyAV is not installed")
    module.logging.set_level(module.logging.PANIC)
    return module


def shown_by(pillow: Any, content: bytes) -> Dimensions | None:
    """The size of a picture that Pillow decodes to its last pixel; None if it does not."""
    with warnings.catch_warnings(), suppress(Exception):
        warnings.simplefilter("ignore")
        with pillow.open(io.BytesIO(content)) as picture:
            stored: Dimensions = picture.size
            picture.load()
            return stored if all(picture.size) else None
    return None


def found_in(content: bytes) -> MediaInfo | MediaError:
    try:
        return probe(content)
    except MediaError as error:
        return error


def disagreement(found: MediaInfo | MediaError, stored: Dimensions) -> str | None:
    """What is wrong with our answer if a decoder shows a picture of that size."""
    if isinstance(found, MediaError):
        return f"refused: {found}" if found.fault.conclusive else None
    sizes = {tuple(sorted(extent)) for extent in found.extents}
    return None if tuple(sorted(stored)) in sizes else f"{found.extents}, not {stored}"


def cases(files: list[Path], count: int) -> Iterator[tuple[str, bytes]]:
    """Seeded damage, evenly over the files."""
    contents = [path.read_bytes() for path in files]
    for seed in range(count):
        index = seed % len(files)
        name = f"{files[index].name}, seed {seed}"
        yield name, mutate(contents[index], random.Random(seed))


@pytest.fixture
def count(long_run: bool) -> int:
    """How many damaged pictures to try."""
    return 20_000 if long_run else 2_000


def test_no_damaged_picture_that_pillow_loads_is_refused_or_measured_wrong(
    pillow: Any, count: int
) -> None:
    shown = 0
    wrong: list[str] = []
    for name, content in cases(PICTURES, count):
        stored = shown_by(pillow, content)
        if stored is not None:
            shown += 1
            problem = disagreement(found_in(content), stored)
            wrong += [f"{name}: {problem}"] if problem else []
    assert wrong == []
    assert shown > count // 10


def test_no_damaged_jpeg_that_pillow_loads_is_refused_or_measured_wrong(
    pillow: Any, count: int
) -> None:
    """JPEG has the most forgiving decoders; here, damage is in its headers alone."""
    shown = 0
    wrong: list[str] = []
    for seed in range(count):
        chance = random.Random(seed)
        content = mutate(JPEG[:700], chance) + JPEG[700:]
        stored = shown_by(pillow, content)
        if stored is not None:
            shown += 1
            problem = disagreement(found_in(content), stored)
            wrong += [f"seed {seed}: {problem}"] if problem else []
    assert wrong == []
    assert shown > count // 10


def decoded_by(pyav: Any, content: bytes) -> int:
    """The frames that PyAV decodes; 0 if any of them fails."""
    with suppress(Exception), pyav.open(io.BytesIO(content)) as opened:
        stream = (opened.streams.video or opened.streams.audio)[0]
        return sum(1 for _ in opened.decode(stream))
    return 0


def test_no_damaged_film_or_sound_that_pyav_decodes_is_refused(
    pyav: Any, count: int
) -> None:
    whole = {path.name: decoded_by(pyav, path.read_bytes()) for path in MOVING}
    for name, content in cases(MOVING, count // 2):
        found = found_in(content)
        if isinstance(found, MediaError) and found.fault.conclusive:
            frames = decoded_by(pyav, content)
            assert frames < max(1, whole[name.partition(",")[0]]), f"{name}: {found}"


def icon(*entries: tuple[int, int, int], body: bytes) -> bytes:
    """An icon whose entries are (side, length, offset)."""
    rows = b"".join(
        pack("<BBBBHHII", side % 256, side % 256, 0, 0, 1, 32, length, offset)
        for side, length, offset in entries
    )
    return b"\0\0\1\0" + pack("<H", len(entries)) + rows + body


def picture(pillow: Any, side: int) -> bytes:
    written = io.BytesIO()
    pillow.new("RGBA", (side, side), (1, 2, 3, 255)).save(written, "PNG")
    return written.getvalue()


FORGIVEN = {
    "a zero byte between segments": JPEG[:20] + b"\0" + JPEG[20:],
    "a space between segments": JPEG[:20] + b" " + JPEG[20:],
    "an escaped FF between segments": JPEG[:20] + b"\xff\0" + JPEG[20:],
    "2,500 comments": JPEG[:20] + b"\xff\xfe\0\x02" * 2500 + JPEG[20:],
    "2,500 fill bytes": JPEG[:20] + b"\xff" * 2500 + JPEG[20:],
    "60,000 bytes of junk": JPEG[:20] + bytes(60_000) + JPEG[20:],
}


@pytest.mark.parametrize("name", FORGIVEN)
def test_a_jpeg_with_what_every_decoder_passes_over_is_measured(name: str) -> None:
    info = probe(FORGIVEN[name])
    assert info.shown == (640, 480)


@pytest.mark.parametrize("name", FORGIVEN)
def test_pillow_passes_over_it_too(pillow: Any, name: str) -> None:
    assert shown_by(pillow, FORGIVEN[name]) == (640, 480)


def test_an_icon_is_measured_whatever_its_other_entries_say(pillow: Any) -> None:
    body = picture(pillow, 48)
    content = icon((48, len(body), 38), (16, 10**6, 38), body=body)
    assert shown_by(pillow, content) == (48, 48)
    assert probe(content).shown == (48, 48)


@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        (b"", "fail"),
        (JPEG[:10], "fail"),
        (made.png(0, 10), "fail"),
        (b"<html>403</html>", "fail"),
        (JPEG[:120], "unknown"),
        (made.jpeg(made.segment(0xFE, b"") * 5000), "unknown"),
        ((DATA / "hostile/mp4_trunc_moov.mp4").read_bytes(), "unknown"),
        ((DATA / "hostile/jpeg_sos_before_sof.jpg").read_bytes(), "unknown"),
    ],
)
def test_a_file_at_hand_fails_only_if_no_decoder_could_use_it(
    content: bytes, verdict: str
) -> None:
    rule = Rule(
        pointer="/x", metric="width_pixels", operator=">", limit="1", message=""
    )
    uri = "data:image/x;base64," + b64encode(content).decode()
    [problem] = Inspector()([rule], {"x": uri})
    assert problem.verdict == verdict


def riff_of_many_parts() -> bytes:
    return made.riff(
        b"WAVE", made.fmt(), *[(b"JUNK", b"")] * 1001, (b"data", bytes(8000))
    )


def test_a_sound_of_a_thousand_chunks_is_measured() -> None:
    assert probe(riff_of_many_parts()).duration == 0.5


def test_pyav_reads_a_sound_of_a_thousand_chunks_too(pyav: Any) -> None:
    with pyav.open(io.BytesIO(riff_of_many_parts())) as opened:
        assert sum(frame.samples for frame in opened.decode(audio=0)) == 4000


def test_the_judges_are_the_decoders_that_they_are_taken_for(pillow: Any) -> None:
    assert shown_by(pillow, JPEG) == (640, 480)
    assert shown_by(pillow, JPEG[:3000]) is None
    assert import_module("PIL").__name__ == "PIL"
