"""The moment of acceptance: what says that a job was taken, and what must be known of it then."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.sqlite_journal import SqliteJournal
from runcomfy_runtime.testing import NOT_SENT, FakeQueue
from runcomfy_runtime.transport import Response
from runtime.side import OUTPUT, TOKEN, Side
from support.scripted_server import REQUEST_ID, Reply, ScriptedServer, submitted

ERRORS_BESIDE_AN_ID: list[dict[str, Any]] = [
    {"error_code": 400002, "error_message": "the balance is low"},
    {"error_code": 403003, "message": "content is looked at"},
    {"code": 400004, "error": "UserAccountError"},
    {"error_code": 429001, "detail": "slow down"},
]


@pytest.mark.parametrize("beside", ERRORS_BESIDE_AN_ID)
@pytest.mark.parametrize("status", [200, 201, 202])
def test_an_answer_with_an_id_is_an_acceptance_whatever_else_it_says(
    server: ScriptedServer,
    side: Side,
    beside: dict[str, Any],
    status: int,
    tmp_path: Path,
) -> None:
    side.settle(journal=tmp_path / "jobs.db")
    server.on("submit", Reply({"request_id": REQUEST_ID, **beside}, status))
    assert side.run().output == OUTPUT
    assert server.count("submit") == 1
    with SqliteJournal(tmp_path / "jobs.db") as journal:
        (entry,) = journal.entries()
    assert (entry.request_id, entry.state) == (REQUEST_ID, "succeeded")


def test_an_id_that_cannot_be_one_beside_an_error_is_no_refusal(
    server: ScriptedServer, side: Side, tmp_path: Path
) -> None:
    side.settle(journal=tmp_path / "jobs.db")
    server.on("submit", Reply({"request_id": "a/b", "error_code": 400002}))
    with pytest.raises(errors.SubmitOutcomeUnknown) as caught:
        side.run()
    assert caught.value.accepted
    with SqliteJournal(tmp_path / "jobs.db") as journal:
        assert len(journal.unknown()) == 1


@pytest.mark.parametrize("trouble", [Response(429, {"retry-after": "60"}), NOT_SENT])
def test_a_submit_that_pauses_is_known_not_to_be_accepted(
    trouble: Any, tmp_path: Path
) -> None:
    queue, path = FakeQueue(), tmp_path / "jobs.db"
    queue.fault("submit", trouble)
    in_the_pause: list[str] = []
    passing = queue.clock.sleep

    def sleep(seconds: float) -> None:
        with SqliteJournal(path) as journal:
            in_the_pause.extend(entry.state for entry in journal.entries())
        passing(seconds)

    queue.clock.sleep = sleep  # type: ignore[method-assign]
    with queue.client(journal=path) as client:
        client.run("vendor/model", {})
        assert [entry.state for entry in client.journal.entries()] == ["succeeded"]
    assert in_the_pause[0] == "not accepted"


def test_an_interrupt_in_the_pause_of_a_submit_leaves_nothing_unknown(
    tmp_path: Path,
) -> None:
    queue = FakeQueue()
    queue.fault("submit", Response(429, {"retry-after": "60"}))

    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    queue.clock.sleep = interrupt  # type: ignore[method-assign]
    with queue.client(journal=tmp_path / "jobs.db") as client:
        with pytest.raises(KeyboardInterrupt):
            client.run("vendor/model", {})
        assert client.journal.unknown() == []
        assert [entry.state for entry in client.journal.entries()] == ["not accepted"]


PAUSING = """
import sys
from runtime.specimen import good
from runcomfy_runtime.client import RunComfy
with RunComfy(token="rc-0123456789-secret", base_url=sys.argv[1], journal=sys.argv[2]) as client:
    print(len(list(client.map([good()], name="one"))))
"""


def test_a_process_killed_in_the_pause_of_a_submit_is_continued(
    server: ScriptedServer, side: Side, tmp_path: Path
) -> None:
    server.on("submit", Reply(b"", 429, {"Retry-After": "60"}))
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    command = [sys.executable, "-c", PAUSING, server.url, str(tmp_path / "jobs.db")]
    process = subprocess.Popen(command, env=environment)
    for _ in range(1000):
        if server.count("submit"):
            break
        time.sleep(0.01)
    time.sleep(0.3)  # the pause is a minute long
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=20)
    with SqliteJournal(tmp_path / "jobs.db") as journal:
        assert [entry.state for entry in journal.entries()] == ["not accepted"]
    server.on("submit", submitted())
    again = subprocess.run(
        command, env=environment, capture_output=True, timeout=60, check=True
    )
    assert again.stdout == b"1\n"
    assert server.count("submit") == 2


def test_a_journal_that_fails_between_two_tries_stops_the_second(
    tmp_path: Path,
) -> None:
    class Failing(SqliteJournal):
        noted = 0

        def note(self, entry: Any) -> None:
            self.noted += 1
            if self.noted > 2:
                raise errors.JournalError("disk full")
            super().note(entry)

    queue = FakeQueue()
    queue.fault("submit", Response(429, {"retry-after": "1"}))
    with queue.client(journal=Failing(tmp_path / "jobs.db")) as client:
        with pytest.raises(errors.JournalError, match="disk full"):
            client.run("vendor/model", {})
    assert queue.kinds == ["submit"]
    assert queue.jobs == {}


def test_a_refusal_without_an_id_is_still_a_refusal(server: ScriptedServer) -> None:
    server.on("submit", Reply({"request_id": "", "error_code": 400002}))
    with RunComfy(token=TOKEN, base_url=server.url) as client:
        with pytest.raises(errors.NoBalance) as caught:
            client.submit("vendor/model", {})
    assert not caught.value.may_be_billed
