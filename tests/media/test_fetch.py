"""Fetching from servers that are good, odd or hostile: real sockets, real TLS."""

from __future__ import annotations

import gzip
import ssl
import time
from dataclasses import replace
from pathlib import Path

import pytest

from media.conftest import Fetch
from runcomfy_runtime.media.errors import MediaError, MediaFault
from support.file_server import (
    Hangup,
    HttpRequest,
    Send,
    always,
    respond,
    script,
    serve_file,
    serving,
)

DATA = Path(__file__).parent / "data"
PNG = (DATA / "image/png_rgba16like.png").read_bytes()
JPEG = (DATA / "image/jpeg_orient6.jpg").read_bytes()
MP4 = (DATA / "video/mp4_moov_end.mp4").read_bytes()


def failure(get: Fetch, url: str, *ports: int) -> MediaError:
    with pytest.raises(MediaError) as caught:
        get(url, *ports)
    return caught.value


def test_a_picture_is_measured_by_one_request(get: Fetch, tls: ssl.SSLContext) -> None:
    with serving(serve_file(JPEG), tls) as server:
        info = get(server.url("a.test"), server.port)
    assert (info.width, info.height, info.coded_width, info.size) == (
        300,
        400,
        400,
        len(JPEG),
    )
    assert [request.span for request in server.requests] == [(0, 16383)]
    assert server.names == ["a.test"]


def test_nothing_of_the_callers_is_sent_along(
    get: Fetch, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNCOMFY_TOKEN", "secret-token")
    with serving(serve_file(PNG), tls) as server:
        get(server.url("a.test"), server.port)
    assert set(server.requests[0].headers) == {
        "host",
        "user-agent",
        "accept",
        "accept-encoding",
        "range",
    }
    assert "secret-token" not in str(server.requests)


def test_proxies_of_the_environment_are_not_used(
    get: Fetch, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving(serve_file(PNG), tls) as server:
        assert get(server.url("a.test"), server.port).width == 640


def test_a_film_with_its_header_at_the_end_takes_two_requests(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    with serving(serve_file(MP4), tls) as server:
        info = get(server.url("a.test"), server.port)
    assert (info.format, info.duration, info.frames) == ("mp4", 4.0, 100)
    assert len(server.requests) == 2
    assert server.connections == 1


def test_a_film_of_one_gigabyte_is_measured_by_four_requests_and_64_kb(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    hole = 1 << 30
    moov = MP4.index(b"moov") - 4
    front = MP4[:32] + b"\0\0\0\1mdat" + (hole + 16).to_bytes(8, "big")
    total = len(front) + hole + len(MP4) - moov

    def sparse(request: HttpRequest, send: Send) -> None:
        assert request.span is not None
        start, end = request.span[0], min(request.span[1], total - 1)
        body = bytearray(end - start + 1)
        for begin, part in ((0, front), (len(front) + hole, MP4[moov:])):
            low, high = max(begin, start), min(begin + len(part), end + 1)
            if low < high:
                body[low - start : high - start] = part[low - begin : high - begin]
        answer = {"Content-Range": f"bytes {start}-{end}/{total}"}
        send(respond("206 Partial Content", answer, bytes(body)))

    with serving(sparse, tls) as server:
        info = get(server.url("a.test"), server.port)
    assert (info.duration, info.size) == (4.0, total)
    assert len(server.requests) <= 4
    assert server.sent < 64 << 10


def test_a_server_without_ranges_is_read_from_the_front(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    with serving(always(respond("200 OK", {}, PNG)), tls) as server:
        info = get(server.url("a.test"), server.port)
    assert (info.width, info.size) == (640, len(PNG))
    assert len(server.requests) == 1


def test_a_chunked_answer_is_read_and_its_size_is_known_only_at_its_end(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    body = b"%x\r\n%s\r\n" % (len(PNG), PNG) + b"%x\r\n%s\r\n" % (
        1 << 20,
        bytes(1 << 20),
    )
    answer = respond(
        "200 OK", {"Transfer-Encoding": "chunked", "Content-Length": ""}, body
    )
    with serving(always(answer), tls) as server:
        info = get(server.url("a.test"), server.port)
    assert (info.width, info.size) == (640, None)


def test_a_total_that_is_not_told_leaves_the_size_unknown(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    content = PNG + bytes(50_000)

    def answer(request: HttpRequest, send: Send) -> None:
        assert request.span is not None
        start, end = request.span
        result = {"Content-Range": f"bytes {start}-{end}/*"}
        send(respond("206 Partial Content", result, content[start : end + 1]))

    with serving(answer, tls) as server:
        info = get(server.url("a.test"), server.port)
    assert (info.width, info.size) == (640, None)


def test_a_small_file_whose_total_is_not_told_is_read_to_its_end(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    def answer(request: HttpRequest, send: Send) -> None:
        assert request.span is not None
        start = request.span[0]
        if start >= len(PNG):
            send(respond("416 Range Not Satisfiable", {}))
            return
        result = {"Content-Range": f"bytes {start}-{len(PNG) - 1}/*"}
        send(respond("206 Partial Content", result, PNG[start:]))

    with serving(answer, tls) as server:
        assert get(server.url("a.test"), server.port).size == len(PNG)


@pytest.mark.parametrize(
    "told",
    [
        "bytes 5-99/2403",
        "bytes 0-99",
        "bytes 99-0/2403",
        "bytes 0-9999/99",
        "items 0-9/99",
        "",
    ],
)
def test_a_part_that_is_not_what_was_asked_for_is_not_used(
    get: Fetch, tls: ssl.SSLContext, told: str
) -> None:
    answer = respond("206 Partial Content", {"Content-Range": told}, PNG[:100])
    with serving(always(answer), tls) as server:
        error = failure(get, server.url("a.test"), server.port)
    assert error.fault is MediaFault.UNREACHABLE
    assert str(error).startswith("the server ")


def test_a_part_that_is_the_whole_file_is_cut_off(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    content = PNG + bytes(1 << 20)
    answer = {"Content-Range": f"bytes 0-{len(content) - 1}/{len(content)}"}
    with serving(
        always(respond("206 Partial Content", answer, content)), tls
    ) as server:
        info = get(server.url("a.test"), server.port)
    assert (info.width, info.size) == (640, len(content))


def test_an_empty_file_is_an_error_that_says_so(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    with serving(serve_file(b""), tls) as server:
        assert "0 bytes" in str(failure(get, server.url("a.test"), server.port))


def test_a_file_that_changes_once_is_measured_again_from_the_start(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    behaviour = script(
        serve_file(MP4, ETag='"one"'), serve_file(MP4 + b"\0", ETag='"two"')
    )
    with serving(behaviour, tls) as server:
        info = get(server.url("a.test"), server.port)
    assert info.size == len(MP4) + 1
    assert server.requests[1].headers["if-range"] == '"one"'


def test_a_file_that_never_stays_the_same_is_given_up(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    versions = [serve_file(MP4, ETag=f'"{turn}"') for turn in range(8)]
    with serving(script(*versions), tls) as server:
        error = failure(get, server.url("a.test"), server.port)
    assert error.fault is MediaFault.CHANGED
    assert len(server.requests) == 4


def test_a_server_that_stops_honouring_ranges_is_a_change(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    whole = always(respond("200 OK", {}, MP4))
    with serving(script(serve_file(MP4), whole), tls) as server:
        assert get(server.url("a.test"), server.port).duration == 4.0


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "identity, gzip"])
def test_a_compressed_body_is_refused_before_it_is_read(
    get: Fetch, tls: ssl.SSLContext, coding: str
) -> None:
    bomb = gzip.compress(bytes(4 << 20))
    answer = respond("200 OK", {"Content-Encoding": coding}, bomb)
    with serving(always(answer), tls) as server:
        error = failure(get, server.url("a.test"), server.port)
    assert "compresses" in str(error)
    assert server.requests[0].headers["accept-encoding"] == "identity"


def test_an_endless_body_ends_at_the_cap(get: Fetch, tls: ssl.SSLContext) -> None:
    def endless(request: HttpRequest, send: Send) -> None:
        send(respond("200 OK", {"Content-Length": ""}, b"\x89PNG\r\n\x1a\n"))
        while True:  # chunks of an APNG that never comes to its picture
            send(b"\0\0\xff\0tEXt" + bytes(0xFF00 + 4))

    get.policy = replace(get.policy, bytes=1 << 20)
    with serving(endless, tls) as server:
        error = failure(get, server.url("a.test"), server.port)
    assert error.fault in (MediaFault.TOO_COSTLY, MediaFault.MALFORMED)
    assert server.sent < 16 << 20


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_server_that_dribbles_is_left_at_the_deadline(
    get: Fetch, tls: ssl.SSLContext, part: str
) -> None:
    def dribble(request: HttpRequest, send: Send) -> None:
        send(
            b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n" + b"\r\n" * (part == "body")
        )
        for _ in range(600):
            send(b"x")
            time.sleep(0.01)

    get.policy = replace(get.policy, seconds=0.5)
    with serving(dribble, tls) as server:
        error = failure(get, server.url("a.test"), server.port)
    assert error.fault is MediaFault.UNREACHABLE
    assert "0.5 s" in str(error) or "in time" in str(error)
    assert server.sent < 600


def test_a_server_that_says_nothing_is_left_at_the_deadline(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    get.policy = replace(get.policy, seconds=0.3)
    with serving(lambda request, send: time.sleep(1), tls) as server:
        error = failure(get, server.url("a.test"), server.port)
    assert "time" in str(error) or "0.3 s" in str(error)


def test_a_body_that_ends_too_early_is_an_error_and_no_short_file(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    answer = respond("200 OK", {"Content-Length": "900000"}, MP4[:20_000])
    with serving(always(answer, hangup=True), tls) as server:
        error = failure(get, server.url("a.test"), server.port)
    assert error.fault is MediaFault.UNREACHABLE


def test_a_length_that_is_too_small_is_believed_and_the_rest_never_seen(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    answer = respond("200 OK", {"Content-Length": "20"}, PNG)
    with serving(always(answer, hangup=True), tls) as server:
        error = failure(get, server.url("a.test"), server.port)
    assert error.fault is MediaFault.TOO_SHORT


@pytest.mark.parametrize("length", ["-5", "1, 2", "many", "0x10"])
def test_a_length_that_is_none_is_an_error(
    get: Fetch, tls: ssl.SSLContext, length: str
) -> None:
    with serving(
        always(respond("200 OK", {"Content-Length": length}, PNG)), tls
    ) as server:
        error = failure(get, server.url("a.test"), server.port)
    assert error.fault is MediaFault.UNREACHABLE


def test_headers_without_end_are_an_error(get: Fetch, tls: ssl.SSLContext) -> None:
    lines = b"".join(b"X-%d: %s\r\n" % (line, b"y" * 40) for line in range(10_000))
    with serving(always(b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n"), tls) as server:
        error = failure(get, server.url("a.test"), server.port)
    assert error.fault is MediaFault.UNREACHABLE


@pytest.mark.parametrize(
    "sent", [b"", b"HTTP/1.1 200", b"\x16\x03\x01 no http at all\r\n\r\n"]
)
def test_a_connection_that_breaks_is_an_error(
    get: Fetch, tls: ssl.SSLContext, sent: bytes
) -> None:
    def broken(request: HttpRequest, send: Send) -> None:
        send(sent)
        raise Hangup

    with serving(broken, tls) as server:
        error = failure(get, server.url("a.test"), server.port)
    assert error.fault is MediaFault.UNREACHABLE


def test_an_html_page_under_a_pictures_name_is_named_as_one(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    page = b"<!DOCTYPE html><html><title>403 \x1b[31mForbidden</title>"
    with serving(serve_file(page, **{"Content-Type": "image/jpeg"}), tls) as server:
        error = failure(get, server.url("a.test", "/boat.jpg"), server.port)
    assert "HTML page" in str(error)
    assert "\x1b" not in str(error)


@pytest.mark.parametrize(
    "status", ["404 Not Found", "403 Forbidden", "500 Oops", "204 None"]
)
def test_any_other_status_is_an_error_that_names_it(
    get: Fetch, tls: ssl.SSLContext, status: str
) -> None:
    with serving(always(respond(status, {})), tls) as server:
        error = failure(get, server.url("a.test"), server.port)
    assert status[:3] in str(error)


def test_the_query_of_a_signed_url_is_in_no_message(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    with serving(always(respond("403 Forbidden", {})), tls) as server:
        url = server.url("a.test", "/f.png?X-Amz-Signature=s3cret")
        error = failure(get, url, server.port)
    assert "s3cret" not in repr(error)
    assert "f.png?…" in str(error)
    assert server.requests[0].path.endswith("s3cret")


def test_what_was_read_of_what_stands_in_the_evidence(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    with serving(serve_file(PNG, ETag='"v1"'), tls) as server:
        info = get(server.url("a.test", "/f.png?sig=1"), server.port)
    assert info.evidence[-1] == (
        f"{len(PNG)} bytes in 1 requests from https://a.test:{server.port}/f.png?…, "
        'ETag "v1"'
    )


def test_a_few_requests_more_than_allowed_are_not_made(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    def one_byte(request: HttpRequest, send: Send) -> None:
        assert request.span is not None
        start = request.span[0]
        answer = {"Content-Range": f"bytes {start}-{start}/{len(JPEG)}"}
        send(respond("206 Partial Content", answer, JPEG[start : start + 1]))

    with serving(one_byte, tls) as server:
        error = failure(get, server.url("a.test"), server.port)
    assert error.fault is MediaFault.TOO_COSTLY
    assert len(server.requests) == 12
