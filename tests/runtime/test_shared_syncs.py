"""Intents of jobs in flight share a sync to disk, and the event loop never waits for the journal."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runcomfy_runtime import async_driver, errors
from runcomfy_runtime import journal as journal_module
from runcomfy_runtime.lifecycle.steps import Accepted, Intent
from runcomfy_runtime.sqlite_file import SqliteFile
from runcomfy_runtime.sqlite_journal import SqliteJournal
from runcomfy_runtime.testing import FakeQueue
from runtime.specimen import good


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jobs.db"


@pytest.mark.parametrize("side", ["sync", "async"])
def test_jobs_in_flight_share_a_sync(
    path: Path, side: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    sync, write = SqliteFile.sync_commits, SqliteJournal._write_intent

    def synced_or_not(self: Any, connection: Any, *, to_disk: bool) -> None:
        if to_disk:
            synced.append(0)
        sync(self, connection, to_disk=to_disk)
        (level,) = connection.execute("PRAGMA synchronous").fetchone()
        assert level == (2 if to_disk else 1)

    def counted(self: Any, connection: Any, intent: Any) -> Any:
        synced[-1] += 1
        return write(self, connection, intent)

    monkeypatch.setattr(SqliteFile, "sync_commits", synced_or_not)
    monkeypatch.setattr(SqliteJournal, "_write_intent", counted)
    queue = FakeQueue()
    inputs = [good(tags=[number]) for number in range(40)]

    async def mapped() -> int:
        async with queue.async_client(journal=path, media_checks="off") as client:
            return len([each async for each in client.map(inputs, name="n")])

    if side == "async":
        assert asyncio.run(mapped()) == 40
    else:
        with queue.client(journal=path, media_checks="off") as client:
            assert len(list(client.map(inputs, name="n"))) == 40
    assert sum(synced) == 40
    if side == "sync":
        assert synced[:2] == [4, 4]
    else:
        assert len(synced) <= 20
    with SqliteJournal(path) as journal:
        assert {entry.state for entry in journal.entries()} == {"succeeded"}


class _Groups(SqliteJournal):
    """A journal that keeps which intents were written together."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.groups: list[list[float]] = []

    def note_many(self, entries: Any) -> Any:
        times = [entry.timeout for entry in entries if isinstance(entry, Intent)]
        self.groups += [times] if times else []
        return super().note_many(entries)


def _mapped(queue: FakeQueue, side: str, journal: Any, inputs: Any, **more: Any) -> int:
    async def mapped() -> int:
        async with queue.async_client(journal=journal, media_checks="off") as client:
            return len([each async for each in client.map(inputs, **more)])

    if side == "async":
        return asyncio.run(mapped())
    with queue.client(journal=journal, media_checks="off") as client:
        return len(list(client.map(inputs, **more)))


@pytest.mark.parametrize("side", ["sync", "async"])
def test_an_intent_with_little_time_left_is_written_alone(
    path: Path, side: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(async_driver, "COMMIT_WINDOW", 1.0)  # for a slow machine
    inputs = [good(tags=[number]) for number in range(4)]
    queue, journal = FakeQueue(), _Groups(path)
    queue.answer("*", output={"image": "x"}, queued=0.0, running=0.0)
    _mapped(queue, side, journal, inputs, name="n", timeout=4.5)
    assert [len(group) for group in journal.groups] == [1, 1, 1, 1]
    journal.groups.clear()
    _mapped(queue, side, journal, inputs, name="m", timeout=600.0)
    assert [len(group) for group in journal.groups] == [4]


def test_a_single_job_does_not_wait_for_others(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(async_driver, "COMMIT_WINDOW", 3.0)
    queue = FakeQueue()

    async def run() -> None:
        async with queue.async_client(journal=path) as client:
            await client.run("v/m", {})

    began = time.monotonic()
    asyncio.run(run())
    assert time.monotonic() - began < 2.0


def test_an_intent_whose_task_is_cancelled_twice_is_not_written(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(async_driver, "COMMIT_WINDOW", 0.3)
    queue, journal = FakeQueue(), _Groups(path)

    async def run() -> None:
        async with queue.async_client(journal=journal) as client:
            first, second = (
                asyncio.ensure_future(client.run("v/m", {"n": n})) for n in (1, 2)
            )
            await asyncio.sleep(0.1)
            first.cancel()
            await asyncio.sleep(0.01)
            first.cancel()
            with pytest.raises(asyncio.CancelledError):
                await first
            await second

    asyncio.run(run())
    assert [len(group) for group in journal.groups] == [1]
    assert queue.kinds.count("submit") == 1
    assert journal.unknown() == []


def test_a_journal_that_fails_fails_each_job_of_the_group(path: Path) -> None:
    path.mkdir()
    queue = FakeQueue()

    async def run() -> list[Any]:
        async with queue.async_client(journal=path) as client:
            runs = (client.run("v/m", {"n": n}) for n in range(3))
            return await asyncio.gather(*runs, return_exceptions=True)

    outcomes = asyncio.run(run())
    assert [type(outcome).__name__ for outcome in outcomes] == ["JournalError"] * 3
    assert queue.requests == []


def test_a_journal_that_blocks_delays_neither_other_clients_nor_a_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each client has threads of its own, and waiting for one of them ends with the call."""
    monkeypatch.setattr(journal_module, "SHARED_COMMIT_MIN", 0.4)
    queue, go_on = FakeQueue(), threading.Event()

    class Blocked(SqliteJournal):
        def note(self, entry: Any) -> None:
            if isinstance(entry, Accepted):
                assert go_on.wait(60)
            super().note(entry)

    async def run() -> None:
        journal = Blocked(tmp_path / "blocked.db")
        blocked = queue.async_client(journal=journal)
        async with blocked, queue.async_client(journal=tmp_path / "jobs.db") as free:
            runs = [
                asyncio.ensure_future(blocked.run("v/m", {"n": n})) for n in range(20)
            ]
            while queue.kinds.count("submit") < 20:
                await asyncio.sleep(0.01)
            await free.run("v/m", {"n": 20})
            for timeout in (0.3, 0.5):  # written alone, and with others
                with pytest.raises(errors.JournalError, match="busy"):
                    await blocked.run("v/m", {"n": 21}, timeout=timeout)
            assert not go_on.is_set()
            go_on.set()
            await asyncio.gather(*runs)
        journal.close()

    asyncio.run(run())
    assert queue.kinds.count("submit") == 21


def test_no_use_of_the_journal_blocks_the_event_loop(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: set[int] = set()
    real = SqliteFile.connection

    def connection(self: Any, *timeout: float) -> Any:
        threads.add(threading.get_ident())
        return real(self, *timeout)

    monkeypatch.setattr(SqliteFile, "connection", connection)
    queue, journal = FakeQueue(), SqliteJournal(path)
    inputs = [good(tags=[number]) for number in range(4)]
    for _ in range(2):
        assert _mapped(queue, "async", journal, inputs, name="n") == 4
    assert threads
    assert threading.get_ident() not in threads
    assert queue.kinds.count("submit") == 4


def test_the_loop_goes_on_while_another_process_holds_the_journal(path: Path) -> None:
    queue, journal = FakeQueue(), SqliteJournal(path)
    journal.entries()
    holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN EXCLUSIVE")
    gaps: list[float] = []

    async def tick(finish: Callable[[], bool]) -> None:
        last = time.monotonic()
        while not finish():
            await asyncio.sleep(0.01)
            now = time.monotonic()
            gaps.append(now - last)
            last = now

    async def run() -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(1.5, holder.execute, "ROLLBACK")
        async with queue.async_client(journal=journal, media_checks="off") as client:
            batch = client.map([good()], name="n")
            waiting = asyncio.ensure_future(anext(batch))
            await tick(waiting.done)
            await waiting
            await batch.aclose()

    asyncio.run(run())
    holder.close()
    assert max(gaps) < 1.0
