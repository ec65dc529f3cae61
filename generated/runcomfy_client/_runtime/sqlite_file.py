"""The file of a journal in SQLite: one connection, used by one thread at a time."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from .errors import JournalError
from .retry_and_timeouts import JOURNAL_TIMEOUT
from .sqlite_schema import make_file, migrate, what_to_do


class SqliteFile:
    """The connection to a file. It is opened when needed, and again if the file was replaced."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._inherited: list[sqlite3.Connection] = []
        self._begin()

    def _begin(self) -> None:
        """Begin in this process, with a lock and a connection of its own."""
        self.lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._synchronous = ""

    def after_fork(self) -> None:
        """Forget the parent's connection: SQLite forbids a child even to close it."""
        if self._connection is not None:
            self._inherited.append(self._connection)
        self._begin()

    @contextmanager
    def connection(
        self, timeout: float = JOURNAL_TIMEOUT
    ) -> Generator[sqlite3.Connection]:
        """The connection, for this thread alone. Waits at most ``timeout`` seconds for others.

        Raises ``JournalError`` if the file cannot be used.
        """
        deadline = time.monotonic() + min(timeout, JOURNAL_TIMEOUT)
        lock = self.lock
        if not lock.acquire(timeout=max(deadline - time.monotonic(), 0.0)):
            raise self.failure("another thread is using it")
        try:
            left = max(deadline - time.monotonic(), 0.0)
            connection = self._opened(left)
            connection.execute(f"PRAGMA busy_timeout = {int(left * 1000)}")
            yield connection
        except sqlite3.Error as error:
            raise self.failure(error) from error
        finally:
            lock.release()

    def sync_commits(self, connection: sqlite3.Connection, *, to_disk: bool) -> None:
        """Whether the next commits wait for the disk, or are left to the operating system."""
        level = "FULL" if to_disk else "NORMAL"
        if level != self._synchronous:
            connection.execute(f"PRAGMA synchronous = {level}")
            self._synchronous = level

    def close(self) -> None:
        """Close the connection. The next use opens it again."""
        with self.lock:
            self._close()

    def failure(self, reason: object) -> JournalError:
        """The error for a file that cannot be used, with what to do about it."""
        return JournalError(
            f"the journal {self.path} cannot be used: {reason}{what_to_do(reason)}; "
            "without it nothing is submitted"
        )

    def _opened(self, timeout: float) -> sqlite3.Connection:
        if self._connection is not None and _identity(self.path) != self._identity:
            self._close()  # another file is at this path now
        if self._connection is None:
            self._connection = _open(self.path, timeout)
            self._identity = _identity(self.path)
            self._synchronous = "FULL"
        return self._connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _identity(path: Path) -> tuple[int, int] | None:
    """The identity of the file at a path; None without a file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _open(path: Path, timeout: float) -> sqlite3.Connection:
    make_file(path)
    connection = sqlite3.connect(
        path, timeout=timeout, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        migrate(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection
