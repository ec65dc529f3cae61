"""Compressed answers: what is read of one that says nothing, and one that comes byte by byte."""

from __future__ import annotations

import gzip
import itertools
import json
import time
import zlib
from collections.abc import Iterable, Iterator

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.http.body import BodyReader
from runcomfy_runtime.http.request_trace import UnreadableBody
from runcomfy_runtime.transport import Request, Response
from runtime.side import Side
from support.scripted_server import Reply, ScriptedServer

PIECE = 64 * 1024
GOOD = json.dumps({"text": "ünïcode " * 40}).encode()


def head_of_gzip() -> Iterator[bytes]:
    """A gzip header whose file name never ends."""
    return itertools.chain(
        [b"\x1f\x8b\x08\x08" + bytes(6)], itertools.repeat(b"a" * PIECE)
    )


def empty_members() -> Iterator[bytes]:
    return itertools.repeat(gzip.compress(b"") * 3000)


def empty_blocks(wbits: int = 31) -> Iterator[bytes]:
    stream = zlib.compressobj(9, zlib.DEFLATED, wbits)
    start = stream.flush(zlib.Z_SYNC_FLUSH)
    return itertools.chain([start], itertools.repeat(b"\x00\x00\x00\xff\xff" * 13_000))


def after_content() -> Iterator[bytes]:
    """One decoded MiB, and then nothing but empty members."""
    return itertools.chain([gzip.compress(bytes(1 << 20))], empty_members())


def padding() -> Iterator[bytes]:
    return itertools.chain([gzip.compress(b"{}")], itertools.repeat(bytes(PIECE)))


ENDLESS = {
    "a head": (head_of_gzip, "gzip"),
    "empty members": (empty_members, "gzip"),
    "empty blocks": (empty_blocks, "gzip"),
    "empty blocks of deflate": (lambda: empty_blocks(15), "deflate"),
    "empty blocks without a header": (lambda: empty_blocks(-15), "deflate"),
    "empty members after content": (after_content, "gzip"),
    "padding": (padding, "gzip"),
}


def received(body: Iterable[bytes], coding: str, limit: int = 16 << 20) -> bytes:
    reader = BodyReader(Request("GET", "https://x/", body_limit=limit))
    reader.begin(Response(200, {"content-encoding": coding}))
    for piece in body:
        reader.take(piece)
    return reader.ended().body


@pytest.mark.parametrize("name", ENDLESS)
def test_compressed_bytes_that_say_nothing_have_a_cap(name: str) -> None:
    make, coding = ENDLESS[name]
    count = [0]

    def counted() -> Iterator[bytes]:
        for piece in make():
            count[0] += len(piece)
            yield piece

    start = time.monotonic()
    with pytest.raises(UnreadableBody, match="compressed data for"):
        received(counted(), coding)
    assert count[0] <= (17 << 20 if name.endswith("content") else 300_000)
    assert time.monotonic() - start < 20


CODED = {
    "gzip": gzip.compress(GOOD),
    "two members": gzip.compress(GOOD[:7]) + gzip.compress(GOOD[7:]),
    "deflate": zlib.compress(GOOD),
    "deflate without a header": zlib.compress(GOOD)[2:-4],
}


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
@pytest.mark.parametrize("name", CODED)
def test_a_compressed_answer_may_come_in_pieces_of_any_size(
    name: str, size: int
) -> None:
    body = CODED[name]
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    assert received(pieces, "deflate" if "deflate" in name else "gzip") == GOOD
    with pytest.raises(OSError, match="breaks off"):
        received(pieces[:1], "gzip") if size == 1 else received([body[:-5]], "gzip")


def test_a_server_that_flushes_after_each_byte_is_read() -> None:
    stream = zlib.compressobj(9, zlib.DEFLATED, 31)
    content = bytes(range(256)) * 200
    coded = b"".join(
        stream.compress(bytes([byte])) + stream.flush(zlib.Z_SYNC_FLUSH)
        for byte in content
    )
    assert received([coded + stream.flush()], "gzip") == content


def test_bytes_that_do_not_compress_are_read_up_to_the_cap() -> None:
    import random

    content = random.Random(1).randbytes(1 << 20)
    assert received([gzip.compress(content, 1)], "gzip", 1 << 20) == content
    with pytest.raises(UnreadableBody, match="longer than 1 MiB"):
        received([gzip.compress(content + b"1", 1)], "gzip", 1 << 20)


ENDLESS_HEAD = b"\x1f\x8b\x08\x08" + bytes(6) + b"a" * 1_000_000


@pytest.mark.parametrize("kind", ["result", "status"])
def test_the_error_of_such_an_answer_has_the_job(
    server: ScriptedServer, side: Side, kind: str
) -> None:
    server.on(kind, Reply(ENDLESS_HEAD, 200, {"Content-Encoding": "gzip"}))
    with pytest.raises(errors.UnreadableAnswer, match="compressed data for") as caught:
        side.run()
    assert caught.value.job is not None
    assert server.count(kind) == 1
