"""The state file of a sandbox: jobs, requests and virtual time in SQLite.

Every change is written before its answer is sent. After a restart, even of a killed process,
the state of each job follows from its record and the clock.
"""

from __future__ import annotations

import json
import math
import os
import sqlite3
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from runcomfy_runtime.retry_and_timeouts import STATE_FILE_TIMEOUT

from ..ir.json_text import is_object
from .clock import Seed
from .job import JobRecord
from .request_log import LogEntry

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_VERSION = 3
_TABLES = (
    "CREATE TABLE meta (seed TEXT NOT NULL, now REAL NOT NULL)",
    "CREATE TABLE job (position INTEGER PRIMARY KEY,"
    " request_id TEXT NOT NULL UNIQUE, record TEXT NOT NULL)",
    "CREATE TABLE entry (number INTEGER PRIMARY KEY, account TEXT, record TEXT NOT NULL)",
)
_SAVE = """
INSERT INTO job (request_id, record) VALUES (?, ?)
ON CONFLICT (request_id) DO UPDATE SET record = excluded.record
"""

T = TypeVar("T")

LATEST_TIME = 253402300799.0
"""Seconds since 1970: the end of the year 9999."""


class DatabaseError(Exception):
    """The state file cannot be used; the message says which, why, and what to do."""


class Database:
    """An SQLite file that only this process uses.

    Raises ``DatabaseError`` for a file that cannot be used, and does not change it.
    """

    def __init__(self, path: Path, seed: Seed) -> None:
        self._path = path
        try:
            # Inputs may be private: only the user may read the file.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._connection = sqlite3.connect(
                path,
                isolation_level=None,
                check_same_thread=False,
                timeout=STATE_FILE_TIMEOUT,
            )
        except (OSError, sqlite3.Error) as error:
            raise DatabaseError(f"{path} cannot be opened: {error}") from None
        try:
            self._prepare(seed)
        except sqlite3.Error as error:
            self.close()
            raise DatabaseError(f"{path} {_reason(error)}") from None
        except DatabaseError:
            self.close()
            raise

    def jobs(self) -> list[JobRecord]:
        """Every job, in the order of acceptance. Raises ``DatabaseError`` for a damaged file."""
        return self._read("SELECT record FROM job ORDER BY position", job_from_record)

    def save(self, job: JobRecord) -> None:
        """Write a job, or its newer version."""
        self._connection.execute(_SAVE, (job.request_id, json.dumps(asdict(job))))

    def remove(self, job: JobRecord) -> None:
        """Remove a job."""
        self._connection.execute(
            "DELETE FROM job WHERE request_id = ?", (job.request_id,)
        )

    def entries(self) -> list[LogEntry]:
        """The logged requests, the oldest first. Raises ``DatabaseError`` for a damaged file."""
        return self._read(
            "SELECT record FROM entry ORDER BY number", log_entry_from_record
        )

    def append(self, entry: LogEntry, oldest: int) -> None:
        """Write an entry, and remove those with a number below ``oldest``."""
        run, record = self._connection.execute, json.dumps(asdict(entry))
        run("INSERT INTO entry VALUES (?, ?, ?)", (entry.number, entry.account, record))
        if oldest > 1:
            run("DELETE FROM entry WHERE number < ?", (oldest,))

    def remove_entries(self, account: str | None) -> None:
        """Remove the entries of an account, or all."""
        self._connection.execute(
            "DELETE FROM entry WHERE ?1 IS NULL OR account = ?1", (account,)
        )

    def time(self) -> float:
        """The last virtual time, in seconds since 1970; 0 if there was none.

        Raises ``DatabaseError`` for a damaged file.
        """
        (now,) = self._read("SELECT now FROM meta", _time)
        return now

    def keep_time(self, now: float) -> None:
        """Write the virtual time."""
        self._connection.execute("UPDATE meta SET now = ?", (now,))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _read(self, query: str, value_of: Callable[[Any], T]) -> list[T]:
        try:
            return [value_of(text) for (text,) in self._connection.execute(query)]
        except (sqlite3.Error, ValueError, OverflowError) as error:
            reason = " ".join(str(error).split())
            raise DatabaseError(
                f"{self._path} is damaged ({reason:.200}); move it away to start again"
            ) from None

    def _prepare(self, seed: Seed) -> None:
        run = self._connection.execute
        run("PRAGMA locking_mode = EXCLUSIVE")
        (version,) = run("PRAGMA user_version").fetchone()
        if version not in (0, _VERSION):
            raise DatabaseError(
                f"{self._path} has format {version}, of another release; this one has"
                f" {_VERSION}: move it away to start again"
            )
        if version == 0:
            self._create(seed)
        # A killed process loses nothing with this setting; a power failure may.
        run("PRAGMA synchronous = NORMAL")
        (known,) = run("SELECT seed FROM meta").fetchone()
        if known != seed.value:
            raise DatabaseError(f"{self._path} was made with the seed {known!r}")
        # Locks the file at once and until it is closed, not from the first write on.
        run("BEGIN IMMEDIATE")
        run("COMMIT")

    def _create(self, seed: Seed) -> None:
        run = self._connection.execute
        if run("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
            raise DatabaseError(
                f"{self._path} is not the state of a sandbox: it holds other tables"
            )
        run("PRAGMA journal_mode = WAL")
        run("BEGIN IMMEDIATE")
        for table in _TABLES:
            run(table)
        run("INSERT INTO meta VALUES (?, 0)", (seed.value,))
        run(f"PRAGMA user_version = {_VERSION}")
        run("COMMIT")


def _time(value: Any) -> float:
    if not isinstance(value, float) or not 0 <= value <= LATEST_TIME:
        raise ValueError(f"{value!r:.40} is not a time")
    return value


def _reason(error: sqlite3.Error) -> str:
    if error.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return "is in use by another sandbox; end that one, or choose another file"
    return f"is not the state of a sandbox: {error}"


def job_from_record(text: str) -> JobRecord:
    """A job from its record, checked completely. Raises ``ValueError`` for any other text."""
    job: JobRecord = _adapter(JobRecord).validate_json(text, strict=True)
    if not is_object(json.loads(job.body)):
        raise ValueError(f"the input of {job.request_id} is not an object")
    plan = job.plan
    durations = (plan.queued, plan.delayed, plan.held, plan.running)
    times = (job.submitted_at, job.moved_at, job.cancelled_at or 0.0, job.ends_at)
    numbers = (*durations, job.price, job.output.shape.seconds)
    if not all(0 <= number < math.inf for number in numbers):
        raise ValueError(f"a duration or the price of {job.request_id} is out of range")
    if not all(0 <= time <= LATEST_TIME for time in times):
        raise ValueError(f"a time of {job.request_id} is out of range")
    return job


def log_entry_from_record(text: str) -> LogEntry:
    """A log entry from its record. Raises ``ValueError`` for any other text."""
    entry: LogEntry = _adapter(LogEntry).validate_json(text, strict=True)
    return entry


@cache
def _adapter(kind: type[T]) -> TypeAdapter[T]:
    # Loaded only by a sandbox with a state file: it takes a tenth of a second.
    from pydantic import TypeAdapter

    return TypeAdapter(kind)
