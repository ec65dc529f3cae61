"""Connections go to addresses that were checked, under the name that was asked for."""

from __future__ import annotations

import ssl
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from media.conftest import Authority, Fetch
from runcomfy_runtime.media.errors import MediaError, MediaFault
from runcomfy_runtime.media.fetch.connection import default_context
from runcomfy_runtime.media.fetch.guard import lookup_within, system_lookup
from support.file_server import (
    PRIVATE,
    PUBLIC,
    HttpRequest,
    Send,
    always,
    redirect,
    respond,
    script,
    serve_file,
    serving,
)

PNG = (Path(__file__).parent / "data/image/png_rgba16like.png").read_bytes()


def refused(get: Fetch, url: str, *ports: int) -> MediaError:
    with pytest.raises(MediaError) as caught:
        get(url, *ports)
    assert caught.value.fault is MediaFault.REFUSED
    return caught.value


@pytest.mark.parametrize("host", ["private.test", PRIVATE, "mixed.test"])
def test_a_name_with_even_one_private_address_is_never_dialled(
    get: Fetch, tls: ssl.SSLContext, host: str
) -> None:
    get.names.answers[PRIVATE] = [[PRIVATE]]
    with serving(serve_file(PNG), tls, PRIVATE) as server:
        error = refused(get, server.url(host), server.port)
    assert PRIVATE in str(error)
    assert "this machine" in str(error)
    assert server.connections == 0


def test_a_name_that_turns_private_after_it_was_checked_is_not_dialled_there(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    # ranges are answered without keep-alive, so that every request connects anew
    content = PNG[:33] + b"\0\x0f\xff\xffzTXt" + bytes(0xFFFFF + 4) + PNG[33:]
    behaviour = serve_file(content, Connection="close")
    with serving(behaviour, tls) as public, serving(behaviour, tls, PRIVATE) as private:
        error = refused(get, public.url("rebinding.test"), public.port, private.port)
    assert PRIVATE in str(error)
    assert get.names.asked == ["rebinding.test"] * 2
    assert public.connections == 1
    assert private.connections == 0


def test_a_name_is_looked_up_once_for_a_connection(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    with serving(serve_file(PNG), tls) as server:
        assert get(server.url("rebinding.test"), server.port).width == 640
    assert get.names.asked == ["rebinding.test"]


def test_the_next_address_is_tried_if_the_first_is_dead(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    get.names.answers["a.test"] = [["::1", PUBLIC]]
    get.policy = replace(get.policy, private=frozenset())
    with serving(serve_file(PNG), tls) as server:
        get.policy = replace(get.policy, private=frozenset({f"a.test:{server.port}"}))
        assert get(server.url("a.test"), server.port).width == 640


def test_a_certificate_for_another_name_is_an_error(
    get: Fetch, authority: Authority
) -> None:
    with (
        serving(serve_file(PNG), authority.server("b.test")) as server,
        pytest.raises(MediaError, match=r"(?i)certificate") as caught,
    ):
        get(server.url("a.test"), server.port)
    assert caught.value.fault is MediaFault.UNREACHABLE
    assert server.requests == []


def test_two_names_at_one_address_do_not_share_a_connection(
    get: Fetch, authority: Authority
) -> None:
    """A connection that was verified for a.test is none for b.test, wherever b.test is."""

    def send_to_b(request: HttpRequest, send: Send) -> None:
        host, _, port = request.headers["host"].partition(":")
        assert host == "a.test"
        send(respond("302 Found", {"Location": f"https://b.test:{port}/"}))

    with (
        serving(send_to_b, authority.server("a.test")) as server,
        pytest.raises(MediaError, match=r"(?i)certificate"),
    ):
        get(server.url("a.test"), server.port)
    assert len(server.requests) == 1
    assert server.names == ["a.test", "b.test"]


@pytest.mark.parametrize(
    "location",
    [
        *(
            "https://private.test:{port}/",
            f"https://{PRIVATE}:{{port}}/",
            "https://[::1]:{port}/",
        ),
        *(
            "http://a.test:{port}/",
            "file:///etc/passwd",
            "https://a.test:22/",
            "https://u@a.test/",
        ),
        *("https://[x]/", "//[::1", "https://[::1/"),
    ],
)
def test_a_redirect_to_where_nobody_may_go_is_refused(
    get: Fetch, tls: ssl.SSLContext, location: str
) -> None:
    get.names.answers |= {PRIVATE: [[PRIVATE]], "::1": [["::1"]]}
    with serving(serve_file(PNG), tls, PRIVATE) as private:
        to_it = redirect(location.format(port=private.port))
        with serving(to_it, tls) as server:
            refused(get, server.url("a.test"), server.port, private.port)
    assert private.connections == 0
    assert len(server.requests) == 1


def test_three_redirects_are_followed(get: Fetch, tls: ssl.SSLContext) -> None:
    hops = script(
        redirect("/one"), redirect("two"), redirect("/three"), serve_file(PNG)
    )
    with serving(hops, tls) as server:
        assert get(server.url("a.test"), server.port).width == 640
    assert [request.path for request in server.requests] == [
        "/file",
        "/one",
        "/two",
        "/three",
    ]


def test_a_circle_of_redirects_ends_after_the_third(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    with (
        serving(redirect("/again"), tls) as server,
        pytest.raises(MediaError, match="redirects more than 3 times"),
    ):
        get(server.url("a.test"), server.port)
    assert len(server.requests) == 4


def test_a_redirect_without_an_address_is_an_error(
    get: Fetch, tls: ssl.SSLContext
) -> None:
    with (
        serving(always(respond("302 Found", {})), tls) as server,
        pytest.raises(MediaError, match="where to"),
    ):
        get(server.url("a.test"), server.port)


def test_a_private_origin_is_reached_if_it_is_named(get: Fetch) -> None:
    with serving(serve_file(PNG), None, PRIVATE) as server:
        get.policy = replace(
            get.policy, private=frozenset({f"private.test:{server.port}"})
        )
        info = get(f"http://private.test:{server.port}/x")
    assert info.width == 640


def test_a_name_without_an_address_is_an_error(get: Fetch) -> None:
    with pytest.raises(MediaError, match=r"nowhere\.test has no address"):
        get("https://nowhere.test/x")


def test_a_lookup_that_hangs_is_left_at_the_deadline() -> None:
    ended = threading.Event()

    def hang(host: str, port: int) -> list[str]:
        ended.wait(5)
        return []

    with pytest.raises(MediaError, match="took longer"):
        lookup_within(hang, "slow.test", 443, 0.05)
    ended.set()


def test_the_systems_resolver_is_asked_for_addresses_only() -> None:
    assert "127.0.0.1" in system_lookup("localhost", 443) or "::1" in system_lookup(
        "localhost", 443
    )


def test_a_name_that_no_resolver_takes_is_an_error_and_no_traceback() -> None:
    with pytest.raises(MediaError, match="no address"):
        lookup_within(system_lookup, "x" * 64 + ".test", 443, 5)


def test_a_literal_address_is_checked_like_any_other(get: Fetch) -> None:
    get.names.answers["10.0.0.1"] = [["10.0.0.1"]]
    assert "private network" in str(refused(get, "https://10.0.0.1/x"))


def test_certificates_that_cannot_be_loaded_are_an_error_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    default_context.cache_clear()
    try:
        with pytest.raises(MediaError, match="SSL_CERT_FILE"):
            default_context()
    finally:
        default_context.cache_clear()
