"""The deadline of a call holds for the moment in which a paid request leaves."""

from __future__ import annotations

import asyncio
import math
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.lifecycle.steps import Ended
from runcomfy_runtime.sqlite_journal import SqliteJournal
from runcomfy_runtime.testing import FakeQueue
from runcomfy_runtime.transport import Response
from runtime.specimen import good

NO_TIMEOUTS: list[Any] = [-5, -0.001, math.nan, -math.inf, "5", [1]]


@pytest.fixture(params=["sync", "async"])
def call(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Calls a method of either client of a fake queue."""

    def called(
        queue: FakeQueue, method: str, journal: Path | None = None, **options: Any
    ) -> Any:
        if request.param == "sync":
            with queue.client(journal=journal) as client:
                return getattr(client, method)("vendor/model", {}, **options)

        async def main() -> Any:
            async with queue.async_client(journal=journal) as client:
                return await getattr(client, method)("vendor/model", {}, **options)

        return asyncio.run(main())

    return called


@pytest.mark.parametrize("method", ["run", "submit"])
def test_nothing_is_submitted_without_any_time(
    call: Callable[..., Any], method: str, tmp_path: Path
) -> None:
    queue = FakeQueue()
    with pytest.raises(errors.NotSent, match="nothing was sent") as caught:
        call(queue, method, tmp_path / "jobs.db", timeout=0)
    assert queue.requests == []
    assert not caught.value.may_be_billed
    with SqliteJournal(tmp_path / "jobs.db") as journal:
        assert journal.unknown() == []


@pytest.mark.parametrize("method", ["run", "submit"])
@pytest.mark.parametrize("timeout", NO_TIMEOUTS, ids=repr)
def test_what_is_no_timeout_is_refused_before_anything_is_sent(
    call: Callable[..., Any], method: str, timeout: Any
) -> None:
    queue = FakeQueue()
    with pytest.raises(errors.BadSetting, match="timeout"):
        call(queue, method, timeout=timeout)
    assert queue.requests == []


@pytest.mark.parametrize("timeout", [-5, math.nan], ids=repr)
def test_what_is_no_timeout_of_a_wait_is_refused_with_the_job(timeout: float) -> None:
    queue = FakeQueue()
    with queue.client() as client:
        job = client.submit("vendor/model", {})
        calls: list[Callable[..., Any]] = [job.result, job.status, job.cancel]
        for wait in (*calls, job.updates):
            with pytest.raises(errors.BadSetting, match="timeout") as caught:
                wait(timeout=timeout)
            assert caught.value.job == job
    assert queue.kinds == ["submit"]


def test_a_batch_refuses_what_is_no_timeout() -> None:
    queue = FakeQueue()
    with queue.client() as client:
        with pytest.raises(errors.BadSetting, match="timeout"):
            client.map([], timeout=math.nan)

    async def main() -> None:
        async with queue.async_client() as client:
            client.map([], timeout=-1)

    with pytest.raises(errors.BadSetting, match="timeout"):
        asyncio.run(main())


@pytest.mark.parametrize("method", ["run", "submit"])
def test_a_note_that_took_all_the_time_is_not_followed_by_a_paid_request(
    call: Callable[..., Any], method: str, tmp_path: Path
) -> None:
    queue = FakeQueue()

    class Slow(SqliteJournal):
        def note(self, entry: Any) -> None:
            super().note(entry)
            queue.clock.advance(3.0)

    journal: Any = Slow(tmp_path / "jobs.db")
    with pytest.raises(errors.NotSent, match="nothing was sent"):
        call(queue, method, journal, timeout=0.5)
    assert queue.requests == []
    with SqliteJournal(tmp_path / "jobs.db") as read:
        assert [entry.state for entry in read.entries()] == ["not accepted"]


@pytest.mark.parametrize("opened", [False, True], ids=["unopened", "opened"])
def test_a_journal_that_others_hold_is_waited_for_within_the_deadline(
    call: Callable[..., Any], tmp_path: Path, opened: bool
) -> None:
    path = tmp_path / "jobs.db"
    queue = FakeQueue()
    journal: Any = SqliteJournal(path)
    journal.entries()
    if not opened:
        journal.close()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    began = time.monotonic()
    try:
        with pytest.raises(errors.JournalError, match="nothing is submitted"):
            call(queue, "submit", journal, timeout=0.2)
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    assert time.monotonic() - began < 20  # SQLite is told to wait 30 s
    assert queue.requests == []


def test_a_thread_that_holds_the_journal_is_waited_for_within_the_deadline(
    tmp_path: Path,
) -> None:
    path, queue = tmp_path / "jobs.db", FakeQueue()
    journal = SqliteJournal(path)
    journal.entries()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    patient = threading.Thread(target=journal.note, args=(Ended("", "", "failed"),))
    patient.start()
    try:
        with queue.client(journal=journal) as client:
            with pytest.raises(errors.JournalError, match="another thread is using it"):
                client.submit("vendor/model", {}, timeout=0.2)
            holder.execute("ROLLBACK")
            patient.join(20)
    finally:
        holder.close()
    assert queue.requests == []


def test_the_earlier_job_of_a_batch_is_looked_for_within_the_deadline(
    tmp_path: Path,
) -> None:
    limits: list[float] = []

    class Kept(SqliteJournal):
        def find_within(self, reference: str, seconds: float) -> Any:
            limits.append(seconds)
            return super().find_within(reference, seconds)

    journal = Kept(tmp_path / "jobs.db")
    with FakeQueue().client(journal=journal, media_checks="off") as client:
        list(client.map([good()], name="n", timeout=7))
        assert limits
        assert all(6 < limit <= 7 for limit in limits)
    with journal.fork_lock:
        waiting = threading.Thread(target=_not_found_in_time, args=(journal, limits))
        waiting.start()
        waiting.join(20)
    assert limits.pop() == 0.1
    assert not waiting.is_alive()


def _not_found_in_time(journal: SqliteJournal, limits: list[float]) -> None:
    with pytest.raises(errors.JournalError):
        journal.find_within("one", 0.1)


def test_a_pause_that_ends_with_the_deadline_is_not_sat_out(
    call: Callable[..., Any],
) -> None:
    queue = FakeQueue()
    queue.fault("submit", Response(429, {"retry-after": "10"}))
    with pytest.raises(errors.RateLimited):
        call(queue, "submit", timeout=10)
    assert queue.kinds == ["submit"]
    assert queue.clock.slept == []
