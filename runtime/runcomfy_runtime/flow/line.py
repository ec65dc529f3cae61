"""The line in which the requests of a batch wait for a connection, and when it is closed."""

from __future__ import annotations

from types import GeneratorType
from typing import TypeVar

from ..exchange import Lost, Outcome, Reached, Request
from .pace import CLEANUP_BUDGET, FOREVER
from .step import Flow, Send, Take, Terms, Turns, sent

T = TypeVar("T")
_TOO_LATE = Lost(Reached.NOTHING_SENT, "no time was left to ask")


class Line:
    """Shared by the flows of one batch.

    A turn is taken before the gate is looked at and before an intent is noted, so that
    nothing is between the two and what they are about but the request itself.
    """

    __slots__ = ("closes_at", "turns")

    def __init__(self, turns: Turns | None = None) -> None:
        self.turns = turns
        """None for a driver that sends one request after the other anyway."""
        self.closes_at = FOREVER

    def close(self, now: float) -> None:
        """The batch is stopped: what is free is asked for a few seconds more, all in all."""
        self.closes_at = min(self.closes_at, now + CLEANUP_BUDGET)

    def close_at_once(self) -> None:
        """Ask nothing more."""
        self.closes_at = -FOREVER

    def taken(self) -> Flow[None]:
        """Wait for one's turn. It is to be given back by ``give``."""
        if self.turns is not None:
            yield Take(self.turns)

    def give(self) -> None:
        """Let the next one have its turn."""
        if self.turns is not None:
            self.turns.release()


def in_line(terms: Terms, flow: Flow[T], line: Line, until: float) -> Flow[T]:
    """The same flow, with its free requests sent in turn, and not long past its deadline.

    One that comes too late is not sent, and answered as lost: the flow then tells what it
    last saw of its job. A paid request passes: its flow took a turn before.
    """
    thrown: BaseException | None = None
    while True:
        try:
            return (yield from _relayed(terms, flow, line, until, thrown))
        except GeneratorExit:
            flow.close()
            raise
        except BaseException as stopped:
            if not isinstance(flow, GeneratorType) or flow.gi_frame is None:
                raise  # out of the flow itself
            thrown = (
                stopped  # Ctrl-C between two of its steps: it has a job to clean up
            )


def _relayed(
    terms: Terms, flow: Flow[T], line: Line, until: float, error: BaseException | None
) -> Flow[T]:
    answer: Outcome | None = None
    while True:
        try:
            step = flow.send(answer) if error is None else flow.throw(error)
        except StopIteration as ended:
            return ended.value  # type: ignore[no-any-return]
        answer, error = None, None
        try:
            if isinstance(step, Send) and not step.request.paid:
                answer = yield from _asked(terms, step.request, line, until)
            else:
                answer = yield step
        except GeneratorExit:
            raise
        except BaseException as caught:
            error = caught


def _asked(terms: Terms, request: Request, line: Line, until: float) -> Flow[Outcome]:
    yield from line.taken()
    try:
        left = min(line.closes_at, until + CLEANUP_BUDGET) - terms.now()
        if left <= 0:
            return _TOO_LATE
        return (yield from sent(_within(request, max(1.0, left))))
    finally:
        line.give()


def _within(request: Request, left: float) -> Request:
    return request if request.timeout <= left else request._replace(timeout=left)
