"""The inputs of a batch that many processes share: those that this process has claimed.

Every process is given the same inputs. It registers them in the journal a few at a time, and
claims as many as it has room for. So inputs may be a generator, and memory is bounded by the
claims of all processes.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from .errors import (
    InputRejected,
    JobFailed,
    JournalError,
    SubmitOutcomeUnknown,
)
from .journal import Claims, Closing, JournalEntry, SharedJournal
from .observer import logger
from .retry_and_timeouts import SHARED_BATCH_PAUSE, SHARED_BATCH_SAME_PAUSE
from .submission import PreparedSubmission

_CHUNK = 128
"""Inputs that are registered at a time."""
_MOST_LOOKED_AT = 512
"""Items of other processes that are looked at together."""


class PositionedInput(NamedTuple):
    """An input, its index, and why it was rejected if it was."""

    position: int
    prepared: PreparedSubmission
    rejected: InputRejected | None = None

    @property
    def reference(self) -> str:
        """Its key in the journal."""
        return self.prepared.submission.reference


class ClaimedInput(NamedTuple):
    """An input of this process, and what the journal knows about its job."""

    given: PositionedInput
    entry: JournalEntry | None = None


class ClaimedInputs:
    """Takes inputs one after the other and yields those that this process has claimed."""

    def __init__(
        self, inputs: Iterator[PositionedInput], claims: Claims, base_url: str
    ) -> None:
        self._inputs: Iterator[PositionedInput] | None = inputs
        self._claims = claims
        self._base_url = base_url
        self._ready: deque[ClaimedInput] = deque()
        self._free: dict[str, PositionedInput] = {}
        """Registered, and not claimed yet: there was no room, or a limit of the batch."""
        self._held: dict[str, PositionedInput] = {}
        """Claimed by other processes when they were last looked at."""
        self._undecided = False
        """Whether one of those may become free, because its process may be dead."""
        self._look_at = 0.0
        self._limited_until = 0.0
        self._ended = False
        self._lock = threading.Lock()
        """A task that is cancelled leaves its thread at work, and then the batch ends."""

    @property
    def exhausted(self) -> bool:
        """Whether nothing is left to claim, or soon may be."""
        if self._ready or self._free or self._inputs is not None:
            return False
        return not self._held or not self._undecided

    def take(self) -> ClaimedInput | None:
        """The next input that was claimed, or None for now."""
        return self._ready.popleft() if self._ready else None

    def claim(self, room: int) -> None:
        """Claim inputs for this much room, and a few more to have them at hand. It may block."""
        wanted = room + room // 2
        with self._lock:
            while room > len(self._ready) and not (self._ended or self.exhausted):
                requested = self._read(wanted)
                if not (requested or self._free_now() or self._held_now()):
                    return
                before = len(self._ready)
                self._ask(requested, wanted - before)
                if self._free and len(self._ready) == before:
                    self._limited_until = time.monotonic() + SHARED_BATCH_PAUSE
                    return

    def _read(self, wanted: int) -> list[PositionedInput]:
        """New inputs, if those that are registered do not suffice."""
        if self._inputs is None or len(self._free) >= wanted:
            return []
        chunk = list(islice(self._inputs, _CHUNK))
        if len(chunk) < _CHUNK:
            self._inputs = None
        self._ready += [ClaimedInput(item) for item in chunk if item.rejected]
        valid = [item for item in chunk if item.rejected is None]
        for item in valid:
            self._claims.begin(item.prepared.submission.model_id, self._base_url)
        return valid

    def _free_now(self) -> bool:
        """Whether there are free items, and all processes together may have more."""
        return bool(self._free) and time.monotonic() >= self._limited_until

    def _held_now(self) -> list[str]:
        """The items of other processes, if it is time to look at them again."""
        if not self._held or time.monotonic() < self._look_at:
            return []
        return list(islice(self._held, _MOST_LOOKED_AT))

    def _ask(self, fresh: list[PositionedInput], room: int) -> None:
        held = self._held_now()
        if held or not self._held:
            self._look_at = time.monotonic() + SHARED_BATCH_PAUSE
        free = list(islice(self._free, 2 * room))
        requested = {reference: self._free.pop(reference) for reference in free}
        requested |= {item.reference: item for item in fresh}
        requested |= {reference: self._held.pop(reference) for reference in held}
        registered = [(item.reference, item.position) for item in fresh]
        waiting = [*free, *held]
        answer = self._claims.claim(registered, waiting, max(room, 1))
        for reference, entry in answer.claimed.items():
            self._ready.append(ClaimedInput(requested.pop(reference), entry))
        for reference in answer.done:
            requested.pop(reference, None)
        again = {reference: requested.pop(reference) for reference in answer.free}
        self._free = again | self._free
        self._held.update(requested)
        self._undecided = answer.undecided

    def close(self, reference: str, outcome: object) -> None:
        """The outcome of an item was returned to the caller, who came back for the next."""
        self._claims.close(reference, closing_of(outcome))

    def end(self, timeout: float) -> None:
        """Give back what was not returned, and leave the batch. It may block."""
        if self._ended:
            return
        self._ended = True
        with self._lock:
            unknown = self._claims.end(timeout)
        if unknown:
            logger().warning(
                "it is unknown whether %d of this batch's inputs were submitted: they may be "
                "running and billed, and are not sent again. List them with "
                "client.journal.unknown() or `runcomfy-codegen jobs --batch`, and settle them",
                unknown,
            )

    def abandon(self) -> None:
        """Leave the batch without I/O: the claims end with their lease."""
        if not self._ended:
            self._ended = True
            self._claims.abandon()


def warn_kept_claims(failure: JournalError) -> None:
    """Say that what this process had claimed could not be given back."""
    logger().warning("the claims of a batch end with their lease: %s", failure)


class SharedPause:
    """The pauses after HTTP 429 that other processes of a batch report, each of them once.

    Once, because the caller has a clock of its own.
    """

    def __init__(self, journal: SharedJournal, batch: str) -> None:
        self._journal = journal
        self._batch = batch
        self._seen = 0.0

    def __call__(self) -> float:
        """Seconds of a pause that was not reported yet; 0 without such a pause."""
        until = self._journal.paused_until(self._batch)
        if until < self._seen + SHARED_BATCH_SAME_PAUSE:
            return 0.0
        self._seen = until
        return until - time.monotonic()


def closing_of(outcome: object) -> Closing:
    """What an outcome means for other processes.

    A result or a failure of the job is final. What is unknown waits for a person. Anything
    else, a cancelled job too, is tried again by a later run, and not by those that run now.
    """
    if not isinstance(outcome, Exception) or isinstance(outcome, JobFailed):
        return "handed"
    return "unknown" if isinstance(outcome, SubmitOutcomeUnknown) else "retry"
