"""The journal in a PostgreSQL database: the same promises as in a file, for many machines.

An intent is committed before its request is sent, and the id as soon as it is known. No
transaction is open during a request. If the connection breaks at a commit, the row is read
again before anything is sent. Leases are by the clock of the database; whether enough of one
is left for a request is decided by the monotonic clock of its owner.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import Any, Self

from ..errors import JournalError
from ..fork import renew_after_fork
from ..job_handle import JobHandle
from ..journal import Entry, IntentExists, JournalEntry, LateEntries, not_settled
from ..journal_address import DatabaseAddress
from ..lease import LeaseKeeper, has_ended, lease_clock, new_owner, this_place
from ..lifecycle.steps import Accepted, Ended, Intent, OutcomeUnknown, Paused, Sending
from ..lifecycle.submit import NOT_ACCEPTED
from ..retry_and_timeouts import CLEANUP_TIMEOUT, JOURNAL_TIMEOUT, LEASE
from . import schema
from . import statements as sql
from .claims import BatchClaims
from .connection import PostgresPool, Statement, StatementResult
from .entries import entry_of, not_accepted, statement_of


class PostgresJournal:
    """A journal in one database. Every method raises ``JournalError`` if it cannot be used.

    Creating one opens no connection. It can be shared by threads.
    """

    def __init__(self, address: DatabaseAddress) -> None:
        self.address = address
        self.database = PostgresPool(address)
        self._begin()
        renew_after_fork(self)

    def _begin(self) -> None:
        """Begin in this process, as an owner of its own."""
        self.owner = new_owner()
        self._leases = LeaseKeeper(self._renew)
        self._lease_ends: dict[str, float] = {}
        self._attempts: dict[str, str] = {}
        self._runners: set[str] = set()
        self._abandoned: list[tuple[str, str]] = []
        self._late = LateEntries()
        self._pauses: dict[str, float] = {}

    def after_fork(self) -> None:
        """Leave the parent's connections and leases to it."""
        self.database.after_fork()
        self._begin()

    # Writing.

    def note(self, entry: Entry) -> None:
        """Commit an entry."""
        (failure,) = self.note_many([entry])
        if failure is not None:
            raise failure

    def note_many(self, entries: Sequence[Entry]) -> list[JournalError | None]:
        """Commit entries together. Returns for each why it was not written; None if it was."""
        limits = (e.timeout for e in entries if isinstance(e, (Intent, Ended)))
        timeout = min(limits, default=JOURNAL_TIMEOUT)
        return self._note_with_late(entries, timeout)

    def write_late(self, timeout: float) -> None:
        """Commit what could not be committed when it happened. Raises nothing if it fails again."""
        if self._late or self._abandoned:
            self._note_with_late([], timeout)

    def _note_with_late(
        self, entries: Sequence[Entry], timeout: float
    ) -> list[JournalError | None]:
        late = self._late.take()
        every = [*late, *entries]
        failures = self._note_all(every, timeout)
        self._late.keep(every, failures)
        return failures[len(late) :]

    def _note_all(
        self, entries: Sequence[Entry], timeout: float
    ) -> list[JournalError | None]:
        attempts = [self._attempt(entry) for entry in entries]
        began = lease_clock()
        statements = [
            statement_of(entry, attempt, self.owner)
            for entry, attempt in zip(entries, attempts, strict=True)
        ]
        abandoned, self._abandoned = self._abandoned, []
        before = [not_accepted(abandoned)] if abandoned else []
        try:
            results = self.database.run([*before, *statements], timeout)
        except JournalError as failure:
            self._abandoned += abandoned
            if self.database.reached:
                self._abandon(entries, attempts)
            return [failure] * len(entries)
        judged = zip(entries, attempts, results[len(before) :], strict=True)
        return [self._judged(*each, began) for each in judged]

    def _attempt(self, entry: Entry) -> str:
        """The name of this attempt to submit: new for an intent, and that of its intent after."""
        if isinstance(entry, Intent):
            return os.urandom(8).hex()
        reference = "" if isinstance(entry, Paused) else entry.reference
        return self._attempts.get(reference, "")

    def _judged(
        self, entry: Entry, attempt: str, written: StatementResult, began: float
    ) -> JournalError | None:
        """Why an entry was not written, although its transaction was committed."""
        changed = written.changed > 0
        if isinstance(entry, Intent):
            if not changed:
                return self._not_written(entry.reference)
            self._note_pause(entry.batch, written.rows)
            ends = began + LEASE + entry.submit_timeout
            self._lease_ends[entry.reference] = ends
            self._attempts[entry.reference] = attempt
            self._leases.hold(entry.reference)
        elif isinstance(entry, Sending):
            if not changed:
                return IntentExists.in_journal(entry.reference, self.address.shown)
        elif not isinstance(entry, Paused):
            self._drop_lease(entry.reference)
            if isinstance(entry, Accepted) and not changed:
                return self._note_second_job(entry)
        return None

    def _abandon(self, entries: Sequence[Entry], attempts: Sequence[str]) -> None:
        """Remember which intents are not sent, although they were or may have been committed."""
        for entry, attempt in zip(entries, attempts, strict=True):
            match entry:
                case Intent(reference):
                    self._abandoned.append((reference, attempt))
                case Ended(reference, _, state) if state == NOT_ACCEPTED:
                    self._abandoned.append((reference, attempt))
                    self._drop_lease(reference)
                case OutcomeUnknown(reference):
                    self._drop_lease(reference)
                case _:
                    pass

    def _not_written(self, reference: str) -> JournalError:
        """Why an intent changed no row: the database is not fit any more, or has it already."""

        def run(*statements: Statement) -> list[StatementResult]:
            return self.database.run(statements)

        try:
            schema.check_session(run, self.address.shown)
            schema.check_version(run, self.address.shown)
        except JournalError as reason:
            return reason
        return IntentExists.in_journal(reference, self.address.shown)

    def _note_second_job(self, accepted: Accepted) -> JournalError | None:
        """An id that comes after its intent was settled, and submitted again, is its own job."""
        handle = accepted.handle
        try:
            own = f"{accepted.reference}/{handle.request_id}"
            self._run(*statement_of(Accepted(own, handle), "", self.owner))
        except JournalError as failure:
            return failure
        return None

    # Leases.

    def lease_left(self, reference: str) -> float:
        """Seconds for which this process certainly owns an intent, by its monotonic clock."""
        return self._lease_ends.get(reference, 0.0) - lease_clock()

    def owns(self, reference: str, seconds: float) -> bool:
        """Whether more of an intent's lease is left than its request may take."""
        return self.lease_left(reference) > seconds

    def _drop_lease(self, reference: str) -> None:
        self._leases.drop(reference)
        self._lease_ends.pop(reference, None)
        self._attempts.pop(reference, None)

    def _renew(self, names: Sequence[str]) -> None:
        """Renew the leases of open intents and of runners. An intent's that ran out stays so."""
        self.write_late(LEASE / 4)
        began = lease_clock()
        runners = [name for name in names if name in self._runners]
        intents = [name for name in names if name not in self._runners]
        values = (LEASE, intents, self.owner)
        renewed, _ = self.database.run(
            [
                Statement(sql.RENEW_INTENTS, values),
                Statement(sql.RENEW_RUNNERS, (LEASE, runners)),
            ],
            LEASE / 4,
        )
        for reference, timeout in renewed.rows:
            if reference in self._lease_ends:
                self._lease_ends[reference] = began + timeout + LEASE

    def hold_runner(self, name: str) -> None:
        """Keep the claims of a runner until ``drop_runner``."""
        self._runners.add(name)
        self._leases.hold(name)

    def drop_runner(self, name: str) -> None:
        """Let the lease of a runner end."""
        self._leases.drop(name)
        self._runners.discard(name)

    def bury(self) -> None:
        """End the leases of processes that ran on this machine and have ended.

        So no process waits for their leases, which is right only because it is certain.
        """
        place = this_place()
        rows = self._run(sql.OPEN_OWNERS_HERE, (place, place)).rows if place else []
        ended = [owner for (owner,) in rows if has_ended(owner, place)]
        if ended:
            values = (place, ended)
            self.database.run(
                [
                    Statement(sql.BURY_INTENTS, values),
                    Statement(sql.BURY_RUNNERS, values),
                ]
            )

    # Batches that many processes share.

    def claims(self, batch: str, most: int | None = None) -> BatchClaims:
        """This process as one of those that work on a batch."""
        return BatchClaims(self, batch, most)

    def paused_until(self, batch: str) -> float:
        """The moment before which nothing of a batch may be submitted, because of HTTP 429."""
        return self._pauses.get(batch, 0.0)

    def _note_pause(self, batch: str, rows: list[tuple[Any, ...]]) -> None:
        for (left,) in rows:
            if left is not None and left > 0:
                self._pauses[batch] = time.monotonic() + left

    def note_pause(self, batch: str, result: StatementResult) -> None:
        """Keep the pause of a batch that a statement has read."""
        self._note_pause(batch, result.rows)

    def batch_counts(self, batch: str) -> dict[str, int]:
        """How many items of a batch are in each state."""
        self.bury()
        rows = self._run(sql.COUNTS, (batch, batch)).rows
        return dict(sorted(rows))

    def batch_page(self, batch: str, after: str, limit: int) -> list[JournalEntry]:
        """Entries of a batch, in the order of their references, from the one after ``after``."""
        where = "WHERE batch = %s AND reference > %s ORDER BY reference LIMIT %s"
        return self._read(where, (batch, after, limit))

    def of_batch(self, name: str) -> list[JournalEntry]:
        """The entries of a named batch, in the order of their references."""
        return self._read("WHERE batch = %s ORDER BY reference", (name,))

    # Reading and deciding.

    def settle(self, reference: str, handle: JobHandle | None) -> None:
        """Decide an unknown intent: it became this job, or with None it was not accepted.

        Raises ``JournalError`` if its outcome is known, or its owner may be alive.
        """
        self.bury()
        request_id, token, state = (
            ("", "", NOT_ACCEPTED)
            if handle is None
            else (handle.request_id, handle.token(), "")
        )
        attempt = os.urandom(8).hex()
        values = (request_id, token, state, attempt, state, reference, attempt)
        if not self._run(sql.SETTLE, values).changed:
            when = (
                "is alive, or was a moment ago. Wait until it ends. If its machine was lost, wait "
                "until its lease ends, and after that as long again as its request might take; "
                "settle then"
            )
            shown = self.address.shown
            raise not_settled(shown, reference, self.find(reference), when)

    def find(self, reference: str) -> JournalEntry | None:
        """The entry under a reference, if there is one."""
        return self.find_within(reference, JOURNAL_TIMEOUT)

    def find_within(self, reference: str, seconds: float) -> JournalEntry | None:
        """Do the same, and wait at most so long for the database."""
        entries = self._read("WHERE reference = %s", (reference,), seconds)
        return entries[0] if entries else None

    def pending(self) -> list[JournalEntry]:
        """Jobs that were accepted and have not ended, oldest first."""
        return self._read(
            "WHERE request_id <> '' AND state = '' ORDER BY meant_at, number"
        )

    def unknown(self) -> list[JournalEntry]:
        """Intents whose outcome is unknown. They are never sent again automatically."""
        where = f"WHERE {sql.OPEN} ORDER BY meant_at, number"
        return [entry for entry in self._read(where) if entry.unknown]

    def entries(self, limit: int = 100) -> list[JournalEntry]:
        """The latest entries, newest first."""
        return self._read("ORDER BY meant_at DESC, number DESC LIMIT %s", (limit,))

    def close(self) -> None:
        """Close the connections. The next call opens new ones."""
        self.write_late(CLEANUP_TIMEOUT)
        self._leases.close()
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.address.shown!r})"

    def _run(
        self,
        text: str,
        values: tuple[Any, ...] = (),
        seconds: float = JOURNAL_TIMEOUT,
    ) -> StatementResult:
        return self.database.run([Statement(text, values)], seconds)[0]

    def _read(
        self,
        where: str,
        values: tuple[Any, ...] = (),
        seconds: float = JOURNAL_TIMEOUT,
    ) -> list[JournalEntry]:
        """Entries as they are, after what dead processes did not send is recorded as such."""
        query = f"SELECT {sql.COLUMNS} FROM runcomfy_job AS job {where}"  # noqa: S608 - our own words
        rows = self._run(query, values, seconds).rows
        if any(_open(row) for row in rows):
            self.bury()
            rows = self._run(query, values).rows
        unsent = [row[0] for row in rows if _open(row) and row[-1] and not row[-2]]
        if unsent:
            self._run(sql.UNSENT, (NOT_ACCEPTED, unsent))
            rows = self._run(query, values).rows
        return [entry_of(row) for row in rows]


def _open(row: tuple[Any, ...]) -> bool:
    return not row[4] and not row[6]
