"""More of what servers do: redirect on and on, contradict themselves, hang up, fall silent."""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from media.conftest import Authority, Fetch
from media.test_fetch import JPEG, MP4, PNG, failure
from runcomfy_runtime.media.errors import MediaFault
from support.file_server import (
    PUBLIC,
    Hangup,
    HttpRequest,
    Send,
    always,
    redirect,
    respond,
    script,
    serve_file,
    serving,
)
from support.loopback_server import LoopbackServer


def test_a_chain_of_twenty_redirects_is_left_after_the_third(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    hops = script(*(redirect(f"/{hop}") for hop in range(20)), serve_file(PNG))
    with serving(hops, tls) as server:
        error = failure(get, server.url("a.test"), server.port)
    assert "redirects more than 3 times" in str(error)
    assert [request.path for request in server.requests] == ["/file", "/0", "/1", "/2"]


def test_a_redirect_may_name_another_host_and_keep_the_scheme(
    get: Fetch, tls: ssl.SSLContext, authority: Authority
) -> None:
    with serving(serve_file(PNG), authority.server("b.test")) as other:
        hop = redirect(f"//b.test:{other.port}/boat.png")
        with serving(hop, tls) as server:
            assert get(server.url("a.test"), server.port, other.port).width == 640
    assert other.names == ["b.test"]
    assert other.requests[0].headers["host"] == f"b.test:{other.port}"


def test_a_cookie_that_is_set_is_never_sent_back(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    answer = {"Location": "/again", "Set-Cookie": "id=1; Path=/"}
    hops = script(always(respond("302 Found", answer)), serve_file(PNG))
    with serving(hops, tls) as server:
        get(server.url("a.test"), server.port)
    assert len(server.requests) == 2
    assert not [each for each in server.requests if "cookie" in each.headers]


def test_passwords_of_the_users_netrc_are_not_sent(
    get: Fetch,
    tls: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine a.test login me password s3cret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    with serving(serve_file(PNG), tls) as server:
        get(server.url("a.test"), server.port)
    assert "authorization" not in server.requests[0].headers


def test_a_server_that_answers_nothing_but_get_is_enough(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    serve = serve_file(MP4)

    def only_get(request: HttpRequest, send: Send) -> None:
        if request.method != "GET":
            send(respond("405 Method Not Allowed", {}))
            return
        serve(request, send)

    with serving(only_get, tls) as server:
        assert get(server.url("a.test"), server.port).duration == 4.0
    assert {request.method for request in server.requests} == {"GET"}


def test_a_body_without_any_length_ends_where_the_connection_does(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    answer = respond("200 OK", {"Content-Length": "", "Connection": "close"}, JPEG)
    with serving(always(answer, hangup=True), tls) as server:
        info = get(server.url("a.test"), server.port)
    assert info.shown == (300, 400)
    assert info.size in (None, len(JPEG))


def test_a_server_that_refuses_every_range_is_an_error(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    result = {"Content-Range": f"bytes */{len(PNG)}"}
    answer = respond("416 Range Not Satisfiable", result)
    with serving(always(answer), tls) as server:
        error = failure(get, server.url("a.test"), server.port)
    assert not error.fault.conclusive
    assert len(server.requests) <= 2


def test_a_total_that_changes_between_two_parts_is_a_change(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    """Without an ETag nothing else tells that it is another file."""
    longer = MP4 + bytes(1000)
    turns = [serve_file(MP4), *[serve_file(longer)] * 3]
    with serving(script(*turns), tls) as server:
        assert get(server.url("a.test"), server.port).size == len(longer)
    assert "if-range" not in server.requests[1].headers


def test_a_weak_etag_does_not_vouch_for_bytes(get: Fetch, tls: ssl.SSLContext) -> None:
    with serving(serve_file(MP4, ETag='W/"one"'), tls) as server:
        assert get(server.url("a.test"), server.port).duration == 4.0
    assert [each.headers.get("if-range") for each in server.requests] == [None, None]


def test_two_lengths_that_differ_are_an_error(get: Fetch, tls: ssl.SSLContext) -> None:
    answer = {"Content-Length": f"{len(PNG)}\r\nContent-Length: 20"}
    with serving(always(respond("200 OK", answer, PNG)), tls) as server:
        error = failure(get, server.url("a.test"), server.port)
    assert error.fault is MediaFault.UNREACHABLE


def test_one_header_without_end_is_an_error(get: Fetch, tls: ssl.SSLContext) -> None:
    answer = respond("200 OK", {"X-Long": "y" * (256 << 10)}, PNG)
    with serving(always(answer), tls) as server:
        error = failure(get, server.url("a.test"), server.port)
    assert error.fault is MediaFault.UNREACHABLE


def test_a_connection_that_is_reset_in_the_middle_is_an_error(get: Fetch) -> None:
    """A reset, not an end: what was sent before it may be lost on the way."""
    with resetting(MP4[:9000], total=len(MP4)) as server:
        get.policy = replace(get.policy, private=frozenset({f"{PUBLIC}:{server.port}"}))
        get.names.answers[PUBLIC] = [[PUBLIC]]
        error = failure(get, f"http://{PUBLIC}:{server.port}/film.mp4")
    assert error.fault is MediaFault.UNREACHABLE


@contextmanager
def resetting(part: bytes, total: int) -> Iterator[LoopbackServer]:
    """A server that sends a part of a body and resets the connection (RST)."""

    def answer(stream: socket.socket) -> None:
        stream.recv(65536)
        head = {"Content-Length": str(total), "Accept-Ranges": "none"}
        stream.sendall(respond("200 OK", head, part))
        linger = struct.pack("ii", 1, 0)
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    server = LoopbackServer(answer, address=PUBLIC)
    yield server
    server.stop()


def test_a_server_that_never_shakes_hands_is_left_at_the_deadline(get: Fetch) -> None:
    """It accepts the connection and says nothing to TLS."""
    get.policy = replace(get.policy, seconds=0.3, connect_seconds=0.3)
    with socket.create_server((PUBLIC, 0)) as listener:
        port = listener.getsockname()[1]
        error = failure(get, f"https://a.test:{port}/x.png", port)
    assert error.fault is MediaFault.UNREACHABLE


def test_a_server_that_closes_after_every_answer_is_asked_again(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    serve = serve_file(MP4)

    def once(request: HttpRequest, send: Send) -> None:
        serve(request, send)
        raise Hangup

    with serving(once, tls) as server:
        assert get(server.url("a.test"), server.port).duration == 4.0
    assert server.connections == len(server.requests) == 2
