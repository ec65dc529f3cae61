"""The state of a batch: which items are open, and the outcomes that are not yet returned."""

from __future__ import annotations

import heapq
from contextlib import suppress
from typing import Any, Generic, NamedTuple, TypeVar

from . import responses
from .errors import RunComfyError
from .lifecycle.run import JobProgress
from .lifecycle.steps import Flow, resume_hint
from .observer import call_safely, logger
from .progress import Bar
from .submission import PreparedSubmission

T = TypeVar("T")


class BatchItem(NamedTuple):
    """One job of a batch."""

    position: int
    """Its index in the inputs."""
    prepared: PreparedSubmission
    progress: JobProgress
    flow: Flow[responses.JsonObject]


class BatchView:
    """What a batch shows of itself."""

    _state: BatchState[Any]
    _total: int | None

    def __len__(self) -> int:
        """The number of inputs. Raises ``TypeError`` if ``map`` was given an iterator."""
        if self._total is None:
            raise TypeError(
                "the number of inputs is not known: map was given an iterator, not a list"
            )
        return self._total

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._shown()}>"

    def _repr_html_(self) -> str:
        from .notebook import facts_html

        return facts_html({"batch": self._shown()})

    def _shown(self) -> str:
        state = self._state
        total = "" if self._total is None else f" of {self._total}"
        failed = f", {state.failed} failed" if state.failed else ""
        return f"{state.done}{total} done{failed}, {state.running} running"


class BatchState(Generic[T]):
    """Which items of a batch are open, and the outcomes that are not yet returned.

    It returns outcomes in the order of the items, or as they come. An item is open until its
    outcome is returned, and longer if its job continues after that.
    """

    def __init__(self, ordered: bool, bar: Bar | None = None) -> None:
        self._bar = bar
        self.failed = 0
        """How many inputs ended in an error."""
        self._ordered = ordered
        self._heap: list[tuple[int, int, BatchItem, T | Exception]] = []
        self._next = 0
        self._begun = 0
        self._count = 0
        self._order: dict[int, int] = {}
        """When each open item began: a shared batch does not begin all of its inputs."""
        self._open: dict[int, BatchItem] = {}
        self._returned: dict[int, BatchItem] = {}
        """Items whose outcome was returned and whose job continues."""
        self._notes: list[str] = []
        self._positions_with_notes: set[int] = set()

    def begin(self, item: BatchItem) -> None:
        """Open an item."""
        self._open[item.position] = item
        self._order[item.position] = self._begun
        self._begun += 1

    def put(self, item: BatchItem, outcome: T | Exception) -> None:
        """Store the outcome of an item, which names its input from now on."""
        named: Any = outcome
        with suppress(Exception):  # an error of the caller's may have no room for it
            named.index, named.input = item.position, item.prepared.given
        if isinstance(outcome, Exception):
            self.failed += 1
        self._count += 1
        begun = self._order.pop(item.position)
        key = begun if self._ordered else self._count
        heapq.heappush(self._heap, (key, self._count, item, outcome))
        if self._bar is not None:
            call_safely(self._bar.show, self._count, self.failed)

    @property
    def done(self) -> int:
        """How many inputs have an outcome."""
        return self._count

    @property
    def running(self) -> int:
        """How many inputs have begun and have no outcome yet."""
        return self._begun - self._count

    def end(self) -> None:
        """Show no more progress."""
        if self._bar is not None:
            call_safely(self._bar.close)
            self._bar = None

    def lacks(self, item: BatchItem) -> bool:
        """Whether an open item has no outcome yet."""
        known = (other.position for _, _, other, _ in self._heap)
        return item.position in self._open and item.position not in known

    def take(self) -> tuple[BatchItem, T | Exception] | None:
        """Remove and return the next item and its outcome; None if it is not there yet."""
        if not self._heap or (self._ordered and self._heap[0][0] != self._next):
            return None
        self._next += 1
        _, _, item, outcome = heapq.heappop(self._heap)
        self._open.pop(item.position, None)
        if item.progress.handle is not None and not item.progress.ended:
            self._returned[item.position] = item
        return item, outcome

    def unfinished(self) -> list[BatchItem]:
        """The items whose jobs were accepted, and have not both ended and been returned.

        A job that was cancelled is left out: it has no result.
        """
        items = sorted((self._open | self._returned).items())
        return [item for _, item in items if _has_open_job(item)]

    def keep_notes(self, item: BatchItem, error: BaseException) -> None:
        """Keep the notes about a job that its flow added to the exception that stopped it."""
        notes = getattr(error, "__notes__", ())
        if notes:
            self._notes.extend(notes)
            self._positions_with_notes.add(item.position)

    def add_notes(self, error: BaseException) -> None:
        """Add a note to an error for each job whose result was not returned."""
        for note in [*self._notes, *self._unreturned_notes()]:
            error.add_note(note)
        self._notes = []
        self._positions_with_notes |= self._open.keys()

    def _unreturned_notes(self) -> list[str]:
        outcomes = {item.position: outcome for _, _, item, outcome in self._heap}
        return [
            note
            for position, item in sorted(self._open.items())
            if position not in self._positions_with_notes
            and (note := _unreturned_note(item, outcomes.get(position)))
        ]

    def log_lost(self) -> None:
        """Log the jobs of a batch that was dropped: there is no error to add notes to."""
        with suppress(Exception):  # for example at the end of the process
            for note in self._unreturned_notes():
                logger().warning(
                    "A batch was dropped before its end; leave it through `with`. %s",
                    note,
                )


def _has_open_job(item: BatchItem) -> bool:
    return item.progress.handle is not None and not item.progress.cancelled


def _unreturned_note(item: BatchItem, outcome: object) -> str:
    """The note about an item whose outcome was not returned. The token, if any, comes last."""
    handle, where = item.progress.handle, f"input {item.position} of the batch"
    if item.progress.cancelled:
        return ""
    if handle is None:
        lost = isinstance(outcome, RunComfyError) and outcome.may_be_billed
        return f"Not returned ({where}): {outcome}" if lost else ""
    job = f"The RunComfy job {handle.request_id} ({where})"
    if isinstance(outcome, Exception):
        state = f"ended in an error that was not returned: {outcome}."
    elif item.progress.outcome_read:
        state = "has ended, and its result was not returned."
    else:
        state = "was accepted and continues."
    return f"{job} {state} {resume_hint(handle)}"
