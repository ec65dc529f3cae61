"""A journal of paid jobs in a file: what was submitted, what was accepted, how it ended.

An intent is on disk before its request is sent, and the id as soon as it is known, so that a
process that is killed at any moment loses no job and pays for none twice. SQLite keeps the file
intact and lets many processes and threads write to it.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from .errors import JournalError
from .fork import renew_after_fork
from .journal import JournalEntry
from .lifecycle.steps import Accepted, Ended, Intent
from .lifecycle.submit import RESUBMITTABLE_STATES
from .retry_and_timeouts import JOURNAL_TIMEOUT

_SCHEMA = """
CREATE TABLE IF NOT EXISTS job (
  reference TEXT PRIMARY KEY,
  model_id TEXT NOT NULL,
  payload_sha256 TEXT NOT NULL,
  meant_at REAL NOT NULL,
  request_id TEXT NOT NULL DEFAULT '',
  token TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL DEFAULT '',
  ended_at REAL
);
CREATE INDEX IF NOT EXISTS by_request ON job (request_id);
"""
_VERSION = 1
_COLUMNS = (
    "reference, model_id, payload_sha256, meant_at, request_id, token, state, ended_at"
)


class SqliteJournal:
    """A journal in one file. Every method raises ``JournalError`` if the file cannot be used."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._inherited: list[sqlite3.Connection] = []
        renew_after_fork(self)

    @property
    def fork_lock(self) -> threading.RLock:
        """The lock that is held while the file is used."""
        return self._lock

    def after_fork(self) -> None:
        """Forget the parent's connection: SQLite forbids a child even to close it."""
        if self._connection is not None:
            self._inherited.append(self._connection)
        self._connection = None
        self._lock = threading.RLock()

    def note(self, entry: Intent | Accepted | Ended) -> None:
        """Write an entry, and return when it is on disk."""
        if isinstance(entry, Intent):
            self._write_intent(entry)
        elif isinstance(entry, Accepted):
            self._write_accepted(entry)
        else:
            self._write(
                "UPDATE job SET state = ?, ended_at = ? "
                "WHERE reference = ? OR (request_id = ? AND request_id <> '')",
                (entry.state, time.time(), entry.reference, entry.request_id),
            )

    def _write_accepted(self, accepted: Accepted) -> None:
        """Add the id of a job to its intent, or write both if the intent is no longer there."""
        handle = accepted.handle
        self._write(
            "INSERT INTO job (reference, model_id, payload_sha256, meant_at, request_id, token) "
            "VALUES (?, ?, '', ?, ?, ?) ON CONFLICT (reference) DO UPDATE SET "
            "request_id = excluded.request_id, token = excluded.token",
            (
                *(accepted.reference, handle.model_id, handle.submitted_at),
                *(handle.request_id, handle.token()),
            ),
        )

    def _write_intent(self, intent: Intent) -> None:
        """Write an intent: a new one, or one again that was not accepted or was cancelled."""
        *values, timeout = intent
        changed = self._write(
            "INSERT INTO job (reference, model_id, payload_sha256, meant_at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (reference) DO UPDATE SET state = '', ended_at = NULL, request_id = '', "
            "token = '', meant_at = excluded.meant_at WHERE state IN (?, ?)",
            (*values, *RESUBMITTABLE_STATES),
            timeout,
        )
        if not changed:
            raise JournalError(
                f"the journal {self.path} already has a job {intent.reference!r}, from this "
                "process or another: it is not submitted twice"
            )

    def find(self, reference: str) -> JournalEntry | None:
        """The entry under a reference, if there is one."""
        return next(self._read("WHERE reference = ?", (reference,)), None)

    def pending(self) -> list[JournalEntry]:
        """Jobs that were accepted and have not ended, oldest first."""
        return list(
            self._read("WHERE request_id <> '' AND state = '' ORDER BY meant_at, rowid")
        )

    def unknown(self) -> list[JournalEntry]:
        """Intents whose outcome is unknown. They are never sent again automatically."""
        return list(
            self._read("WHERE request_id = '' AND state = '' ORDER BY meant_at, rowid")
        )

    def entries(self, limit: int = 100) -> list[JournalEntry]:
        """The latest entries, newest first."""
        return list(self._read("ORDER BY meant_at DESC, rowid DESC LIMIT ?", (limit,)))

    def close(self) -> None:
        """Close the file. The next call opens it again."""
        with self._lock:
            self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.path)!r})"

    def _write(
        self, statement: str, values: tuple[Any, ...], timeout: float = JOURNAL_TIMEOUT
    ) -> int:
        with self._used(timeout) as connection:
            return connection.execute(statement, values).rowcount

    def _read(self, where: str, values: tuple[Any, ...] = ()) -> Iterator[JournalEntry]:
        statement = f"SELECT {_COLUMNS} FROM job {where}"  # noqa: S608 - our own words
        with self._used(JOURNAL_TIMEOUT) as connection:
            rows = connection.execute(statement, values).fetchall()
        return (JournalEntry(*row) for row in rows)

    @contextmanager
    def _used(self, timeout: float) -> Generator[sqlite3.Connection]:
        """The connection, for this thread alone. Waits at most ``timeout`` seconds for others."""
        deadline = time.monotonic() + min(timeout, JOURNAL_TIMEOUT)
        lock = self._lock
        if not lock.acquire(timeout=max(deadline - time.monotonic(), 0.0)):
            raise self._failure("another thread is using it")
        try:
            left = max(deadline - time.monotonic(), 0.0)
            connection = self._opened(left)
            connection.execute(f"PRAGMA busy_timeout = {int(left * 1000)}")
            yield connection
        except sqlite3.Error as error:
            raise self._failure(error) from error
        finally:
            lock.release()

    def _opened(self, timeout: float) -> sqlite3.Connection:
        if self._connection is not None and _file(self.path) != self._file:
            self._close()  # another file is at this path now
        if self._connection is None:
            self._connection = _opened(self.path, timeout)
            self._file = _file(self.path)
        return self._connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _failure(self, reason: object) -> JournalError:
        return JournalError(
            f"the journal {self.path} cannot be used: {reason}; without it nothing is submitted"
        )


def _file(path: Path) -> tuple[int, int] | None:
    """The identity of the file at a path; None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _opened(path: Path, timeout: float) -> sqlite3.Connection:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise JournalError(
            f"the journal {path} cannot be opened: {error.strerror}; "
            "without it nothing is submitted"
        ) from error
    connection = sqlite3.connect(
        path, timeout=timeout, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        _checked_version(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _checked_version(connection: sqlite3.Connection, path: Path) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == 0:
        connection.executescript(f"{_SCHEMA} PRAGMA user_version = {_VERSION};")
    elif version != _VERSION:
        raise JournalError(
            f"the journal {path} has version {version}, this client writes {_VERSION}: "
            "give it another file"
        )
