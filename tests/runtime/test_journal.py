"""The journal: on disk before anything is paid, whole for many processes, after any kill."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.lifecycle.steps import Accepted, Ended, Intent
from runcomfy_runtime.postgres import journal as postgres_journal
from runcomfy_runtime.postgres.connection import Statement
from runcomfy_runtime.sqlite_journal import SqliteJournal
from runcomfy_runtime.testing import NOT_SENT, FakeQueue
from runtime.specimen import good
from support.journal_stores import Store, sqlite_store
from support.scripted_server import (
    REQUEST_ID,
    Reply,
    ScriptedServer,
    result,
    status,
    submitted,
)

TOKEN = "rc-0123456789-secret"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jobs.db"


def rows(path: Path) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT request_id, state FROM job").fetchall()
    finally:
        connection.close()


def test_the_intent_is_on_disk_before_the_request_and_the_id_after(
    store: Store,
) -> None:
    queue, seen = FakeQueue(), []
    real = queue.send

    def send(request: Any) -> Any:
        seen.append(store.rows())
        return real(request)

    queue.send = send  # type: ignore[method-assign]
    with queue.client(journal=store.location) as client:
        client.run("vendor/model", {})
    assert seen[0] == [("", "")]
    assert seen[1] == [("fake-1", "")]
    assert store.rows() == [("fake-1", "succeeded")]


def test_a_job_that_was_left_is_given_back(store: Store) -> None:
    queue = FakeQueue()
    with queue.client(journal=store.location) as client:
        token = client.submit("vendor/model", {"prompt": "x"}).token()
    with queue.client(journal=store.location) as client:
        (job,) = client.journal.pending()
        assert job.token() == token
        job.result()
        assert client.journal.pending() == []
        assert [entry.state for entry in client.journal.entries()] == ["succeeded"]


def test_the_end_is_noted_whichever_way_the_job_ends(store: Store) -> None:
    queue = FakeQueue()
    with queue.client(journal=store.location) as client:
        queue.answer("*", error="no")
        with pytest.raises(errors.JobFailed):
            client.run("vendor/model", {})
        queue.answer("*", queued=1e6)
        with pytest.raises(errors.JobTimeout):
            client.run("vendor/model", {}, timeout=20)
        client.submit("vendor/model", {}).cancel()
        queue.fault("submit", NOT_SENT, times=50)
        with pytest.raises(errors.NotSent):
            client.run("vendor/model", {})
        states = [entry.state for entry in reversed(client.journal.entries())]
        assert states == ["failed", "cancelled", "cancelled", "not accepted"]
        assert client.journal.pending() == []
        assert list(client.journal.unknown()) == []


def test_a_job_that_runs_on_stays_pending(store: Store) -> None:
    queue = FakeQueue()
    queue.answer("*", queued=0, running=1e6)
    with queue.client(journal=store.location) as client:
        with pytest.raises(errors.JobTimeout):
            client.run("vendor/model", {}, timeout=20)
        assert [job.request_id for job in client.journal.pending()] == ["fake-1"]


def test_a_submit_whose_outcome_is_unknown_is_listed_and_not_given_back(
    store: Store,
) -> None:
    queue = FakeQueue()
    queue.fault("submit", acts=True)
    with queue.client(journal=store.location) as client:
        with pytest.raises(errors.SubmitOutcomeUnknown) as caught:
            client.run("vendor/model", {})
        (entry,) = client.journal.unknown()
        assert entry.reference == caught.value.reference
        assert entry.payload_sha256 == caught.value.payload_sha256
        assert client.journal.pending() == []


@pytest.mark.parametrize("damage", ["folder", "no folder", "not a database", "newer"])
def test_a_journal_that_cannot_be_written_stops_the_submit(
    path: Path, damage: str
) -> None:
    if damage == "folder":
        path.mkdir()
    elif damage == "no folder":
        path = path / "missing" / "jobs.db"
    elif damage == "not a database":
        path.write_bytes(
            b"this is not a database, and it is long enough to be read as one" * 20
        )
    else:
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA user_version = 99")
        connection.close()
    queue = FakeQueue()
    with queue.client(journal=path) as client:
        with pytest.raises(errors.JournalError, match="journal"):
            client.run("vendor/model", {})
    assert queue.requests == []


@pytest.mark.skipif(sys.platform == "win32", reason="no FIFO, no /dev")
@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("", "is a FIFO or a device, not a file: give the path of a file"),
        ("/dev/zero", "is a FIFO or a device, not a file: give the path of a file"),
        ("/dev/null", "is a FIFO or a device, not a file: give the path of a file"),
        ("text", "file is not a database. Move that file away, or give another path"),
    ],
)
def test_a_journal_that_is_no_file_says_what_to_do(
    path: Path, target: str, said: str
) -> None:
    path.with_name("text").write_bytes(b"a text that is longer than a header" * 99)
    if target:
        path.symlink_to(target)
    else:
        os.mkfifo(path)
    queue = FakeQueue()
    with queue.client(journal=path) as client:
        with pytest.raises(errors.JournalError) as caught:
            client.run("vendor/model", {})
    assert said in str(caught.value)
    assert str(path) in str(caught.value)
    assert queue.requests == []


def test_a_journal_that_fails_after_acceptance_loses_nothing(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing(SqliteJournal):
        def note(self, entry: Any) -> None:
            if not isinstance(entry, Intent):
                raise errors.JournalError("disk full")
            super().note(entry)

    queue = FakeQueue()
    with queue.client(journal=Failing(path)) as client:
        assert client.run("vendor/model", {}).request_id == "fake-1"
    assert (
        "fake-1 was accepted but not recorded in the journal: disk full" in caplog.text
    )


def test_the_same_reference_is_not_submitted_twice(store: Store) -> None:
    with store.open() as journal:
        journal.note(Intent("one", "v/m", "0", 1.0))
        with pytest.raises(errors.JournalError, match="not submitted twice"):
            journal.note(Intent("one", "v/m", "0", 1.0))


def test_the_journal_is_for_its_owner_and_holds_no_token(path: Path) -> None:
    queue = FakeQueue()
    with queue.client(journal=path, token=TOKEN) as client:
        client.run("vendor/model", {"prompt": "private"})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert TOKEN.encode() not in path.read_bytes()
    assert b"private" not in path.read_bytes()


def test_jobs_of_another_server_are_not_given_back(store: Store) -> None:
    queue = FakeQueue()
    with queue.client(journal=store.location) as client:
        client.submit("vendor/model", {})
    with RunComfy(journal=store.location) as client:
        assert client.journal.pending() == []
        assert len(client.journal.entries()) == 1


WRITER = """
import sys
import time
from runcomfy_runtime.testing import FakeQueue
queue = FakeQueue()
with queue.client(journal=sys.argv[1]) as client:
    for _ in range(10):
        client.run("vendor/model", {})
"""


def test_many_processes_write_to_one_journal(store: Store) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(store.location)], stderr=subprocess.PIPE
        )
        for _ in range(4)
    ]
    for writer in writers:
        _, problems = writer.communicate(timeout=60)
        assert writer.returncode == 0, problems.decode()
    assert len(store.rows()) == 40
    assert {state for _, state in store.rows()} == {"succeeded"}


KILLED = """
import os, signal, sys
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.client_config import open_journal

phase, path, url = sys.argv[1:]
kept = open_journal(path)

class Deadly(type(kept)):
    def note(self, entry):
        name = type(entry).__name__
        if phase == "before " + name:
            os.kill(os.getpid(), signal.SIGKILL)
        super().note(entry)
        if phase == "after " + name:
            os.kill(os.getpid(), signal.SIGKILL)

with RunComfy(token="rc-0123456789-secret", base_url=url, journal=Deadly(getattr(kept, "address", path))) as client:
    list(client.map([INPUT], name="killed"))
""".replace("INPUT", "good()").replace(
    "import os,", "from runtime.specimen import good\nimport os,"
)


@pytest.mark.parametrize(
    ("phase", "first", "later", "unknown"),
    [
        ("before Intent", 0, 1, 0),
        ("after Intent", 0, 0, 1),
        ("before Accepted", 1, 1, 1),
        ("after Accepted", 1, 1, 0),
        ("before Ended", 1, 1, 0),
        ("after Ended", 1, 1, 0),
    ],
)
def test_a_process_killed_in_any_phase_pays_for_nothing_twice(
    server: ScriptedServer,
    store: Store,
    phase: str,
    first: int,
    later: int,
    unknown: int,
) -> None:
    server.on("submit", submitted())
    server.on("status", status("completed"))
    server.on("result", result({"image": "https://files.runcomfy.net/a.png"}))
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    command = [sys.executable, "-c", KILLED]
    killed = subprocess.run(
        [*command, phase, store.location, server.url], env=environment, timeout=60
    )
    assert killed.returncode == -9
    assert server.count("submit") == first
    store.end_leases()  # nobody waits until they end by themselves
    with RunComfy(token=TOKEN, base_url=server.url, journal=store.location) as client:
        (again,) = client.map([good()], name="killed", return_exceptions=True)
    assert server.count("submit") == later
    assert isinstance(again, errors.SubmitOutcomeUnknown) is bool(unknown)
    assert isinstance(again, Exception) is bool(unknown)
    with store.open() as journal:
        assert len(journal.unknown()) == unknown
        assert journal.pending() == []


def test_the_job_of_a_killed_process_is_given_back(
    server: ScriptedServer, store: Store
) -> None:
    server.on("submit", submitted())
    server.on("status", status("in_progress"))
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    subprocess.run(
        [sys.executable, "-c", KILLED, "after Accepted", store.location, server.url],
        env=environment,
        timeout=60,
        check=False,
    )
    with RunComfy(token=TOKEN, base_url=server.url, journal=store.location) as client:
        (job,) = client.journal.pending()
        assert (job.request_id, job.status().state) == (REQUEST_ID, "in_progress")
    assert json.loads(server.seen[0].body)["prompt"] == "A boat"


MAPPED = """
import asyncio, sys
from runtime.specimen import good
from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.client import RunComfy
side, path, url, count = sys.argv[1:]
inputs = [good(tags=[number]) for number in range(int(count))]
settings = dict(token="rc-0123456789-secret", base_url=url, journal=path, media_checks="off")
options = dict(name="many", return_exceptions=True, concurrency=8)
async def mapped():
    async with AsyncRunComfy(**settings) as client:
        return [outcome async for outcome in client.map(inputs, **options)]
if side == "async":
    outcomes = asyncio.run(mapped())
else:
    with RunComfy(**settings) as client:
        outcomes = list(client.map(inputs, **options))
unknown = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
assert all(type(error).__name__ == "SubmitOutcomeUnknown" for error in unknown), unknown
print(len(outcomes), len(unknown))
"""


@pytest.mark.parametrize("side", ["sync", "async"])
def test_a_killed_batch_goes_on_and_pays_for_nothing_twice(
    server: ScriptedServer, path: Path, side: str, long_run: bool
) -> None:
    count = 1000 if long_run else 60
    answered = 0
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        held.set()
        let_go.wait(60)

    def accept(_: Any) -> Reply:
        # The answer after the last one allowed never comes: the process is killed meanwhile.
        number = server.count("submit")
        reply = submitted(f"req-{number}")
        return replace(reply, before=hold) if number > answered else reply

    server.on("submit", accept)
    server.on("status", status("completed"))
    server.on("result", result({"image": "https://files.runcomfy.net/a.png"}))
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    command = [sys.executable, "-c", MAPPED, side, str(path), server.url, str(count)]
    at_once = 1 if side == "sync" else 8
    for answered in (count * 3 // 10, count * 7 // 10):
        held.clear()
        process = subprocess.Popen(command, env=environment)
        assert held.wait(120)
        process.kill()
        process.wait(timeout=20)
        if not long_run:
            sqlite_store(path).end_leases()
        assert answered < server.count("submit") <= answered + at_once
    let_go.set()
    answered = count
    again = subprocess.run(
        command, env=environment, capture_output=True, timeout=120, check=True
    )
    sent = [
        json.loads(seen.body)["tags"][0]
        for seen in server.seen
        if seen.kind == "submit"
    ]
    outcomes, unknown = map(int, again.stdout.split())
    assert outcomes == count
    assert unknown <= 2 * at_once
    assert len(sent) == len(set(sent))
    assert len(sent) >= count - unknown


@pytest.mark.parametrize("how", ["emptied", "replaced", "removed"])
def test_a_journal_that_lost_the_intent_still_gets_the_id(path: Path, how: str) -> None:
    queue = FakeQueue()
    real = queue.send

    def send(request: Any) -> Any:
        if request.paid and how == "emptied":
            other = sqlite3.connect(path, isolation_level=None)
            other.execute("DELETE FROM job")
            other.close()
        elif request.paid:
            for file in path.parent.glob("jobs.db*"):
                file.rename(file.with_name(f"old-{file.name}"))
            if how == "replaced":
                with SqliteJournal(path) as another:
                    assert another.entries() == []
        return real(request)

    queue.send = send  # type: ignore[method-assign]
    with queue.client(journal=path) as client:
        token = client.submit("vendor/model", {"prompt": "x"}).token()
    with queue.client(journal=path) as client:
        (job,) = client.journal.pending()
    assert job.token() == token


@pytest.mark.parametrize("side", ["sync", "async"])
def test_a_batch_without_a_name_warns_once_with_the_line_to_write(
    store: Store, side: str, caplog: pytest.LogCaptureFixture
) -> None:
    queue = FakeQueue()

    async def mapped(name: str | None) -> None:
        async with queue.async_client(journal=store.location) as client:
            for _ in range(2):
                _ = [each async for each in client.map([good(), good()], name=name)]

    for name in ("named", None):
        if side == "async":
            asyncio.run(mapped(name))
        else:
            with queue.client(journal=store.location) as client:
                for _ in range(2):
                    list(client.map([good(), good()], name=name))
        warned = [text for text in caplog.messages if "has no name" in text]
        assert len(warned) == (name is None)
    assert 'client.map(inputs, name="my-batch")' in caplog.text


def test_a_batch_without_a_journal_needs_no_name(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with FakeQueue().client() as client:
        list(client.map([good()]))
    assert "has no name" not in caplog.text


def test_an_id_that_could_not_be_written_is_written_before_the_end_of_its_job(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the end would be stored for an intent without a job, which no batch can read."""
    queue = FakeQueue()
    with queue.client(journal=store.location) as client:
        full = [True]

        def refused(real: Any, *given: Any) -> Any:
            if any(isinstance(each, Accepted) for each in given) and full:
                full.pop()
                if store.kind == "sqlite":
                    raise sqlite3.OperationalError("database or disk is full")
                return Statement("SELECT 1/0")
            return real(*given)

        for owner, name in (
            (SqliteJournal, "_write_accepted"),
            (postgres_journal, "statement_of"),
        ):
            real = getattr(owner, name)
            monkeypatch.setattr(
                owner, name, lambda *given, real=real: refused(real, *given)
            )
        made = client.run("v/m", {})
        assert full == []
        (entry,) = client.journal.entries()
        assert (entry.request_id, entry.state) == (made.request_id, "succeeded")
        assert entry.token


def test_an_end_that_could_not_be_written_is_written_when_the_journal_is_closed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue, full = FakeQueue(), [True]
    with queue.client(journal=store.location) as client:
        journal: Any = client._driver.config.journal
        real = journal.note_many

        def refused(entries: Any) -> Any:
            if isinstance(entries[0], Ended) and full:
                full.pop()
                failure = errors.JournalError("the disk is full")
                journal._late.keep(entries, [failure])
                return [failure]
            return real(entries)

        monkeypatch.setattr(journal, "note_many", refused)
        client.run("v/m", {})
        assert store.rows() == [("fake-1", "")]
    assert store.rows() == [("fake-1", "succeeded")]
