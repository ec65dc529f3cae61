"""Private hosts are named one by one, as a URL writes them, and the client is told of them."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Iterable
from typing import Any, cast

import pytest

from media.meter import DATA
from media.test_client import Input
from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.errors import BadSetting
from runcomfy_runtime.media import FetchPolicy
from runcomfy_runtime.report import Report
from runcomfy_runtime.testing import FakeQueue
from support.file_server import PRIVATE, serve_file, serving

PICTURE = (DATA / "image/rule_300x300.png").read_bytes()


def validated(asynchronous: bool, given: Input, policy: FetchPolicy | None) -> Report:
    if not asynchronous:
        return RunComfy(token="t", media_policy=policy).validate(given)

    async def main() -> Report:
        return await AsyncRunComfy(token="t", media_policy=policy).validate(given)

    return asyncio.run(main())


@pytest.mark.parametrize("asynchronous", [False, True], ids=["blocking", "async"])
def test_a_store_of_ones_own_is_measured_where_the_client_permits_it(
    asynchronous: bool,
) -> None:
    with serving(serve_file(PICTURE), None, PRIVATE) as server:
        origin = f"{PRIVATE}:{server.port}"
        given = Input(image_urls=[f"http://{origin}/a.png"])
        permitted = validated(asynchronous, given, FetchPolicy(private={origin}))
        assert permitted.problems == ()
        [refused] = validated(asynchronous, given, None)
    assert (refused.verdict, refused.actual) == ("unknown", "refused")
    assert len(server.requests) == 1


def test_a_submit_goes_by_the_same_policy() -> None:
    queue = FakeQueue()
    with serving(serve_file(PICTURE), None, PRIVATE) as server:
        origin = f"{PRIVATE}:{server.port}"
        policy = FetchPolicy(private={origin})
        with queue.client(media_checks="strict", media_policy=policy) as client:
            client.submit(Input(image_urls=[f"http://{origin}/a.png"]))
    assert len(queue.jobs) == 1


@pytest.mark.parametrize(
    ("entry", "host", "port"),
    [
        ("localhost:8000", "localhost", 8000),
        ("LocalHost:9", "localhost", 9),
        ("10.0.0.7:443", "10.0.0.7", 443),
        ("[::1]:8000", "::1", 8000),
        ("[0:0::0001]:8000", "::1", 8000),
        ("minio_store:9000", "minio_store", 9000),
    ],
)
def test_a_private_host_is_read_as_in_a_url(entry: str, host: str, port: int) -> None:
    policy = FetchPolicy(private={entry})
    assert policy.trusts(host, port)
    assert not policy.trusts(host, port + 1)
    assert not policy.trusts("elsewhere", port)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("localhost", "port"),
        ("[::1]", "port"),
        ("localhost:", "localhost:"),
        ("localhost:0", "port 0"),
        ("localhost:99999", "port 99999"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("localhost:8000/files", "localhost:8000/files"),
        ("::1:8000", "::1:8000"),
        ("me@localhost:8000", "user name"),
        ("*.local:80", "*.local:80"),
        ("127.1:80", "disguise"),
        ("", "port"),
    ],
)
def test_a_private_host_that_is_none_is_refused_at_once(entry: str, told: str) -> None:
    with pytest.raises(BadSetting) as caught:
        FetchPolicy(private={entry})
    assert told in str(caught.value)
    assert "host:port" in str(caught.value)


def test_one_text_is_no_list_of_hosts() -> None:
    with pytest.raises(BadSetting, match="host:port"):
        FetchPolicy(private=cast(Any, "localhost:8000"))


def test_policies_of_the_same_hosts_are_the_same() -> None:
    first, second = FetchPolicy(private={"A:1", "b:2"}), FetchPolicy(
        private={"B:2", "a:1"}
    )
    assert first == second
    assert hash(first) == hash(second)
    assert pickle.loads(pickle.dumps(first)) == first
    assert isinstance(first.private, Iterable)


@pytest.mark.parametrize("client", [RunComfy, AsyncRunComfy])
@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("stric", "did you mean 'strict'?"),
        ("warning", "did you mean 'warn'?"),
        ("Off", "not 'Off'"),
        (False, "'strict', 'warn', 'off'"),
        (None, "not None"),
    ],
)
def test_an_unknown_word_for_the_checks_is_refused_with_those_there_are(
    client: Any, given: Any, told: str
) -> None:
    with pytest.raises(BadSetting) as caught:
        client(token="t", media_checks=given)
    assert told in str(caught.value)
