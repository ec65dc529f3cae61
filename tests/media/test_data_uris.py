"""Content of ``data:`` URIs, however it is written, decoded only where it is looked at."""

from __future__ import annotations

import random
import tracemalloc
from urllib.parse import quote_from_bytes, unquote_to_bytes

import pytest

from media.test_drivers import BASE64, PNG, failure
from runcomfy_runtime.media.data_uri import EscapedText
from runcomfy_runtime.media.errors import MediaFault
from runcomfy_runtime.media.prober import probe


@pytest.mark.parametrize(
    "uri",
    [
        f"data:image/png;base64,{BASE64}",
        f"DATA:;BASE64,{BASE64}",
        f"data:text/plain;charset=utf-8;base64,{BASE64}",
        f"data:image/png;base64,{BASE64.rstrip('=')}",
        "data:image/png;base64," + BASE64.replace("+", "%2B").replace("=", "%3D"),
        "data:image/png;base64," + BASE64.replace("+", "-").replace("/", "_"),
        "data:image/png;base64," + "".join(f"%{ord(c):02x}" for c in BASE64),
        "data:image/png;base64," + "%20".join(BASE64),
        "data:image/png;base64,"
        + "\n".join(BASE64[at : at + 76] for at in range(0, len(BASE64), 76)),
        f"data:image/png,{quote_from_bytes(PNG)}",
    ],
)
def test_a_data_uri_is_read_however_it_is_written(uri: str) -> None:
    info = probe(uri)
    assert (info.shown, info.size) == ((640, 480), len(PNG))


@pytest.mark.parametrize(
    "uri",
    [
        "data:",
        "data:image/png;base64",
        "data:image/png;base64;" + "x" * 400 + "," + BASE64,
        "data:image/png;base64,A",
        "data:image/png;base64,!!!!",
        "data:image/png;base64,iVBO===RwKGgo",
        "data:image/png;base64,ïVBORw0K",
    ],
)
def test_a_data_uri_that_is_none_is_an_error_without_its_content(uri: str) -> None:
    error = failure(uri)
    assert error.fault is MediaFault.UNREADABLE
    assert "iVBO" not in str(error)


@pytest.mark.parametrize(
    "uri", ["data:,", "data:;base64,", "data:image/png;base64,===="]
)
def test_a_data_uri_without_content_is_an_error(uri: str) -> None:
    assert failure(uri).fault in (MediaFault.TOO_SHORT, MediaFault.UNREADABLE)


def test_two_hundred_megabytes_in_a_data_uri_are_measured_without_decoding_them() -> (
    None
):
    uri = "data:image/png;base64," + BASE64[:2400] + "A" * (200 << 20)
    tracemalloc.start()
    info = probe(uri)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert info.shown == (640, 480)
    assert info.size == (len(uri) - 22) * 3 // 4
    assert peak < 1 << 20


@pytest.mark.parametrize(
    "uri",
    [
        "data:image/png," + quote_from_bytes(PNG) + "%41" * (1 << 18),
        "data:image/png;base64," + BASE64[:2400] + "%41" * (1 << 18),
        "data:image/png;base64," + BASE64[:2400] + "%41%0a" * (1 << 17),
        "data:image/png;base64," + BASE64[:2400] + ("AAAA" * 19 + "\r\n") * 40_000,
    ],
    ids=["escapes", "escaped base64", "escaped white space", "lines"],
)
def test_escapes_are_unescaped_a_block_at_a_time(uri: str) -> None:
    tracemalloc.start()
    info = probe(uri)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert info.shown == (640, 480)
    assert peak < 1 << 20  # all at once, it was over forty


@pytest.mark.parametrize("start", [0, 1, 2, 5])
def test_escaped_text_reads_the_same_wherever_it_is_cut(start: int) -> None:
    for seed in range(300):
        chance = random.Random(seed)
        parts = ("%41", "%", "%4", "%zz", "%%", "a", " ", "%0A", "-")
        text = "x" * (start + chance.randrange(4)) + "y" * ((8 << 10) - 8)
        text += "".join(chance.choice(parts) for _ in range(20))
        escaped = EscapedText(text, start, unquote_to_bytes)
        whole = unquote_to_bytes(text[start:])
        assert escaped.size == len(whole)
        assert escaped.read(0, len(whole) + 9) == whole
        for offset in range((8 << 10) - 20, len(whole) + 2, 3):
            assert escaped.read(offset, 7) == whole[offset : offset + 7]


def test_a_large_data_uri_that_must_be_unescaped_first_is_refused() -> None:
    uri = "data:image/png;base64,%" + "A" * (65 << 20)
    assert failure(uri).fault is MediaFault.TOO_COSTLY
