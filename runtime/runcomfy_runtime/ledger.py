"""The books of a batch: what came of each item, and which jobs are still to be looked after."""

from __future__ import annotations

import heapq
from contextlib import suppress
from typing import Generic, TypeVar

from .batch import Item
from .errors import RunComfyError
from .flow.note import resumption
from .observer import logger

T = TypeVar("T")


class Ledger(Generic[T]):
    """Gives out what came of the items, in their order or as it comes.

    An item is on its books from its beginning until its outcome is given out, and longer if
    its job goes on after that.
    """

    def __init__(self, ordered: bool) -> None:
        self._ordered = ordered
        self._heap: list[tuple[int, int, Item, T | Exception]] = []
        self._next = 0
        self._count = 0
        self._open: dict[int, Item] = {}
        self._given: dict[int, Item] = {}
        self._notes: list[str] = []
        self._noted: set[int] = set()

    def begin(self, item: Item) -> None:
        """An item is under way."""
        self._open[item.place] = item

    def put(self, item: Item, outcome: T | Exception) -> None:
        """Take in what came of an item."""
        self._count += 1
        key = item.place if self._ordered else self._count
        heapq.heappush(self._heap, (key, self._count, item, outcome))

    def lacks(self, item: Item) -> bool:
        """Whether nothing has come of an item yet."""
        settled = (other.place for _, _, other, _ in self._heap)
        return item.place in self._open and item.place not in settled

    def take(self) -> T | Exception | None:
        """The next outcome to give out, if it is there."""
        if not self._heap or (self._ordered and self._heap[0][0] != self._next):
            return None
        self._next += 1
        _, _, item, outcome = heapq.heappop(self._heap)
        self._open.pop(item.place, None)
        if item.course.ticket is not None and not item.course.ended:
            self._given[item.place] = item
        return outcome

    def unfinished(self) -> list[Item]:
        """The items whose jobs were accepted, and are not both ended and given out.

        One that was cancelled is not among them: nothing is to be had of it.
        """
        items = sorted((self._open | self._given).items())
        return [item for _, item in items if _concerns(item)]

    def note(self, item: Item, error: BaseException) -> None:
        """Keep what the flow of an item has told of its job on being stopped."""
        told = getattr(error, "__notes__", ())
        if told:
            self._notes.extend(told)
            self._noted.add(item.place)

    def tell(self, error: BaseException) -> None:
        """Add to an error what there is to know of each job whose result was not given out."""
        for note in [*self._notes, *self._unread()]:
            error.add_note(note)
        self._notes = []
        self._noted |= self._open.keys()

    def _unread(self) -> list[str]:
        came = {item.place: outcome for _, _, item, outcome in self._heap}
        items = sorted(self._open.items())
        return [
            text
            for place, item in items
            if place not in self._noted and (text := _unread(item, came.get(place)))
        ]

    def drop(self) -> None:
        """Log the jobs that nobody can be told of any more."""
        with suppress(Exception):  # as at the end of the process
            for text in self._unread():
                logger().warning(
                    "A batch was dropped before its end; leave it through `with`. %s",
                    text,
                )


def _concerns(item: Item) -> bool:
    return item.course.ticket is not None and not item.course.cancelled


def _unread(item: Item, outcome: object) -> str:
    """What to tell of an item whose outcome nobody was given. The token, if any, comes last."""
    ticket, where = item.course.ticket, f"input {item.place} of the batch"
    if item.course.cancelled:
        return ""
    if ticket is None:
        lost = isinstance(outcome, RunComfyError) and outcome.may_be_billed
        return f"Not given out ({where}): {outcome}" if lost else ""
    job = f"The RunComfy job {ticket.request_id} ({where})"
    if isinstance(outcome, Exception):
        state = f"came to an error that was not given out: {outcome}."
    elif item.course.settled:
        state = "has ended, and its result was not given out."
    else:
        state = "was accepted and goes on."
    return f"{job} {state} {resumption(ticket)}"
