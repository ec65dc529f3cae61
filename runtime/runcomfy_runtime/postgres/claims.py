"""One process among those that work on a batch: it claims items and gives them back."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from ..errors import BadSetting
from ..escaping import quoted
from ..journal import ClaimAnswer, Closing, JournalEntry
from ..lease import this_place
from ..retry_and_timeouts import JOURNAL_TIMEOUT, LEASE
from . import statements as sql
from .connection import PostgresPool, Statement, StatementResult

_LOOK_FOR_DEAD = 1.0
"""Seconds between two looks for processes of this machine that have ended."""


class _Journal(Protocol):
    """What claims need of their journal."""

    owner: str
    database: PostgresPool

    def hold_runner(self, name: str) -> None: ...

    def drop_runner(self, name: str) -> None: ...

    def bury(self) -> None: ...

    def note_pause(self, batch: str, result: StatementResult) -> None: ...

    def write_late(self, timeout: float) -> None: ...


class BatchClaims:
    """A process that works on a batch: a runner. Every method raises ``JournalError``."""

    def __init__(self, journal: _Journal, batch: str, most: int | None) -> None:
        self._journal = journal
        self._batch = batch
        self._most = most
        self._name = f"{journal.owner}/{os.urandom(4).hex()}"
        self._scope: tuple[str, str] | None = None
        self._closing: dict[str, Closing] = {}
        self._first_seen: dict[str, float] = {}
        """The lease of every other runner when it was first seen."""
        self._look_for_dead = 0.0

    def begin(self, model_id: str, base_url: str) -> None:
        """Join the batch, or create it. Raises ``BadSetting`` for another model or server."""
        if self._scope is None:
            values = (self._batch, model_id, base_url)
            runner = (self._name, self._batch, self._journal.owner, this_place(), LEASE)
            _, batch_scope, _ = self._journal.database.run(
                [
                    Statement(sql.BEGIN_BATCH, values),
                    Statement(sql.READ_BATCH, (self._batch,)),
                    Statement(sql.BEGIN_RUNNER, runner),
                ]
            )
            ((known_model, known_url),) = batch_scope.rows
            self._scope = known_model, known_url
            self._journal.hold_runner(self._name)
        given_scope = ("model", model_id), ("server", base_url)
        for (what, given), known in zip(given_scope, self._scope, strict=True):
            if known != given:
                raise BadSetting(
                    f"map: the batch {quoted(self._batch)} in this journal is for the {what} "
                    f"{quoted(known)}, and this input is for {quoted(given)}: give it another "
                    "name"
                )

    def claim(
        self, fresh: Sequence[tuple[str, int]], waiting: Iterable[str], room: int
    ) -> ClaimAnswer:
        """Claim at most ``room`` items, of new ones and of those that were not free before."""
        references = [*(reference for reference, _ in fresh), *waiting]
        self._bury_sometimes()
        self._journal.write_late(
            JOURNAL_TIMEOUT
        )  # before it is written that a result was handed out
        closings = self._closings()
        statements = [
            *closings,
            *self._registered(fresh),
            *self._claiming(references, room),
            Statement(sql.OTHERS, (self._name, references)),
            Statement(sql.CLAIMED_JOBS, (references, self._name)),
            Statement(sql.READ_PAUSE, (self._batch,)),
        ]
        *_, claimed, others, jobs, pause = self._journal.database.run(statements)
        self._closing = {}
        self._journal.note_pause(self._batch, pause)
        mine = [reference for (reference,) in claimed.rows]
        known: dict[str, JournalEntry] = {
            row[0]: JournalEntry._make(row[:-1]) for row in jobs.rows
        }
        entries = {reference: known.get(reference) for reference in mine}
        return self._answer(entries, others.rows)

    def _registered(self, fresh: Sequence[tuple[str, int]]) -> list[Statement]:
        if not fresh:
            return []
        references, positions = zip(*fresh, strict=True)
        values = (self._batch, list(references), list(positions))
        return [Statement(sql.REGISTER, values)]

    def _claiming(self, references: list[str], room: int) -> list[Statement]:
        before = (references, self._name, self._name)
        if self._most is None:
            return [Statement(sql.CLAIM, (*before, room, self._name))]
        values = (*before, room, self._most, self._batch, self._name)
        lock = Statement(sql.LOCK_BATCH, (self._batch,))
        return [lock, Statement(sql.CLAIM_WITHIN, values)]

    def _answer(
        self,
        claimed: Mapping[str, JournalEntry | None],
        others: list[tuple[Any, ...]],
    ) -> ClaimAnswer:
        """What is done, and whether some of the rest may still become free."""
        done: list[str] = []
        free: list[str] = []
        undecided = False
        for reference, closed, runner, lease_until, submit_until, now in others:
            if reference in claimed:
                continue
            if closed:
                done.append(reference)
            elif runner in ("", self._name) and submit_until < now:
                free.append(reference)
            elif runner in ("", self._name) or not lease_until:
                undecided = True
            else:  # a lease that was renewed proves that the runner lives
                first = self._first_seen.setdefault(runner, lease_until)
                undecided = undecided or lease_until == first
        return ClaimAnswer(claimed, tuple(done), tuple(free), undecided)

    def _bury_sometimes(self) -> None:
        now = time.monotonic()
        if now >= self._look_for_dead:
            self._look_for_dead = now + _LOOK_FOR_DEAD
            self._journal.bury()

    def close(self, reference: str, closing: Closing) -> None:
        """Record the outcome of a claimed item. It is written with the next claim."""
        self._closing[reference] = closing

    def _closings(self) -> list[Statement]:
        groups: dict[Closing, list[str]] = {}
        for reference, closing in self._closing.items():
            groups.setdefault(closing, []).append(reference)
        return [
            Statement(sql.CLOSE, (closing, references, self._name))
            for closing, references in groups.items()
        ]

    def end(self, timeout: float) -> int:
        """Give back what was not closed, and leave. Returns how many items are unknown."""
        if self._scope is None:
            return 0
        self._journal.drop_runner(self._name)
        self._journal.write_late(timeout)
        *_, unknown = self._journal.database.run(
            [
                *self._closings(),
                Statement(sql.RELEASE, (self._batch, self._name)),
                Statement(sql.END_RUNNER, (self._name,)),
                Statement(sql.FORGET_RUNNERS),
                Statement(sql.UNKNOWN_COUNT, (self._batch,)),
            ],
            timeout,
        )
        self._closing = {}
        return int(unknown.rows[0][0])

    def abandon(self) -> None:
        """Renew the claims no more, without I/O. Other processes take them over."""
        self._journal.drop_runner(self._name)
