"""Ctrl-C while the answer to a paid request is on its way: the id of the job is not lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.interrupt import HoldInterrupts
from runcomfy_runtime.sqlite_journal import SqliteJournal
from runcomfy_runtime.testing import FakeQueue
from runcomfy_runtime.transport import Request
from runtime.side import TOKEN
from runtime.specimen import good
from support.scripted_server import REQUEST_ID, Reply, ScriptedServer, status

PREFIX = """
import asyncio, signal, sys
from runtime.specimen import good
from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.client import RunComfy
settings = dict(token="rc-0123456789-secret", base_url=sys.argv[1], journal=sys.argv[2])
"""
CALLS = {
    "run": "RunComfy(**settings).run('vendor/model', {})",
    "submit": "RunComfy(**settings).submit('vendor/model', {})",
    "map": "list(RunComfy(**settings, media_checks='off').map([good()]))",
    "async run": "asyncio.run(AsyncRunComfy(**settings).run('vendor/model', {}))",
}


def held(let_go: threading.Event) -> Callable[[], None]:
    def hold() -> None:
        let_go.wait(20)

    return hold


@pytest.fixture
def holding(server: ScriptedServer) -> Iterator[tuple[ScriptedServer, threading.Event]]:
    """A server that has accepted the job, and holds its answer until it is let go."""
    let_go = threading.Event()
    server.on("submit", Reply({"request_id": REQUEST_ID}, before=held(let_go)))
    server.on("cancel", Reply({"request_id": REQUEST_ID, "outcome": "cancelled"}))
    server.on("status", lambda _: status("cancelled"))
    yield server, let_go
    let_go.set()


def start(call: str, server: ScriptedServer, journal: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PREFIX + call, server.url, str(journal)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        stderr=subprocess.PIPE,
        text=True,
    )


def until_submitted(server: ScriptedServer) -> None:
    for _ in range(1000):
        if server.count("submit"):
            return
        time.sleep(0.01)
    raise AssertionError("nothing was submitted in ten seconds")


@pytest.mark.parametrize("call", CALLS)
def test_ctrl_c_before_the_answer_waits_for_the_id(
    holding: tuple[ScriptedServer, threading.Event], tmp_path: Path, call: str
) -> None:
    server, let_go = holding
    process = start(CALLS[call], server, tmp_path / "jobs.db")
    until_submitted(server)
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    assert process.poll() is None
    let_go.set()
    _, printed = process.communicate(timeout=20)
    assert "KeyboardInterrupt" in printed
    assert f"The RunComfy job {REQUEST_ID} " in printed
    assert TOKEN not in printed
    with SqliteJournal(tmp_path / "jobs.db") as journal:
        (entry,) = journal.entries()
    assert entry.request_id == REQUEST_ID
    assert server.count("submit") == 1
    assert server.kinds[1:] == ([] if call == "submit" else ["cancel", "status"])


def test_a_second_ctrl_c_does_not_wait_for_the_answer(
    holding: tuple[ScriptedServer, threading.Event], tmp_path: Path
) -> None:
    server, _ = holding
    process = start(CALLS["run"], server, tmp_path / "jobs.db")
    until_submitted(server)
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, printed = process.communicate(timeout=4)
    assert "while a paid job was being submitted" in printed
    with SqliteJournal(tmp_path / "jobs.db") as journal:
        assert len(journal.unknown()) == 1


def test_ctrl_c_wins_over_a_refusal_and_tells_of_it(
    holding: tuple[ScriptedServer, threading.Event], tmp_path: Path
) -> None:
    server, let_go = holding
    body = {"error_code": 400002, "error_message": "empty"}
    server.on("submit", Reply(body, 400, before=held(let_go)))
    process = start(CALLS["run"], server, tmp_path / "jobs.db")
    until_submitted(server)
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    let_go.set()
    _, printed = process.communicate(timeout=20)
    assert printed.splitlines()[-1].startswith("submitting: HTTP 400")
    with SqliteJournal(tmp_path / "jobs.db") as journal:
        assert [entry.state for entry in journal.entries()] == ["not accepted"]


def interrupting(queue: FakeQueue, times: int = 1) -> None:
    """Have Ctrl-C come while the queue answers a submit."""
    real = queue.send

    def send(request: Request) -> Any:
        outcome = real(request)
        if request.paid:
            for _ in range(times):
                signal.raise_signal(signal.SIGINT)
        return outcome

    queue.send = send  # type: ignore[method-assign]


def test_handlers_are_as_before_after_every_submit() -> None:
    before = signal.getsignal(signal.SIGINT)
    queue = FakeQueue()
    with queue.client() as client:
        client.run("vendor/model", {})
        assert signal.getsignal(signal.SIGINT) is before
        interrupting(queue)
        with pytest.raises(KeyboardInterrupt) as caught:
            client.submit("vendor/model", {})
        assert signal.getsignal(signal.SIGINT) is before
        assert "fake-2 was accepted" in caught.value.__notes__[0]


def test_a_handler_of_the_users_is_called_after_the_id_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    came: list[int] = []
    queue = FakeQueue()
    interrupting(queue)
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        with queue.client() as client:
            assert client.run("vendor/model", {}).request_id == "fake-1"
    finally:
        signal.signal(signal.SIGINT, before)
    assert came == [signal.SIGINT]


@pytest.mark.parametrize("left", [signal.SIG_IGN, signal.SIG_DFL])
def test_what_python_does_not_handle_is_left_alone(left: Any) -> None:
    before = signal.signal(signal.SIGINT, left)
    try:
        with HoldInterrupts():
            assert signal.getsignal(signal.SIGINT) is left
        assert signal.getsignal(signal.SIGINT) is left
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_submit_without_touching_the_handlers() -> None:
    queue, handlers = FakeQueue(), []
    real = queue.send

    def send(request: Request) -> Any:
        handlers.append(signal.getsignal(signal.SIGINT))
        return real(request)

    queue.send = send  # type: ignore[method-assign]
    with queue.client() as client:
        thread = threading.Thread(target=lambda: client.submit("vendor/model", {}))
        thread.start()
        thread.join()
    assert handlers == [signal.getsignal(signal.SIGINT)]


def test_an_interrupt_is_held_back_only_so_long(
    holding: tuple[ScriptedServer, threading.Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, _ = holding
    monkeypatch.setattr("runcomfy_runtime.interrupt.INTERRUPT_HOLD", 0.2)
    main = threading.main_thread().ident
    assert main is not None
    threading.Timer(0.2, lambda: signal.pthread_kill(main, signal.SIGINT)).start()
    with RunComfy(token=TOKEN, base_url=server.url) as client:
        with pytest.raises(KeyboardInterrupt) as caught:
            client.run("vendor/model", {"prompt": good().prompt})
    assert "it may be running" in caught.value.__notes__[0]
    assert server.kinds == ["submit"]
