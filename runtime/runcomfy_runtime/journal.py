"""A journal of paid jobs on disk: what was meant, what was accepted, how it ended.

An intent is on disk before its request is sent, and the id as soon as it is known, so that a
process that is killed at any moment loses no job and pays for none twice. SQLite keeps the file
whole, and lets many processes and threads write to it.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Self

from .errors import JournalError
from .flow.step import Accepted, Ended, Intent
from .flow.submit import REPEATABLE
from .fork import renew_after_fork

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
_PATIENCE = 30.0
_COLUMNS = (
    "reference, model_id, payload_sha256, meant_at, request_id, token, state, ended_at"
)


class Entry(NamedTuple):
    """One job, or the intent to submit one."""

    reference: str
    model_id: str
    payload_sha256: str
    meant_at: float
    """Seconds since 1970."""
    request_id: str
    """Empty while it is not known that the server accepted."""
    token: str
    state: str
    """How it ended, as a published status word or ``not accepted``; empty while it has not."""
    ended_at: float | None

    @property
    def unknown(self) -> bool:
        """Whether it was meant to be sent, and nothing tells what became of it."""
        return not self.request_id and not self.state

    @property
    def pending(self) -> bool:
        """Whether it was accepted and has not ended, as far as was seen."""
        return bool(self.request_id) and not self.state


class Journal:
    """A journal in one file. Raises ``JournalError`` wherever it cannot be used."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._inherited: list[sqlite3.Connection] = []
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Forget the parent's connection: SQLite forbids a child even to close it."""
        if self._connection is not None:
            self._inherited.append(self._connection)
        self._connection = None
        self._lock = threading.Lock()

    def note(self, entry: Intent | Accepted | Ended) -> None:
        """Write an entry to the disk, and return when it is there."""
        if isinstance(entry, Intent):
            self._intend(entry)
        elif isinstance(entry, Accepted):
            ticket = entry.ticket
            self._write(
                "UPDATE job SET request_id = ?, token = ? WHERE reference = ?",
                (ticket.request_id, ticket.encode(), entry.reference),
            )
        else:
            self._write(
                "UPDATE job SET state = ?, ended_at = ? "
                "WHERE reference = ? OR (request_id = ? AND request_id <> '')",
                (entry.state, time.time(), entry.reference, entry.request_id),
            )

    def _intend(self, intent: Intent) -> None:
        """Write an intent: a new one, or one that came to nothing before."""
        changed = self._write(
            "INSERT INTO job (reference, model_id, payload_sha256, meant_at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (reference) DO UPDATE SET state = '', ended_at = NULL, request_id = '', "
            "token = '', meant_at = excluded.meant_at WHERE state IN (?, ?)",
            (*intent, *REPEATABLE),
        )
        if not changed:
            raise JournalError(
                f"the journal {self.path} holds a job {intent.reference!r} already, from this "
                "process or another: it is not submitted twice"
            )

    def find(self, reference: str) -> Entry | None:
        """The entry under a reference, if there is one."""
        return next(self._read("WHERE reference = ?", (reference,)), None)

    def pending(self) -> list[Entry]:
        """What was accepted and has not ended, oldest first."""
        return list(
            self._read("WHERE request_id <> '' AND state = '' ORDER BY meant_at, rowid")
        )

    def unknown(self) -> list[Entry]:
        """Intents of which nothing more is known. They are never sent again by themselves."""
        return list(
            self._read("WHERE request_id = '' AND state = '' ORDER BY meant_at, rowid")
        )

    def entries(self, limit: int = 100) -> list[Entry]:
        """The latest entries, newest first."""
        return list(self._read("ORDER BY meant_at DESC, rowid DESC LIMIT ?", (limit,)))

    def close(self) -> None:
        """Close the file. The next call opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Journal({str(self.path)!r})"

    def _write(self, statement: str, values: tuple[Any, ...]) -> int:
        with self._lock:
            try:
                return self._opened().execute(statement, values).rowcount
            except sqlite3.Error as error:
                raise self._failure(error) from error

    def _read(self, where: str, values: tuple[Any, ...] = ()) -> Iterator[Entry]:
        statement = f"SELECT {_COLUMNS} FROM job {where}"  # noqa: S608 - our own words
        with self._lock:
            try:
                rows = self._opened().execute(statement, values).fetchall()
            except sqlite3.Error as error:
                raise self._failure(error) from error
        return (Entry(*row) for row in rows)

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = _opened(self.path)
        return self._connection

    def _failure(self, error: sqlite3.Error) -> JournalError:
        return JournalError(
            f"the journal {self.path} cannot be used: {error}; without it nothing is submitted"
        )


def _opened(path: Path) -> sqlite3.Connection:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise JournalError(
            f"the journal {path} cannot be opened: {error.strerror}; "
            "without it nothing is submitted"
        ) from error
    connection = sqlite3.connect(
        path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
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
            f"the journal {path} is of version {version}, this client writes {_VERSION}: "
            "give it another file"
        )
