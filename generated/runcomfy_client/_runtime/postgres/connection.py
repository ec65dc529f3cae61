"""Connections to a PostgreSQL database: opened on demand, used again, replaced when they break.

A transaction is one message to the server: ``BEGIN``, its statements and ``COMMIT`` together.
So none is ever open while something else happens, PgBouncer may pool by transaction, and there
is nothing prepared. A transaction whose connection breaks is run again on a new one: the server
may have committed it, so each statement must have the same effect when it is repeated.

psycopg's own pool is not used: its threads do not survive a fork, and it reports a wrong
password as a timeout.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from ..errors import JournalError
from ..journal_address import DatabaseAddress
from ..retry_and_timeouts import (
    DATABASE_FIRST_CONNECT_BUDGET,
    DATABASE_RETRY_PAUSE_CAP,
    JOURNAL_TIMEOUT,
    backoff,
)
from .driver import connect, error_text, is_lost, is_unreachable, load_driver, may_pass
from .schema import READ_ONLY, NotPrimary, check_session, check_version, migrate

MOST_CONNECTIONS = 4
"""Connections of one process. Writes are grouped, so more would wait for the same disk."""
_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"
"""Whatever the default of the database is: the statements are written for this level."""


class Statement(NamedTuple):
    """One SQL statement and its values. Repeating it must change nothing more."""

    sql: str
    values: tuple[Any, ...] = ()


class StatementResult(NamedTuple):
    """The rows that a statement returned, and how many it changed or returned."""

    rows: list[tuple[Any, ...]]
    changed: int


class PostgresPool:
    """The connections of one process. All methods raise ``JournalError``."""

    def __init__(self, address: DatabaseAddress) -> None:
        self.address = address
        self._driver = load_driver()
        self._idle: list[Any] = []
        self._inherited: list[Any] = []
        self.reached = False
        """Whether there was a connection to a database with the tables of a journal."""
        self._given_up = False
        """Whether it was waited for in vain: then calls fail at once until it answers again."""
        self._reset()
        weakref.finalize(self, _close_all, self._idle)

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._free = threading.BoundedSemaphore(MOST_CONNECTIONS)

    def after_fork(self) -> None:
        """Keep the parent's connections open and unused: closing one would end its session."""
        self._inherited.extend(self._idle)
        self._idle.clear()
        self._reset()

    def close(self) -> None:
        """Close the connections that are not in use. The next call opens new ones."""
        with self._lock:
            idle, self._idle[:] = list(self._idle), []
        _close_all(idle)

    def run(
        self, statements: Sequence[Statement], timeout: float = JOURNAL_TIMEOUT
    ) -> list[StatementResult]:
        """Run statements in one transaction, and return their results once it is committed.

        While the database cannot be reached, it is tried again until ``timeout`` is over. The
        first connection fails sooner if there is no server: the address may be wrong.
        """
        began = time.monotonic()
        deadline = began + min(timeout, JOURNAL_TIMEOUT)
        attempt = 0
        while True:
            try:
                with self._connection(deadline) as connection:
                    results = self._transaction(connection, statements, deadline)
                self._given_up = False
                return results
            except _Lost as error:
                lost = error
            if lost.unreachable and not self.reached:
                deadline = min(deadline, began + DATABASE_FIRST_CONNECT_BUDGET)
            pause = backoff(attempt, 1.0, DATABASE_RETRY_PAUSE_CAP) / 4
            attempt += 1
            now = time.monotonic() + pause
            if self._given_up or now >= deadline:
                self._given_up = self._given_up or now - began >= JOURNAL_TIMEOUT
                raise self.failure(lost)
            time.sleep(pause)

    def failure(self, reason: object) -> JournalError:
        """The error for a database that cannot be used."""
        text = self.address.redacted(str(reason))
        return JournalError(
            f"the journal {self.address.shown} cannot be used: {text}; without it nothing is "
            "submitted"
        )

    def _transaction(
        self, connection: Any, statements: Sequence[Statement], deadline: float
    ) -> list[StatementResult]:
        milliseconds = max(1, int((deadline - time.monotonic()) * 1000))
        results: list[StatementResult] = []
        lost: _Lost | None = None
        failed: JournalError | None = None
        cursor = self._driver.ClientCursor(connection)
        try:
            texts = [cursor.mogrify(*statement) for statement in statements]
            begin = (_BEGIN, f"SET LOCAL statement_timeout = {milliseconds}")
            connection.deadline = deadline
            cursor.execute("; ".join((*begin, *texts, "COMMIT")))
            results = list(_results(cursor))[len(begin) : -1]
        except (self._driver.Error, OSError, UnicodeError) as error:
            if is_lost(error) or connection.closed:
                lost = self._lost(error)
                connection.close()
            else:
                failed = self.failure(error_text(error))
                _roll_back(connection)
        except BaseException:  # Ctrl-C: the state of the session is unknown
            connection.close()
            raise
        if lost is not None:
            raise lost
        if failed is not None:
            raise failed
        if connection.unconfirmed:
            connection.unconfirmed = False
            raise self.failure("no synchronous standby confirmed the commit in time")
        return results

    @contextmanager
    def _connection(self, deadline: float) -> Generator[Any]:
        """A connection for this thread alone."""
        if not self._free.acquire(timeout=max(deadline - time.monotonic(), 0.0)):
            raise self.failure("all connections of this process are in use")
        try:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                connection = self._opened(deadline)
            try:
                yield connection
            finally:
                if not connection.closed:
                    with self._lock:
                        self._idle.append(connection)
        finally:
            self._free.release()

    def _opened(self, deadline: float) -> Any:
        """A new connection to a database that is fit for a journal.

        Raises ``_Lost`` if it may be had soon: one that was reached before is waited for.
        """
        failed: JournalError | _Lost
        try:
            connection = connect(self.address, deadline)
            self._prepare(connection, deadline)
            self._given_up = False
            return connection
        except (self._driver.Error, OSError, UnicodeError) as error:
            waits = self.reached or is_unreachable(error) or may_pass(error)
            failed = self._lost(error) if waits else self.failure(error_text(error))
        except NotPrimary as error:  # a failover is under way
            failed = _Lost(READ_ONLY) if self.reached else error
        raise failed

    def _lost(self, error: BaseException) -> _Lost:
        return _Lost(self.address.redacted(error_text(error)), is_unreachable(error))

    def _prepare(self, connection: Any, deadline: float) -> None:
        """Check the session, and create the tables with the first connection."""

        def run(*statements: Statement) -> list[StatementResult]:
            return self._transaction(connection, statements, deadline)

        try:
            check_session(run, self.address.shown)
            if self.reached:
                check_version(run, self.address.shown)
            else:
                migrate(run, self.address.shown)
                self.reached = True
        except BaseException:
            connection.close()
            raise


class _Lost(Exception):
    """The connection broke, or there is none. Whether a transaction was committed is unknown."""

    def __init__(self, reason: object, unreachable: bool = False) -> None:
        super().__init__(reason)
        self.unreachable = unreachable


def _results(cursor: Any) -> Iterator[StatementResult]:
    while True:
        rows: list[Any] = cursor.fetchall() if cursor.description else []
        yield StatementResult(rows, cursor.rowcount)
        if not cursor.nextset():
            return


def _roll_back(connection: Any) -> None:
    """End a transaction that failed; a connection that cannot do it is closed."""
    with suppress(Exception):
        connection.rollback()
        return
    connection.close()


def _close_all(connections: Sequence[Any]) -> None:
    for connection in connections:
        with suppress(Exception):
            connection.close()
