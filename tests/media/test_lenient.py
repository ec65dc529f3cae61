"""A ``data:`` URI that is written wrongly: refused, unless media are recognised in it."""

from __future__ import annotations

import base64

import pytest

from media import specimens as made
from runcomfy_runtime.errors import InputRejected
from runcomfy_runtime.media.inspection import Inspector
from runcomfy_runtime.rule import Rule
from runcomfy_runtime.testing import FakeQueue

from .test_client import Input

RULE = Rule(
    pointer="/x", kind="image", metric="width_pixels", operator="<=", limit="4096"
)
BASE64 = base64.b64encode(made.png(640, 480)).decode()
WORDS = [
    "this is not base64!",
    "[object Blob]",
    "[object Object]",
    "undefined",
    "hello",
    "@@@notbase64@@@",
    "<html>x</html>",
    '{"a":1}',
    "...",
]


def verdict(uri: str) -> str:
    [problem] = Inspector()([RULE], {"x": uri})
    return problem.verdict


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("kind", ["image/png;base64", "image/png"])
def test_words_where_content_belongs_fail(kind: str, words: str) -> None:
    assert verdict(f"data:{kind},{words}") == "fail"


@pytest.mark.parametrize("words", WORDS)
def test_words_where_content_belongs_are_never_paid_for(words: str) -> None:
    queue = FakeQueue()
    with queue.client(judges=[Inspector()]) as client, pytest.raises(InputRejected):
        client.run(Input(image_urls=[f"data:image/png;base64,{words}"]), timeout=5)
    assert queue.requests == []


TGA = bytes(2) + b"\x02" + bytes(9) + b"\xff\0\xff\0\x18" + bytes(1 + 3 * 255 * 255)


@pytest.mark.parametrize(
    "uri",
    [
        f"data:image/png;base64,!{BASE64}",
        f"data:image/png;base64 ;charset=utf-8,{BASE64}",
        f"data:image/png;base64,{BASE64[:8]}={BASE64[8:]}",
        "data:image/png;base64,!" + base64.b64encode(TGA).decode(),
        "data:image/png;base64,!" + base64.b64encode(b"8BPS" + bytes(20)).decode(),
        f"data:image/png,{BASE64}",
    ],
    ids=["junk", "parameter", "padding inside", "TGA", "Photoshop", "no flag"],
)
def test_what_a_forgiving_reader_could_take_is_unknown(uri: str) -> None:
    assert verdict(uri) == "unknown"
