from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from runcomfy_codegen.sandbox import Sandbox, server

from .conftest import EDIT, INPUTS, MODELS, ODD


def until_completed(http: httpx.Client, url: str) -> None:
    for _ in range(2000):
        if http.get(url).json()["status"] == "completed":
            return
    raise AssertionError("the job never completed")


def test_a_job_runs_over_a_socket_from_submit_to_file(http: httpx.Client) -> None:
    accepted = http.post(f"/v1/models/{EDIT}", json=INPUTS[EDIT]).json()
    until_completed(http, accepted["status_url"])
    url = http.get(accepted["result_url"]).json()["output"]["image"]
    whole = httpx.get(url, trust_env=False)
    part = httpx.get(url, headers={"Range": "bytes=0-7"}, trust_env=False)
    head = httpx.head(url, trust_env=False)
    assert (part.status_code, part.content) == (206, b"\x89PNG\r\n\x1a\n")
    assert whole.content.startswith(part.content)
    assert (head.content, head.headers["content-length"]) == (
        b"",
        str(len(whole.content)),
    )


def test_an_encoded_id_arrives_as_it_was_meant(http: httpx.Client) -> None:
    url = "/v1/models/kling/kling-video%20o3/4K.5/text-to-image"
    assert http.post(url, json=INPUTS[ODD]).status_code == 200


def test_the_port_is_free_again_at_once_and_nothing_stays_behind() -> None:
    before = threading.active_count()
    with Sandbox(MODELS) as first:
        port = int(first.url.rpartition(":")[2])
        assert httpx.get(first.url + "/v1", trust_env=False).status_code == 404
    with Sandbox(MODELS, port=port) as second:
        assert second.url == first.url
    assert threading.active_count() == before
    with pytest.raises(httpx.ConnectError):
        httpx.get(first.url, trust_env=False)


def test_a_taken_port_is_an_error_at_once(sandbox: Sandbox) -> None:
    with pytest.raises(OSError, match="in use"):
        Sandbox(MODELS, port=int(sandbox.url.rpartition(":")[2]))


@pytest.mark.parametrize("speed", [0, -1, float("nan"), float("inf")])
def test_a_speed_that_is_no_speed_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        Sandbox(MODELS, speed=speed)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.1", "example.com"])
def test_only_this_machine_is_served(host: str) -> None:
    with pytest.raises(ValueError, match="only serves this machine"):
        Sandbox(MODELS, host=host)


def test_it_serves_inside_a_running_event_loop() -> None:
    async def run() -> int:
        with Sandbox(MODELS) as inside:
            async with httpx.AsyncClient(trust_env=False) as http:
                return (await http.get(inside.url + "/v1/models")).status_code

    assert asyncio.run(run()) == 400


def test_urls_come_from_the_configuration_and_never_from_the_host_header(
    sandbox: Sandbox, http: httpx.Client
) -> None:
    answer = http.post(
        f"/v1/models/{EDIT}", json=INPUTS[EDIT], headers={"Host": "localhost:1"}
    ).json()
    assert answer["status_url"].startswith(sandbox.url + "/")
    assert http.get("/v1/models", headers={"Host": "evil.test"}).status_code == 403


def test_parallel_submits_lose_nothing_and_double_nothing(
    sandbox: Sandbox, http: httpx.Client
) -> None:
    def submit(_: int) -> str:
        answer = http.post(f"/v1/models/{EDIT}", json=INPUTS[EDIT])
        return str(answer.json()["request_id"])

    with ThreadPoolExecutor(16) as pool:
        ids = list(pool.map(submit, range(200)))
    assert len(set(ids)) == 200
    assert {job.request_id for job in sandbox.api.jobs} == set(ids)


@pytest.mark.parametrize("size", [9 * 2**20, 20_000_000, 70 * 2**20])
def test_a_body_that_is_too_large_is_answered_and_the_server_stays_up(
    http: httpx.Client, size: int
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = http.post(f"/v1/models/{EDIT}", content=b" " * size, headers=headers)
    assert answer.status_code == 413
    assert http.get("/v1/models").status_code == 200


@pytest.mark.parametrize(
    "request_text",
    [
        b"GET /v1/models HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_a_broken_request_is_400_and_the_server_stays_up(
    sandbox: Sandbox, http: httpx.Client, request_text: bytes
) -> None:
    address = ("127.0.0.1", int(sandbox.url.rpartition(":")[2]))
    with socket.create_connection(address) as raw:
        raw.sendall(request_text)
        assert raw.recv(12) == b"HTTP/1.1 400"
    assert http.get("/v1/models").status_code == 200


def test_a_sandbox_known_by_another_address_answers_to_it_and_sends_clients_there() -> (
    None
):
    public = "http://sandbox.internal:9000/"
    with Sandbox(MODELS, public_url=public, hosts=["other.internal"]) as sandbox:
        for host, status in (
            ("sandbox.internal:9000", 200),
            ("other.internal", 200),
            ("localhost", 200),
            ("evil.internal", 403),
        ):
            answer = httpx.post(
                f"{sandbox.url}/v1/models/{EDIT}",
                json=INPUTS[EDIT],
                headers={"Host": host, "Authorization": "Bearer x"},
                trust_env=False,
            )
            assert answer.status_code == status
            if status == 200:
                assert answer.json()["status_url"].startswith(
                    "http://sandbox.internal:9000/v1/"
                )


def ended(connection: socket.socket) -> bytes:
    """What comes until the other side has closed."""
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            received += piece
    return received


@pytest.mark.parametrize(
    ("begun", "kept_alive"),
    [(b"", False), (b"GET /v1/mod", False), (b"GET / HTTP/1.1\r\nHost: loc", True)],
)
def test_half_a_head_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, begun: bytes, kept_alive: bool
) -> None:
    monkeypatch.setattr(server.ResettableProtocol, "head_timeout", 0.3)
    with (
        Sandbox(MODELS) as sandbox,
        socket.create_connection(address_of(sandbox), timeout=10) as connection,
    ):
        if kept_alive:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert connection.recv(12) == b"HTTP/1.1 200"
        connection.sendall(begun)
        assert ended(connection).count(b"HTTP/1.1") == 0
        assert httpx.get(sandbox.url, trust_env=False).status_code == 200


def test_half_a_body_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.AsgiApp, "body_timeout", 0.3)
    head = (
        f"POST /v1/models/{EDIT} HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
    )
    with (
        Sandbox(MODELS) as sandbox,
        socket.create_connection(address_of(sandbox), timeout=10) as connection,
    ):
        connection.sendall(head.encode() + b'{"prompt": "half')
        received = ended(connection)
        assert received.startswith(b"HTTP/1.1 408")
        assert b"408000" in received
        assert list(sandbox.api.jobs) == []


def test_an_answer_that_takes_long_outlives_the_timeout_for_heads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server.ResettableProtocol, "head_timeout", 0.2)
    with Sandbox(MODELS) as sandbox:
        headers = {
            "Authorization": "Bearer x",
            "X-Sandbox-Fault": "slow seconds=0.6",
        }
        with httpx.Client(base_url=sandbox.url, trust_env=False) as http:
            for _ in range(2):
                answer = http.get("/v1/models", headers=headers)
                assert answer.status_code == 200


def test_more_connections_than_can_be_held_are_turned_away_until_there_is_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "MOST_CONNECTIONS", 4)
    with Sandbox(MODELS) as sandbox:
        with contextlib.ExitStack() as held:
            for _ in range(4):
                held.enter_context(socket.create_connection(address_of(sandbox)))
            assert httpx.get(sandbox.url, trust_env=False).status_code == 503
        codes = (httpx.get(sandbox.url, trust_env=False).status_code for _ in range(50))
        assert 200 in codes


def address_of(sandbox: Sandbox) -> tuple[str, int]:
    return "127.0.0.1", int(sandbox.url.rpartition(":")[2])


@pytest.mark.parametrize("url", ["sandbox", "ftp://sandbox", "http://"])
def test_a_public_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="not a URL that clients"):
        Sandbox(MODELS, public_url=url)
