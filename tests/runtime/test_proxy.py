"""A proxy of the environment: gone through, or refused before anything is sent."""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from typing import Any

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.http.proxy import proxy_for
from runcomfy_runtime.testing import VirtualClock
from runcomfy_runtime.transport import Lost, Reached, Request, Response
from runtime.test_connections import sent
from support.scripted_server import Reply, ScriptedServer, submitted


def run(asynchronous: bool) -> Any:
    settings: dict[str, Any] = {
        "token": "rc-0123456789-secret",
        "base_url": "https://model-api.runcomfy.net",
        "clock": VirtualClock(),
    }

    async def run_async() -> Any:
        async with AsyncRunComfy(**settings) as client:
            return await client.run("vendor/model", {})

    if asynchronous:
        return asyncio.run(run_async())
    with RunComfy(**settings) as client:
        return client.run("vendor/model", {})


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize(
    "proxy",
    ["ftp://h:1", "quic://me:password@h:1", "://h", "http://", "http://me:password@:1"],
)
def test_a_proxy_that_cannot_be_used_is_told_and_nothing_is_sent(
    monkeypatch: pytest.MonkeyPatch, proxy: str, asynchronous: bool
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(errors.BadSetting, match="proxy of the kind") as caught:
        run(asynchronous)
    assert "password" not in str(caught.value)
    assert not caught.value.may_be_billed


@pytest.mark.skipif(find_spec("socksio") is not None, reason="it can be used here")
@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
def test_a_socks_proxy_without_its_package_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, asynchronous: bool
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    with pytest.raises(errors.BadSetting, match="pip install socksio"):
        run(asynchronous)


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
def test_a_proxy_that_refuses_to_connect_has_sent_nothing(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, asynchronous: bool
) -> None:
    server.on("model-api.runcomfy.net:443", Reply(b"", 403))
    monkeypatch.setenv("HTTPS_PROXY", server.url)
    with pytest.raises(errors.NotSent, match="nothing is billed"):
        run(asynchronous)
    assert {seen.method for seen in server.seen} == {"CONNECT"}
    assert all("authorization" not in seen.headers for seen in server.seen)


NO_PROXY = [
    ("10.0.0.0/8", "https://10.1.2.3", True),
    ("10.0.0.0/8", "https://11.1.2.3", False),
    ("10.0.0.0/8", "https://ten.example", False),
    ("10.1.2.3/8", "https://10.9.9.9", True),
    ("fd00::/8", "https://[fd00::1]", True),
    ("[fd00::1]:8443", "https://[fd00::1]:8443", True),
    ("[fd00::1]:8443", "https://[fd00::1]", False),
    ("::1", "https://[::1]:7", True),
    ("api.example:8443", "https://api.example:8443", True),
    ("api.example:8443", "https://api.example", False),
    ("api.example:443", "https://api.example", True),
    ("10.1.2.3:443", "https://10.1.2.3", True),
    ("10.0.0.0/8:443", "https://10.1.2.3", True),
    ("10.0.0.0/8:8443", "https://10.1.2.3", False),
    ("10.0.0.0/33", "https://10.0.0.0", False),
    ("[fd00::]/8", "https://[fd00::1]", True),
    ("[fd00::/8]:8443", "https://[fd00::1]:8443", True),
    ("[fd00::/8]:8443", "https://[fd00::1]", False),
    ("10.1.2.3:٤٤٣", "https://10.1.2.3", False),
    (".example", "https://api.example", True),
    ("*.example", "https://api.example", True),
    ("example", "https://api.example", True),
    ("example", "https://notexample", False),
    ("EXAMPLE", "https://api.Example", True),
    ("other, api.example", "https://api.example", True),
    ("other api.example", "https://api.example.", True),
    ("*", "https://api.example", True),
    ("api.example:port,[", "https://api.example", False),
    ("", "https://127.0.0.1", False),
    ("", "http://127.0.0.1:8188", True),
    ("", "http://localhost:8188", True),
    ("", "http://a.localhost", True),
    ("", "http://[::1]:8188", True),
    ("", "http://container:8188", False),
]


@pytest.mark.parametrize(("no_proxy", "url", "direct"), NO_PROXY)
def test_no_proxy_names_hosts_domains_addresses_networks_and_ports(
    no_proxy: str, url: str, direct: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://user:secret@proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    proxy = proxy_for(url)
    assert (proxy is None) == direct
    if proxy is not None:
        assert proxy.name == "http://proxy.example:3128"


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
def test_plain_http_to_this_machine_never_goes_to_a_proxy(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, asynchronous: bool
) -> None:
    server.on("submit", submitted())
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    url = f"{server.url}/v1/models/v/m"
    (outcome,) = sent(asynchronous, Request("POST", url, b"{}", 5, paid=True))
    assert isinstance(outcome, Response)


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("status", [403, 407])
def test_a_proxy_that_refuses_is_named_and_asked_once(
    server: ScriptedServer,
    monkeypatch: pytest.MonkeyPatch,
    asynchronous: bool,
    status: int,
) -> None:
    server.on("model-api.runcomfy.net:443", Reply(b"", status))
    address = server.url.removeprefix("http://")
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:secret@{address}")
    with pytest.raises(errors.NotSent, match=f"{status}.*{address}") as caught:
        run(asynchronous)
    assert "secret" not in str(caught.value)
    assert len(server.seen) == 1


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
def test_a_proxy_that_wants_a_password_for_plain_http_passed_nothing_on(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, asynchronous: bool
) -> None:
    url = "http://container/v1/models/v/m"
    server.on("submit", Reply(b"<html>", 407))
    server.on(url, Reply(b"<html>", 407))
    monkeypatch.setenv("http_proxy", server.url)
    (outcome,) = sent(asynchronous, Request("POST", url, b"{}", 5, paid=True))
    assert isinstance(outcome, Lost)
    assert outcome.hopeless
    assert outcome.reached is Reached.NOTHING_SENT
    assert "407 (through the proxy http://127.0.0.1" in outcome.reason
