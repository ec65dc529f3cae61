"""A proxy of the environment: gone through, or refused before anything is sent."""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from typing import Any

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.testing import VirtualClock
from support.scripted_server import Reply, ScriptedServer


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
@pytest.mark.parametrize("proxy", ["ftp://h:1", "quic://me:password@h:1", "://h"])
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
