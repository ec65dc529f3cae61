"""A command whose server does not answer: it ends soon, and says why and what to do."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from runcomfy_codegen.workspace import live_catalog
from runcomfy_codegen.workspace.first_contact import FirstContact
from runcomfy_runtime.retry_and_timeouts import FIRST_CONTACT_TRIES
from runcomfy_runtime.transport import Lost, Outcome, Reached, Request, Response
from support.command_line import Shell
from support.scripted_server import Reply, ScriptedServer, status

READS = [
    ("status", "req-1"),
    ("result", "req-1"),
    ("cancel", "req-1"),
    ("balance",),
    ("models", "--live"),
    ("pull",),
]
READS_OF_JOBS = ("status", "result", "cancel")
REFUSED = Lost(Reached.NOTHING_SENT, "refused")


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between tries, which pass at once."""
    taken: list[float] = []

    def pass_at_once(*arguments: Any) -> float:
        taken.append(catalog_wait(*arguments))
        return 0.0

    catalog_wait = live_catalog._wait
    monkeypatch.setattr(live_catalog, "_wait", pass_at_once)
    monkeypatch.setattr(time, "sleep", taken.append)
    return taken


@pytest.fixture
def dead_port() -> Iterator[int]:
    """A port where nobody listens, and nobody else can."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@pytest.mark.parametrize("call", READS, ids=" ".join)
def test_a_read_from_a_dead_server_ends_after_a_few_tries_with_the_cause(
    shell: Shell, pauses: list[float], dead_port: int, call: tuple[str, ...]
) -> None:
    url = f"http://127.0.0.1:{dead_port}"
    environment = {"RUNCOMFY_BASE_URL": url, "RUNCOMFY_TOKEN": "rc-secret-0123"}
    answer = shell(*call, environment=environment)
    assert answer.code == 3
    assert "refused" in answer.err
    assert f"The server is {url} (RUNCOMFY_BASE_URL)" in answer.err
    assert f"`runcomfy-codegen sandbox --port {dead_port}`" in answer.err
    assert ("runcomfy-codegen result " in answer.err) == (call[0] in READS_OF_JOBS)
    assert "rc-secret" not in answer.err
    assert len(pauses) == FIRST_CONTACT_TRIES - 1
    assert sum(pauses) <= 0.5 + 1 + 2


def test_a_cancel_of_which_nothing_was_sent_says_so(
    shell: Shell, pauses: list[float], dead_port: int
) -> None:
    environment = {
        "RUNCOMFY_BASE_URL": f"http://127.0.0.1:{dead_port}",
        "RUNCOMFY_TOKEN": "rc-secret-0123",
    }
    answer = shell("cancel", "req-1", environment=environment)
    assert "nothing was sent, the job is not cancelled" in answer.err


def test_the_server_of_runcomfy_has_another_hint(
    shell: Shell, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        FirstContact, "send", lambda *_: REFUSED._replace(hopeless=True)
    )
    monkeypatch.delenv("RUNCOMFY_BASE_URL", raising=False)
    answer = shell("balance", environment={"RUNCOMFY_TOKEN": "rc-secret-0123"})
    assert (answer.code, "Is this machine online?" in answer.err) == (3, True)


def test_a_server_that_answered_once_may_restart_for_as_long_as_before(
    shell: Shell, pauses: list[float]
) -> None:
    with ScriptedServer() as server:
        down = [Reply(fault="close")] * (FIRST_CONTACT_TRIES + 3)
        server.on("status", status("in_progress"), *down, status("completed"))
        server.on("result", Reply({"request_id": "req-1", "status": "completed"}))
        environment = {"RUNCOMFY_BASE_URL": server.url, "RUNCOMFY_TOKEN": "rc-secret"}
        shell("result", "req-1", "--timeout", "600", environment=environment)
        assert server.count("status") == len(down) + 2


class _Scripted:
    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes)

    def send(self, request: Request) -> Outcome:
        return self.outcomes.pop(0)


def test_only_a_server_that_was_never_reached_is_hopeless() -> None:
    request = Request("GET", "https://h/")
    never = FirstContact(_Scripted(*[REFUSED] * FIRST_CONTACT_TRIES))
    hopeless = [
        isinstance(outcome := never.send(request), Lost) and outcome.hopeless
        for _ in range(FIRST_CONTACT_TRIES)
    ]
    assert hopeless == [False] * (FIRST_CONTACT_TRIES - 1) + [True]
    for reached in (Response(503), Lost(Reached.SENT, "closed")):
        once = FirstContact(_Scripted(reached, *[REFUSED] * 20))
        assert once.send(request) == reached
        assert [once.send(request) for _ in range(20)] == [REFUSED] * 20
