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
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from .errors import JournalError
from .fork import renew_after_fork
from .job_handle import JobHandle
from .journal import Entry, IntentExists, JournalEntry, LateEntries, not_settled
from .lease import LeaseKeeper, alive, boot_id, lease_clock, new_owner
from .lifecycle.steps import (
    Accepted,
    Ended,
    Intent,
    OutcomeUnknown,
    Paused,
    Sending,
)
from .lifecycle.submit import NOT_ACCEPTED, RESUBMITTABLE_STATES
from .retry_and_timeouts import CLEANUP_TIMEOUT, JOURNAL_TIMEOUT, LEASE
from .sqlite_file import SqliteFile
from .sqlite_schema import (
    ACCEPTED,
    COLUMNS,
    ENDED,
    INTENT,
    OUTCOME_UNKNOWN,
    RENEW,
    SENDING,
    SETTLE,
    UNSENT,
    WRITE_NOT_ACCEPTED,
)


class _Queued:
    """An entry that waits to be written, and the outcome of writing it."""

    __slots__ = ("done", "entry", "failure")

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.done = False
        self.failure: JournalError | None = None


class SqliteJournal:
    """A journal in one file. Every method raises ``JournalError`` if the file cannot be used."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._file = SqliteFile(self.path)
        self._begin()
        renew_after_fork(self)

    def _begin(self) -> None:
        """Begin in this process, as an owner of its own."""
        self.owner = new_owner()
        self._queue: deque[_Queued] = deque()
        self._late = LateEntries()
        self._leases = LeaseKeeper(self._renew)
        self._lease_ends: dict[str, float] = {}

    @property
    def fork_lock(self) -> threading.RLock:
        """The lock that is held while the file is used."""
        return self._file.lock

    def after_fork(self) -> None:
        """Leave the parent's connection and leases to it."""
        self._file.after_fork()
        self._begin()

    def note(self, entry: Entry) -> None:
        """Write an entry. An intent is on disk when this returns.

        Ids and ends are with the operating system then: a killed process loses none. With the
        power, the latest may be lost, which leaves an unknown intent.
        """
        (failure,) = self.note_many([entry])
        if failure is not None:
            raise failure

    def note_many(self, entries: Sequence[Entry]) -> list[JournalError | None]:
        """Write entries together with those of other threads, and sync them to disk once.

        Returns for each why it was not written; None if it was.
        """
        limits = (e.timeout for e in entries if isinstance(e, (Intent, Ended)))
        return self._note_with_late(entries, min(limits, default=JOURNAL_TIMEOUT))

    def _note_with_late(
        self, entries: Sequence[Entry], timeout: float
    ) -> list[JournalError | None]:
        late = self._late.take()
        queued = [_Queued(entry) for entry in (*late, *entries)]
        self._queue.extend(queued)
        try:
            with self._file.connection(timeout) as connection:
                self._write_queue(connection)
        except JournalError as failure:
            for item in queued:
                if not item.done:
                    item.failure = failure
                    with suppress(ValueError):  # another thread is writing it
                        self._queue.remove(item)
        failures = [item.failure for item in queued]
        self._late.keep((item.entry for item in queued), failures)
        return failures[len(late) :]

    def _write_queue(self, connection: sqlite3.Connection) -> None:
        """Write all that waits, also for other threads, in one transaction."""
        group: list[_Queued] = []
        with suppress(IndexError):
            while True:
                group.append(self._queue.popleft())
        if not group:
            return
        began = lease_clock()
        try:
            # The sync of an intent covers all that came before it.
            intent = any(isinstance(item.entry, Intent) for item in group)
            self._file.sync_commits(connection, to_disk=intent)
            if len(group) > 1:
                connection.execute("BEGIN IMMEDIATE")
            for item in group:
                item.failure = self._write(connection, item.entry)
            if len(group) > 1:
                connection.execute("COMMIT")
        except sqlite3.Error as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            for item in group:
                item.failure = self._file.failure(error)
        for item in group:
            item.done = True
            if item.failure is None:
                self._hold_lease(item.entry, began)

    def _hold_lease(self, entry: Entry, began: float) -> None:
        if isinstance(entry, Paused):
            return
        if isinstance(entry, (Intent, Sending)):
            self._lease_ends[entry.reference] = began + LEASE
            self._leases.hold(entry.reference)
        else:
            self._leases.drop(entry.reference)
            self._lease_ends.pop(entry.reference, None)

    def _write(
        self, connection: sqlite3.Connection, entry: Entry
    ) -> JournalError | None:
        if isinstance(entry, Intent):
            return self._write_intent(connection, entry)
        if isinstance(entry, Sending):
            sent = connection.execute(SENDING, (entry.reference, self.owner))
            if not sent.rowcount:
                return IntentExists.in_journal(entry.reference, self.path)
        elif isinstance(entry, Accepted):
            self._write_accepted(connection, entry)
        elif isinstance(entry, Ended) and entry.state == NOT_ACCEPTED:
            mine = (entry.state, time.time(), entry.reference, self.owner)
            connection.execute(WRITE_NOT_ACCEPTED, mine)
        elif isinstance(entry, Ended):
            values = (entry.state, time.time(), entry.reference, entry.request_id)
            connection.execute(ENDED, values)
        elif isinstance(entry, OutcomeUnknown):
            connection.execute(OUTCOME_UNKNOWN, (entry.reference,))
        return None

    def _write_intent(
        self, connection: sqlite3.Connection, intent: Intent
    ) -> JournalError | None:
        """Write an intent: a new one, or one again that was not accepted or was cancelled."""
        values = (
            *(intent.reference, intent.model_id, intent.payload_sha256, intent.at),
            *(intent.batch, intent.base_url, self.owner, time.time() + LEASE),
            boot_id() if intent.ahead else "",
        )
        if connection.execute(INTENT, (*values, *RESUBMITTABLE_STATES)).rowcount:
            return None
        return IntentExists.in_journal(intent.reference, self.path)

    def _write_accepted(
        self, connection: sqlite3.Connection, accepted: Accepted
    ) -> None:
        """Add the id of a job to its intent, or write both if the intent is no longer there.

        An id that comes after its intent was settled, and submitted again, is a job of its own.
        """
        handle = accepted.handle
        names = (accepted.reference, f"{accepted.reference}/{handle.request_id}")
        for reference in names:
            values = (
                *(reference, handle.model_id, handle.submitted_at),
                *(handle.request_id, handle.token(), handle.base_url),
                *(NOT_ACCEPTED, NOT_ACCEPTED),
            )
            if connection.execute(ACCEPTED, values).rowcount:
                return

    def _renew(self, references: Sequence[str]) -> None:
        """Renew the leases of open intents, unless a person has settled them."""
        if self._late:
            self._note_with_late([], LEASE / 4)
        with self._file.connection(LEASE / 4) as connection:
            for reference in references:
                began, until = lease_clock(), time.time() + LEASE
                renewed = connection.execute(RENEW, (until, reference, self.owner))
                if renewed.rowcount and reference in self._lease_ends:
                    self._lease_ends[reference] = began + LEASE

    def owns(self, reference: str, seconds: float) -> bool:
        """Whether this process was not stopped for so long that others gave an intent up."""
        return lease_clock() < self._lease_ends.get(reference, 0.0)

    def settle(self, reference: str, handle: JobHandle | None) -> None:
        """Decide an unknown intent: it became this job, or with None it was not accepted.

        Raises ``JournalError`` if its outcome is known, or its owner is alive.
        """
        now = time.time()
        decided = (
            ("", "", NOT_ACCEPTED, now)
            if handle is None
            else (handle.request_id, handle.token(), "", None)
        )
        with self._file.connection() as connection:
            self._file.sync_commits(connection, to_disk=True)
            values = (*decided, now, reference, now, now + LEASE)
            changed = connection.execute(SETTLE, values).rowcount
        if not changed:
            when = (
                f"is alive. Wait until it ends, or at least {LEASE:.0f} s after it was killed, "
                "and settle then"
            )
            raise not_settled(self.path, reference, self.find(reference), when)

    def find(self, reference: str) -> JournalEntry | None:
        """The entry under a reference, if there is one."""
        return self.find_within(reference, JOURNAL_TIMEOUT)

    def find_within(self, reference: str, seconds: float) -> JournalEntry | None:
        """Do the same, and wait at most so long for others."""
        return next(
            iter(self._read("WHERE reference = ?", (reference,), seconds)), None
        )

    def pending(self) -> list[JournalEntry]:
        """Jobs that were accepted and have not ended, oldest first."""
        return self._read(
            "WHERE request_id <> '' AND state = '' ORDER BY meant_at, rowid"
        )

    def unknown(self) -> list[JournalEntry]:
        """Intents whose outcome is unknown. They are never sent again automatically."""
        where = "WHERE request_id = '' AND state = '' ORDER BY meant_at, rowid"
        return [entry for entry in self._read(where) if entry.unknown]

    def entries(self, limit: int = 100) -> list[JournalEntry]:
        """The latest entries, newest first."""
        return self._read("ORDER BY meant_at DESC, rowid DESC LIMIT ?", (limit,))

    def of_batch(self, name: str) -> list[JournalEntry]:
        """The entries of a named batch, oldest first."""
        # By the reference, which begins with the name: version 1 had no other column for it.
        first, after = f"{name}/", f"{name}0"  # 0 follows / in the order of characters
        where = "WHERE reference >= ? AND reference < ? ORDER BY meant_at, rowid"
        return self._read(where, (first, after))

    def close(self) -> None:
        """Close the file. The next call opens it again."""
        if self._late:
            self._note_with_late([], CLEANUP_TIMEOUT)
        self._file.close()
        self._leases.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.path)!r})"

    def _read(
        self,
        where: str,
        values: tuple[Any, ...] = (),
        seconds: float = JOURNAL_TIMEOUT,
    ) -> list[JournalEntry]:
        """Entries as they are, after what dead processes did not send is recorded as such."""
        statement = f"SELECT {COLUMNS} FROM job {where}"  # noqa: S608 - our own words
        with self._file.connection(seconds) as connection:
            entries = _entries(connection.execute(statement, values))
            if any(entry.unknown and not entry.owner_alive for entry in entries):
                now = time.time()
                mine = (NOT_ACCEPTED, now, boot_id(), now)
                if connection.execute(UNSENT, mine).rowcount:
                    entries = _entries(connection.execute(statement, values))
        return entries


def _entries(rows: Iterable[tuple[Any, ...]]) -> list[JournalEntry]:
    now = time.time()
    return [JournalEntry._make((*row[:-1], alive(row[-1], now))) for row in rows]
