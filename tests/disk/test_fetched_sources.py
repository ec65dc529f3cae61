"""``import https://…`` from a server that means no good: bounded in memory, time and head."""

from __future__ import annotations

import gzip
import json
import os
import resource
import socket
import ssl
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from support.command_line import Shell, entry
from support.loopback_server import LoopbackServer, read_request

MIB = 1024 * 1024
Serve = Callable[[socket.socket], None]

# Prints the peak of its memory in MiB as the last line of stderr.
MEASURED = """
import resource, sys
from runcomfy_codegen.workspace import import_documents
import runcomfy_codegen.build.build_model, runcomfy_runtime.http.httpx_transport
import_documents.SOURCE_TIMEOUT = float(sys.argv.pop(1))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    from runcomfy_codegen.cli import main
    main()
finally:
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print((after - before) // 1024, file=sys.stderr)
"""


def answer(body: bytes, *headers: str, length: int | None = None) -> Serve:
    def serve(connection: socket.socket) -> None:
        with connection.makefile("rb") as stream:
            read_request(stream)
        size = len(body) if length is None else length
        head = ["HTTP/1.1 200 OK", f"Content-Length: {size}", *headers]
        connection.sendall("\r\n".join([*head, "", ""]).encode() + body)

    return serve


def compressed(pieces: Iterator[bytes], wbits: int = 31) -> bytes:
    stream = zlib.compressobj(9, zlib.DEFLATED, wbits)
    return b"".join(map(stream.compress, pieces)) + stream.flush()


@contextmanager
def served(folder: Path, serve: Serve) -> Iterator[str]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    server = LoopbackServer(serve, tls=context)
    try:
        yield f"https://localhost:{server.port}/page"
    finally:
        server.stop()


def imported(
    shell: Shell, serve: Serve, seconds: float = 20
) -> tuple[int, str, int, float]:
    """The exit code, what was said, the memory above the start in MiB, and the time."""
    with served(shell.folder, serve) as url:
        start = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, str(seconds), "import", url],
            cwd=shell.folder,
            env={**os.environ, "SSL_CERT_FILE": str(shell.folder / "ca.pem")},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            preexec_fn=_limited,
        )
        taken = time.monotonic() - start
    *said, peak = done.stderr.splitlines()
    return done.returncode, done.stdout + "\n".join(said), int(peak), taken


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))


def test_a_page_that_is_compressed_once_is_read(shell: Shell) -> None:
    body = gzip.compress(json.dumps(entry()).encode())
    code, said, _, _ = imported(shell, answer(body, "Content-Encoding: gzip"))
    assert (code, "1 new" in said) == (0, True), said


def test_bombs_are_refused_before_they_are_decoded(shell: Shell) -> None:
    once = compressed(bytes(MIB) for _ in range(512))
    twice = gzip.compress(once, 9)
    for body, headers, why in [
        (once, ["Content-Encoding: gzip"], "longer than 64 MiB"),
        (twice, ["Content-Encoding: gzip, gzip"], "one of gzip and deflate"),
        (twice, ["Content-Encoding: gzip"] * 2, "one of gzip and deflate"),
        (once, ["Content-Encoding: br"], "one of gzip and deflate"),
    ]:
        code, said, peak, _ = imported(shell, answer(body, *headers))
        assert (code, why in said) == (3, True), said
        assert peak < 64 + 64, (headers, peak)
    assert not (shell.folder / "schemas").exists()


def test_a_body_without_end_is_cut_at_the_cap(shell: Shell) -> None:
    def serve(connection: socket.socket) -> None:
        with connection.makefile("rb") as stream:
            read_request(stream)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(bytes(MIB))

    code, said, peak, _ = imported(shell, serve)
    assert (code, "longer than 64 MiB" in said) == (3, True), said
    assert peak < 64 + 64


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_server_that_drips_has_a_total_time(shell: Shell, part: str) -> None:
    def serve(connection: socket.socket) -> None:
        with connection.makefile("rb") as stream:
            read_request(stream)
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        if part == "body":
            connection.sendall(b"Content-Length: 10000\r\n\r\n")
        else:
            connection.sendall(b"X: ")
        while True:
            connection.sendall(b"a")
            time.sleep(0.1)

    code, said, _, taken = imported(shell, serve, seconds=1)
    assert (code, "error: https://localhost" in said) == (3, True), said
    assert taken < 8


@pytest.mark.parametrize(
    "line", ["X: " + "a" * 200_000, "\r\n".join(["X: a"] * 50_000)]
)
def test_a_head_has_a_cap(shell: Shell, line: str) -> None:
    code, said, _, _ = imported(shell, answer(b"x", line))
    assert (code, "error: https://localhost" in said) == (3, True), said


def test_compressed_bytes_that_say_nothing_are_not_read_for_ever(shell: Shell) -> None:
    def serve(connection: socket.socket) -> None:
        with connection.makefile("rb") as stream:
            read_request(stream)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
        while True:
            connection.sendall(gzip.compress(b"") * 3000)

    code, said, _, taken = imported(shell, serve)
    assert (code, "compressed data for" in said) == (3, True), said
    assert taken < 10
