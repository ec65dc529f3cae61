"""The way out of "unknown": a person settles it; owners with a lease; journals of other versions."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from runcomfy_runtime import errors, lease, sqlite_journal
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.job_handle import JobHandle
from runcomfy_runtime.lifecycle.steps import (
    Accepted,
    Ended,
    Intent,
    OutcomeUnknown,
    Sending,
)
from runcomfy_runtime.postgres import journal as postgres_journal
from runcomfy_runtime.sqlite_journal import SqliteJournal
from runcomfy_runtime.testing import FakeQueue, VirtualClock
from runtime.specimen import good
from support.journal_stores import Store, sqlite_store
from support.scripted_server import Reply, ScriptedServer, result, status, submitted

VERSION_1 = """
CREATE TABLE job (
  reference TEXT PRIMARY KEY, model_id TEXT NOT NULL, payload_sha256 TEXT NOT NULL,
  meant_at REAL NOT NULL, request_id TEXT NOT NULL DEFAULT '', token TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL DEFAULT '', ended_at REAL
);
CREATE INDEX by_request ON job (request_id);
INSERT INTO job VALUES ('lost', 'v/m', '0', 1.0, '', '', '', NULL);
INSERT INTO job VALUES ('done', 'v/m', '1', 2.0, 'r1', 't', 'succeeded', 3.0);
PRAGMA user_version = 1;
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jobs.db"


def intent(reference: str = "one", **more: Any) -> Intent:
    return Intent(reference, "v/m", "0", 1.0, **more)


def handle(request_id: str) -> JobHandle:
    return JobHandle(request_id=request_id, model_id="v/m", base_url="https://h")


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("side", ["sync", "async"])
def test_a_batch_goes_on_once_its_unknown_submit_is_settled(
    path: Path, side: str, accepted: bool
) -> None:
    queue = FakeQueue()
    queue.fault("submit", acts=accepted)
    inputs = [good(), good(steps=2)]
    options: dict[str, Any] = {"name": "n", "return_exceptions": True, "concurrency": 1}

    async def mapped() -> list[Any]:
        async with queue.async_client(journal=path, media_checks="off") as client:
            return [each async for each in client.map(inputs, **options)]

    def run() -> list[str]:
        if side == "async":
            return [type(outcome).__name__ for outcome in asyncio.run(mapped())]
        with queue.client(journal=path, media_checks="off") as client:
            outcomes = list(client.map(inputs, **options))
        return [type(outcome).__name__ for outcome in outcomes]

    word = "Result" if side == "sync" else "AsyncResult"
    assert run() == ["SubmitOutcomeUnknown", word]
    assert run() == ["SubmitOutcomeUnknown", word]
    with queue.client(journal=path) as client:
        (entry,) = client.journal.unknown()
        assert (entry.batch, entry.base_url) == ("n", "https://fake.runcomfy.test")
        if accepted:
            job = client.journal.settle(entry.reference, request_id="fake-1")
            assert (job.request_id, job.status().request_id) == ("fake-1", "fake-1")
        else:
            client.journal.settle(entry.reference, accepted=False)
        assert client.journal.unknown() == []
    assert run() == [word, word]
    paid = [request for request in queue.requests if request.paid]
    assert len(paid) == (2 if accepted else 3)


def test_the_error_says_how_to_settle(store: Store) -> None:
    queue = FakeQueue()
    queue.fault("submit")
    with queue.client(journal=store.location) as client:
        with pytest.raises(errors.SubmitOutcomeUnknown) as caught:
            client.run("v/m", {})
        reference = str(caught.value.reference)
        assert f"client.journal.settle({reference!r}, accepted=False)" in str(
            caught.value
        )
        client.journal.settle(reference, accepted=False)


@pytest.mark.parametrize(
    ("ended", "reason"),
    [
        (Accepted("one", handle("r1")), "is known"),
        (Ended("one", "", "not accepted"), "is known"),
        (None, "is alive"),
    ],
)
@pytest.mark.parametrize("decided", [None, handle("r2")])
def test_what_is_known_or_under_way_is_not_settled(
    store: Store, ended: Any, reason: str, decided: JobHandle | None
) -> None:
    with store.open() as owner, store.open() as other:
        owner.note(intent())
        if ended is not None:
            owner.note(ended)
        before = other.find("one")
        with pytest.raises(errors.JournalError, match=reason):
            other.settle("one", decided)
        with pytest.raises(errors.JournalError, match="no entry"):
            other.settle("two", decided)
        assert other.find("one") == before


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"accepted": True},
        {"accepted": False, "request_id": "r"},
        {"request_id": ""},
        {"request_id": "../x"},
    ],
)
def test_a_decision_that_is_none_is_refused(store: Store, given: Any) -> None:
    with FakeQueue().client(journal=store.location) as client:
        with pytest.raises(errors.BadSetting, match="settle"):
            client.journal.settle("one", **given)


def test_an_owner_is_alive_while_it_renews_its_lease(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "LEASE", 1.0)
    monkeypatch.setattr(sqlite_journal, "LEASE", 1.0)
    monkeypatch.setattr(postgres_journal, "LEASE", 1.0)
    monkeypatch.setattr(lease, "LEASE_RENEWAL", 0.1)
    with store.open() as owner, store.open() as other:
        owner.note(intent())
        owner.note(intent("two"))
        owner.note(OutcomeUnknown("two"))
        time.sleep(1.5)
        assert [entry.owner_alive for entry in other.unknown()] == [True, False]
        other.settle("two", None)
        owner._leases.close()  # it dies
        time.sleep(1.5)
        assert [entry.owner_alive for entry in other.unknown()] == [False]
        other.settle("one", None)


def test_a_lease_from_a_clock_that_was_set_back_since_keeps_nobody_alive(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SqliteJournal(path) as journal:
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + 86400)
        journal.note(intent())
        monkeypatch.undo()
        assert not journal.unknown()[0].owner_alive
        journal.settle("one", None)


def test_an_id_that_comes_after_the_settlement_is_kept(store: Store) -> None:
    with store.open() as journal:
        journal.note(intent())
        journal.note(OutcomeUnknown("one"))
        journal.settle("one", None)
        journal.note(Accepted("one", handle("late")))
        assert [entry.request_id for entry in journal.pending()] == ["late"]
        with pytest.raises(errors.JournalError, match="not submitted twice"):
            journal.note(intent())


def test_an_id_that_comes_after_a_second_submit_is_a_job_of_its_own(
    store: Store,
) -> None:
    with store.open() as journal:
        journal.note(intent())
        journal.note(OutcomeUnknown("one"))
        journal.settle("one", None)
        journal.note(intent())
        journal.note(Accepted("one", handle("second")))
        journal.note(Accepted("one", handle("first")))
        assert {entry.request_id for entry in journal.pending()} == {"first", "second"}


def test_a_journal_of_version_1_is_migrated_in_place(path: Path) -> None:
    old = sqlite3.connect(path)
    old.executescript(VERSION_1)
    with SqliteJournal(path) as journal:
        assert [entry.reference for entry in journal.unknown()] == ["lost"]
        journal.note(intent("new", batch="b", base_url="https://h"))
        journal.settle("lost", handle("r9"))
        entries = {entry.reference: entry for entry in journal.entries()}
    assert (entries["done"].state, entries["done"].ended_at) == ("succeeded", 3.0)
    assert (entries["new"].batch, entries["new"].base_url) == ("b", "https://h")
    # A client of version 1 that has it open goes on.
    old.execute(
        "INSERT INTO job (reference, model_id, payload_sha256, meant_at) VALUES ('x','m','2',4)"
    )
    old.commit()
    old.close()
    with SqliteJournal(path) as journal:
        assert [entry.reference for entry in journal.unknown()] == ["new", "x"]


OPENER = "import sys; from runcomfy_runtime.sqlite_journal import SqliteJournal; print(len(SqliteJournal(sys.argv[1]).entries()))"


@pytest.mark.parametrize("script", ["", VERSION_1])
def test_many_processes_create_or_migrate_one_journal(path: Path, script: str) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()
    command = [sys.executable, "-c", OPENER, str(path)]
    opened = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(4)]
    counts = {process.communicate(timeout=60)[0].strip() for process in opened}
    assert counts == {b"2" if script else b"0"}


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("PRAGMA user_version = 3", "a newer client wrote it"),
        ("CREATE TABLE photo (id)", "another program"),
        ("CREATE TABLE job (a); PRAGMA user_version = 1", "another program"),
        ("CREATE TABLE photo (id); PRAGMA user_version = 2", "another program"),
        ("PRAGMA user_version = 1", "it has no tables"),
    ],
)
def test_a_newer_journal_and_a_foreign_database_are_refused_unchanged(
    path: Path, script: str, reason: str
) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()
    before = path.read_bytes()[100:]
    with (
        SqliteJournal(path) as journal,
        pytest.raises(errors.JournalError, match=reason),
    ):
        journal.note(intent())
    assert path.read_bytes()[100:] == before


def test_a_process_that_was_stopped_sends_nothing_that_was_settled_meanwhile(
    path: Path,
) -> None:
    """Stopped between its intent and its request; a person settles, and it is paid again."""
    queue, store = FakeQueue(), sqlite_store(path)
    with queue.client(journal=path) as other:

        class Stopped(SqliteJournal):
            def note_many(self, entries: Any) -> Any:
                failures = super().note_many(entries)
                if isinstance(entries[0], Intent) and failures == [None]:
                    reference = entries[0].reference
                    self._lease_ends[reference] -= 3600
                    store.end_leases()
                    other.journal.settle(reference, accepted=False)
                    list(other.map([good()], name="n"))
                return failures

        with queue.client(journal=Stopped(path)) as stopped:
            list(stopped.map([good()], name="n"))
        assert queue.kinds.count("submit") == 1
        assert list(other.journal.unknown()) == []


SHARED = """
import sys
from runtime.specimen import good
from runcomfy_runtime.client import RunComfy
path, url = sys.argv[1:]
inputs = [good(tags=[number]) for number in range(20)]
with RunComfy(token="rc-0123456789-secret", base_url=url, journal=path, media_checks="off") as client:
    for made in client.map(inputs, name="shared", concurrency=4, return_exceptions=True):
        print(getattr(made, "request_id", None) or repr(made))
"""


def test_two_live_processes_share_a_batch(server: ScriptedServer, path: Path) -> None:
    server.on("submit", lambda _: submitted(f"req-{server.count('submit')}"))
    server.on("status", status("completed"))
    server.on("result", result({"image": "https://files.runcomfy.net/a.png"}))
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    command = [sys.executable, "-c", SHARED, str(path), server.url]
    both = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    outputs = [process.communicate(timeout=60)[0].split() for process in both]
    sent = [
        json.loads(seen.body)["tags"][0]
        for seen in server.seen
        if seen.kind == "submit"
    ]
    assert sorted(sent) == list(range(20))
    assert outputs[0] == outputs[1]
    assert len(set(outputs[0])) == 20


# What was recorded and not sent is not unknown.


@pytest.mark.parametrize("refusal", [{"http_status": 429}, {"http_status": 401}])
def test_a_refusal_stops_the_submits_whose_intents_are_recorded(
    store: Store, server: ScriptedServer, refusal: dict[str, int]
) -> None:
    replies = [Reply({}, status=refusal["http_status"], headers={"retry-after": "1"})]
    server.on("submit", *replies, submitted())
    server.on("status", status("completed"))
    server.on("result", result({"image": "https://files.runcomfy.net/a.png"}))
    inputs = [good(tags=[number]) for number in range(4)]
    clock = VirtualClock()
    with RunComfy(
        token="rc-0123456789-secret",
        base_url=server.url,
        journal=store.location,
        media_checks="off",
        clock=clock,
    ) as client:
        outcomes = list(client.map(inputs, name="n", return_exceptions=True))
        assert list(client.journal.unknown()) == []
    refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    if refusal["http_status"] == 401:
        assert (len(refused), server.count("submit")) == (4, 1)
    else:
        assert (refused, server.count("submit")) == ([], 5)


def test_a_batch_that_is_left_leaves_nothing_unknown(store: Store) -> None:
    queue = FakeQueue()
    with queue.client(journal=store.location, media_checks="off") as client:
        with client.map([good(), good(steps=2), good(steps=4)], name="n") as batch:
            next(batch)
        assert list(client.journal.unknown()) == []


AHEAD = """
import os, signal, sys
from runcomfy_runtime.client_config import open_journal
from runcomfy_runtime.lifecycle.steps import Intent, Sending
journal = open_journal(sys.argv[1])
intents = [Intent(name, "v/m", "0", 1.0, ahead=name != "a") for name in "abc"]
assert journal.note_many(intents) == [None] * 3
journal.note(Sending("b"))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("rebooted", [False, True])
def test_after_a_kill_only_what_was_being_sent_is_unknown(
    store: Store, monkeypatch: pytest.MonkeyPatch, rebooted: bool
) -> None:
    if not lease.boot_id():
        pytest.skip("this system does not say which of its runs this is")
    subprocess.run(
        [sys.executable, "-c", AHEAD, str(store.location)], timeout=60, check=False
    )
    with store.open() as journal:
        # A file does not know whether the process is alive; here it has just ended.
        at_once = [entry.reference for entry in journal.unknown()]
        assert at_once == (["a", "b", "c"] if store.kind == "sqlite" else ["a", "b"])
        store.end_leases()
        if rebooted:
            monkeypatch.setattr(sqlite_journal, "boot_id", lambda: "another")
        unknown = [entry.reference for entry in journal.unknown()]
        # In a file, what was not synced may be lost with the power.
        lost = rebooted and store.kind == "sqlite"
        assert unknown == (["a", "b", "c"] if lost else ["a", "b"])
        if not lost:
            journal.note(intent("c"))


def test_what_another_process_took_over_is_not_sent(store: Store) -> None:
    with store.open() as frozen, store.open() as other:
        frozen.note(intent("one", ahead=True))
        store.end_leases()
        other.find("one")
        other.note(intent("one"))
        with pytest.raises(errors.JournalError, match="not submitted twice"):
            frozen.note(Sending("one"))
        frozen.note(Ended("one", "", "not accepted"))
        (entry,) = other.unknown()
        assert entry.owner == other.owner
