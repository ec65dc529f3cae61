"""Every file of the two collections, against what is known to be true of it."""

from __future__ import annotations

import base64
import io
import json
import tracemalloc
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from media.meter import DATA, Meter
from runcomfy_runtime.media.errors import MediaError, MediaFault, MediaUnsupported
from runcomfy_runtime.media.prober import probe

ENTRIES: list[dict[str, Any]] = [
    entry
    for name in ("index.json", "more.json")
    for entry in json.loads((DATA / name).read_text())["files"]
]
NOT_READ = {"jp2", "tga", "svg", "aac"}
SLACK = 0.05
"""Seconds that readers differ by: one frame of sound, which files end with."""


def entries(*expectations: str, read: bool = False) -> Any:
    chosen = [
        entry
        for entry in ENTRIES
        if entry["expect"] in expectations
        and not (read and entry["format"] in NOT_READ)
    ]
    assert chosen
    return pytest.mark.parametrize("entry", chosen, ids=lambda entry: entry["file"])


def known(entry: dict[str, Any], *names: str) -> dict[str, Any]:
    """The facts that the truth states, of those named."""
    return {name: entry[name] for name in names if entry.get(name) is not None}


@entries("ok", "ok-headeronly")
def test_a_good_file_is_measured_right(entry: dict[str, Any]) -> None:
    path = DATA / entry["file"]
    if entry["format"] in NOT_READ:
        with pytest.raises(MediaUnsupported) as caught:
            probe(path)
        assert caught.value.fault is MediaFault.UNSUPPORTED
        return
    info = probe(path, kind=entry["kind"])
    exact = known(
        entry, "format", "width", "height", "coded_width", "coded_height", "size"
    )
    assert {name: getattr(info, name) for name in exact} == exact
    assert (info.duration is None) == (entry.get("duration") is None)
    if info.duration is not None and info.duration_error is not None:
        assert abs(info.duration - entry["duration"]) <= SLACK
    if entry["kind"] == "image":
        assert info.frames == entry["frames"]
    if info.fps is not None and entry.get("fps"):
        assert info.fps == pytest.approx(entry["fps"], rel=1e-4)
    assert info.evidence


@entries("reject", "incomplete")
def test_a_broken_file_is_an_error_that_says_why(entry: dict[str, Any]) -> None:
    with pytest.raises(MediaError) as caught:
        probe(DATA / entry["file"])
    assert len(str(caught.value)) < 200
    if entry["expect"] == "incomplete":
        assert caught.value.fault in (MediaFault.TRUNCATED, MediaFault.TOO_SHORT)
    else:
        assert caught.value.fault in (
            *(MediaFault.NOT_MEDIA, MediaFault.UNSUPPORTED, MediaFault.MALFORMED),
            *(MediaFault.TRUNCATED, MediaFault.IMPOSSIBLE, MediaFault.TOO_COSTLY),
            MediaFault.TOO_SHORT,
        )


EDGES: dict[str, dict[str, Any]] = {
    "image/gif_lsd0.gif": {"width": 50, "height": 40, "coded_width": 0},
    "video/mp4_sar.mp4": {"extents": ((320, 180), (240, 180))},
    "video/mp4_editlist.mp4": {"duration": 2.7},
    "hostile/mp4_timescale0.mp4": {"extents": ((320, 180),)},
    "hostile/mp4_duration_ffffffff.mp4": {"duration": 4.0},
    "hostile/mp4_tkhd_0x0.mp4": {"extents": ((320, 180),), "duration": 4.0},
    "hostile/mp4_tkhd_lie.mp4": {"extents": ((320, 180), (4000, 4000))},
    "hostile/mp4_stts_4g.mp4": {"extents": ((320, 180),), "duration": 4.0},
    "hostile/webm_dur_inf.webm": {"extents": ((320, 180),)},
}


@entries("edge")
def test_where_readers_disagree_every_reading_is_kept(entry: dict[str, Any]) -> None:
    if entry["format"] == "svg":
        with pytest.raises(MediaUnsupported, match="SVG"):
            probe(DATA / entry["file"])
        return
    info = probe(DATA / entry["file"])
    expected = EDGES[entry["file"]]
    assert {name: getattr(info, name) for name in expected} == expected


def test_a_duration_that_readers_disagree_on_spans_their_readings() -> None:
    cut = probe(DATA / "video/mp4_editlist.mp4")
    assert cut.timing is not None
    assert (float(cut.timing.lower), cut.timing.upper > 4) == (2.7, True)
    longer = probe(DATA / "video/mp4_audio_longer.mp4")
    assert longer.timing is not None
    assert (longer.duration, float(longer.timing.lower)) == (5.0, 2.0)


@entries("ok", read=True)
def test_every_way_to_hand_a_file_over_gives_the_same(entry: dict[str, Any]) -> None:
    path: Path = DATA / entry["file"]
    content = path.read_bytes()
    stream = io.BytesIO(content)
    stream.seek(7)
    uri = "data:application/octet-stream;base64," + base64.b64encode(content).decode()
    expected = probe(path)
    with path.open("rb") as opened:
        sources = (
            content,
            bytearray(content),
            memoryview(content),
            stream,
            opened,
            uri,
        )
        assert [probe(source) for source in sources] == [expected] * 6
    assert stream.tell() == 7


@entries("ok", "ok-headeronly", "edge", "reject", "incomplete")
def test_no_file_costs_much(entry: dict[str, Any]) -> None:
    meter = Meter((DATA / entry["file"]).read_bytes())
    try:
        meter.measure()
    except MediaError as error:
        assert entry["expect"] == "reject" or error.fault is not MediaFault.TOO_COSTLY
    assert len(meter.wants) <= 10_100  # the most elements that are skipped in Matroska
    assert max(length for _, length in meter.wants) <= 1 << 18


def test_no_file_takes_much_memory() -> None:
    tracemalloc.start()
    for entry in ENTRIES:
        with suppress(MediaError):
            probe(DATA / entry["file"])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 << 20


def test_most_files_are_answered_by_their_first_16_kilobytes_and_their_length() -> None:
    good = [entry for entry in ENTRIES if entry["expect"] in ("ok", "ok-headeronly")]
    first = total = 0
    for entry in good:
        meter = Meter((DATA / entry["file"]).read_bytes())
        if entry["format"] in NOT_READ:
            continue
        meter.measure(thorough=False)
        total += 1
        first += all(offset + length <= 16 << 10 for offset, length in meter.wants) or (
            len(meter.content) <= 16 << 10
        )
    assert first / total >= 0.86
