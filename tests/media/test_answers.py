"""Damaged answers of servers: whatever is in them, an answer or a MediaError, and an end.

Over real sockets, through the guarded fetch as it is used. 400 answers by default, blocking
and on an event loop, 10,000 each with ``--long``.
"""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from media.conftest import Fetch
from media.test_mutations import assert_plausible, mutate
from runcomfy_runtime.media.errors import MediaError
from runcomfy_runtime.media.fetch.policy import FetchPolicy
from support.file_server import (
    PRIVATE,
    Hangup,
    HttpRequest,
    Send,
    respond,
    serve_file,
    serving,
)

DATA = Path(__file__).parent / "data"
JPEG = (DATA / "image/jpeg_orient6.jpg").read_bytes()
MP4 = (DATA / "video/mp4_moov_end.mp4").read_bytes()
WORDS = (
    *(b"\r\n", b"\n", b"\r", b"\0", b": ", b" ", b"\xff", b"\t", b"0", b"-1", b"*"),
    *(b"99999999999999999999", b"Content-Length: 7\r\n", b"Content-Length: x\r\n"),
    *(b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip\r\n", b"HTTP/1.1 "),
    *(b"Content-Range: bytes 5-9/10\r\n", b"Content-Range: bytes */*\r\n", b"HTTP/2"),
    *(
        b'ETag: "\xe9"\r\n',
        b"ETag: W/\r\n",
        b"Content-Encoding: br\r\n",
        b"206",
        b"416",
    ),
    *(
        b"Location: //[::1\r\n",
        b"Location: /\xff\r\n",
        b"Location:\r\n",
        b"302",
        b"100",
    ),
    *(b"https://[x]/", b"//127.0.0.1:1/", b"Connection: upgrade\r\n", b"101 ", b"204"),
)


def damaged(answer: bytes, chance: random.Random) -> bytes:
    """An answer with a few things wrong, mostly in its head."""
    head, mark, body = answer.partition(b"\r\n\r\n")
    text = bytearray(head + mark)
    for _ in range(chance.choice((0, 1, 1, 2, 4))):
        at = chance.randrange(len(text) + 1)
        kind = chance.randrange(4)
        if kind <= 1:
            text[at:at] = chance.choice(WORDS)
        elif kind == 2:
            text[at : at + chance.choice((1, 2, 9))] = b""
        else:
            text[at : at + 3] = chance.randbytes(chance.randint(0, 3))
    if chance.random() < 0.3:
        body = mutate(body, chance)
    if chance.random() < 0.1:
        body = body[: chance.choice((0, 100))]
    return bytes(text) + body


def chunked(content: bytes, chance: random.Random) -> bytes:
    """A body in chunks, some of them said to be of another length."""
    parts: list[bytes] = []
    for at in range(0, len(content), 4096):
        piece = content[at : at + 4096]
        answer = len(piece) + (chance.randint(-2, 2) if chance.random() < 0.2 else 0)
        parts.append(b"%x\r\n%s\r\n" % (answer, piece))
    return b"".join(parts) + b"0\r\nX: y\r\n\r\n"


def answer_to(request: HttpRequest, chance: random.Random) -> bytes:
    """A good answer of one of the kinds that there are."""
    content = chance.choice((JPEG, MP4))
    kind = chance.randrange(6)
    if kind == 0:
        return respond("200 OK", {}, content)
    if kind == 1:
        answer = {"Transfer-Encoding": "chunked", "Content-Length": ""}
        return respond("200 OK", answer, chunked(content, chance))
    if kind == 2:
        return respond("302 Found", {"Location": f"/{chance.randrange(99)}"})
    sent: list[bytes] = []
    serve_file(content, ETag='"one"')(request, sent.append)
    return b"".join(sent)


class Vandal:
    """A server's behaviour: an answer for each path, damaged by its number, then the end."""

    def __init__(self) -> None:
        self.turn = 0

    def __call__(self, request: HttpRequest, send: Send) -> None:
        self.turn += 1
        number = request.path.strip("/")
        chance = random.Random(f"{number} {self.turn}")
        send(damaged(answer_to(request, chance), chance))
        raise Hangup


@pytest.fixture
def count(long_run: bool) -> int:
    """How many damaged answers to try."""
    return 10_000 if long_run else 400


def test_a_damaged_answer_gives_media_or_a_media_error_after_few_requests(
    get: Fetch, count: int
) -> None:
    vandal = Vandal()
    measured = 0
    with serving(vandal, None, PRIVATE) as server:
        origin = f"private.test:{server.port}"
        get.policy = FetchPolicy(private=frozenset({origin}), seconds=30)
        for seed in range(count):
            vandal.turn, before = 0, len(server.requests)
            try:
                found = get(f"http://{origin}/{seed}", thorough=seed % 2 == 0)
                measured += 1
                assert_plausible(found)
            except MediaError as error:
                assert_plausible(error)
            except Exception as error:
                pytest.fail(f"seed {seed}: {error!r}")
            assert len(server.requests) - before <= get.policy.requests + 1, seed
    assert measured > count // 10
    assert measured < count


FLOODS = {
    "interim answers": b"HTTP/1.1 100 Continue\r\n\r\n" * 100,
    "a chunk's extension": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;",
    "trailers": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n\xff\r\n0\r\n",
    "one header": b"HTTP/1.1 200 OK\r\nX: ",
    "a status line": b"HTTP/1.1 200 ",
}


@pytest.mark.parametrize("name", FLOODS)
def test_an_answer_whose_head_has_no_end_is_left(get: Fetch, name: str) -> None:
    """At a limit of its length, or at the deadline, whichever comes first."""

    def flood(request: HttpRequest, send: Send) -> None:
        send(FLOODS[name])
        again = FLOODS[name] if name == "interim answers" else b"X: y\r\n" * 1000
        more = b"a" * 65536 if name in ("one header", "a status line") else again
        while True:
            send(more)

    with serving(flood, None, PRIVATE) as server:
        origin = f"private.test:{server.port}"
        get.policy = FetchPolicy(private=frozenset({origin}), seconds=1)
        with pytest.raises(MediaError):
            get(f"http://{origin}/x")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        respond("304 Not Modified", {}),
        respond("101 Switching Protocols", {"Upgrade": "x", "Connection": "upgrade"}),
        b"HTTP/1.1 999 x\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 20000 x\r\n\r\n",
        b"HTTP/1.1 -1 x\r\n\r\n",
        b"hello",
        b"HTTP/1.1 302 x\r\nLocation: https://\xe9.test/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 206 x\r\nContent-Range: bytes 0-99/999\r\nContent-Length: 3\r\n\r\nxyz",
        b"HTTP/1.1 206 x\r\nContent-Range: bytes 0-99/9999999999999999999999\r\n\r\n",
    ],
)
def test_an_answer_that_makes_no_sense_is_an_error(get: Fetch, answer: bytes) -> None:
    def odd(request: HttpRequest, send: Send) -> None:
        send(answer)
        raise Hangup

    with serving(odd, None, PRIVATE) as server:
        origin = f"private.test:{server.port}"
        get.policy = replace(get.policy, private=frozenset({origin}))
        with pytest.raises(MediaError) as caught:
            get(f"http://{origin}/x")
    assert str(caught.value).isprintable()
    assert len(server.requests) == 1
