"""Faults of the connection, over a real socket."""

from __future__ import annotations

import socket
import threading
from urllib.parse import urlsplit

import httpx
import pytest

from runcomfy_codegen.sandbox import Sandbox

from .conftest import EDIT, INPUTS, MODELS

SUBMIT = f"/v1/models/{EDIT}"
FAULT = "X-Sandbox-Fault"


@pytest.mark.parametrize("fault", ["lost-answer", "dropped"])
def test_the_connection_is_reset_without_an_answer(
    sandbox: Sandbox, http: httpx.Client, fault: str
) -> None:
    with pytest.raises(httpx.ReadError, match="reset by peer"):
        http.post(SUBMIT, json=INPUTS[EDIT], headers={FAULT: fault})
    assert len(sandbox.ledger()) == (fault == "lost-answer")
    assert http.get("/v1/models").status_code == 200


def raw(sandbox: Sandbox, fault: str) -> tuple[bytes, bool]:
    """All bytes of an answer, and whether the connection was reset after them."""
    address = urlsplit(sandbox.url)
    received = bytearray()
    with socket.create_connection((address.hostname, address.port or 0)) as connection:
        connection.sendall(
            b"GET /v1/models/categories HTTP/1.1\r\nHost: localhost\r\n"
            b"Authorization: Bearer x\r\nX-Sandbox-Fault: "
            + fault.encode()
            + b"\r\n\r\n"
        )
        try:
            while piece := connection.recv(65536):
                received += piece
        except ConnectionResetError:
            return bytes(received), True
    return bytes(received), False


@pytest.mark.parametrize(
    ("fault", "is_reset"), [("reset-body", True), ("cut-body", False)]
)
def test_half_a_body_comes_and_then_the_connection_ends(
    sandbox: Sandbox, http: httpx.Client, fault: str, is_reset: bool
) -> None:
    whole = http.get("/v1/models/categories").content
    received, was_reset = raw(sandbox, fault)
    head, _, body = received.partition(b"\r\n\r\n")
    assert f"content-length: {len(whole)}".encode() in head.lower()
    assert body == whole[: len(whole) // 2]
    assert was_reset is is_reset


def test_a_dribbled_answer_comes_whole_in_many_pieces(http: httpx.Client) -> None:
    headers = {FAULT: "dribble seconds=0.2"}
    with http.stream("GET", "/v1/models/categories", headers=headers) as answer:
        pieces = list(answer.iter_raw())
    assert b"".join(pieces) == http.get("/v1/models/categories").content
    assert len(pieces) > 10


def test_a_slow_answer_delays_only_its_own_client(
    http: httpx.Client, sandbox: Sandbox
) -> None:
    with pytest.raises(httpx.ReadTimeout):
        http.get("/v1/models", headers={FAULT: "slow seconds=60"}, timeout=0.2)
    assert (
        http.get("/v1/models", headers={FAULT: "slow seconds=0.05"}).status_code == 200
    )


def test_the_sandbox_ends_at_once_while_answers_are_held_back(
    capfd: pytest.CaptureFixture[str],
) -> None:
    lost: list[str] = []

    def ask(sandbox: Sandbox, fault: str) -> None:
        headers = {FAULT: fault, "Authorization": "Bearer x"}
        try:
            httpx.get(
                f"{sandbox.url}/v1/models", headers=headers, trust_env=False, timeout=60
            )
        except httpx.HTTPError as error:
            lost.append(type(error).__name__)

    with Sandbox(MODELS) as sandbox:
        asking = [
            threading.Thread(target=ask, args=(sandbox, fault))
            for fault in ("hang", "dribble seconds=300")
        ]
        for thread in asking:
            thread.start()
        while len(sandbox.journal()) < 2:
            pass
    for thread in asking:
        thread.join(10)
    assert len(lost) == 2
    assert capfd.readouterr().err == ""
