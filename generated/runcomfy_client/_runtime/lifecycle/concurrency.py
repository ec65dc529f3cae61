"""What the requests of one batch share: a semaphore, a rate limiter and a circuit breaker."""

from __future__ import annotations

from collections.abc import Callable
from types import GeneratorType
from typing import TypeVar

from ..errors import ApiError, AuthError, NoBalance, RateLimited
from ..retry_and_timeouts import CLEANUP_BUDGET, FOREVER, MAX_RETRY_AFTER
from ..transport import Lost, Outcome, Reached, Request
from .steps import Acquire, Flow, FlowContext, Semaphore, Send, Sleep, send

T = TypeVar("T")
_TOO_LATE = Lost(Reached.NOTHING_SENT, "no time was left to ask")


class RequestSlots:
    """The connection slots of a batch, shared by its flows.

    A flow acquires a slot first, then checks the rate limiter, then writes the journal
    intent. So nothing can delay the request after the intent is recorded.
    """

    __slots__ = ("closes_at", "semaphore")

    def __init__(self, semaphore: Semaphore | None = None) -> None:
        self.semaphore = semaphore
        """None for a driver that sends one request after the other anyway."""
        self.closes_at = FOREVER

    def close(self, now: float) -> None:
        """The batch is stopped: free requests may be sent for ``CLEANUP_BUDGET`` seconds more."""
        self.closes_at = min(self.closes_at, now + CLEANUP_BUDGET)

    def close_at_once(self) -> None:
        """Send no more requests."""
        self.closes_at = -FOREVER

    def acquire(self) -> Flow[None]:
        """Wait for a slot. ``release`` must follow."""
        if self.semaphore is not None:
            yield Acquire(self.semaphore)

    def release(self) -> None:
        """Free the slot."""
        if self.semaphore is not None:
            self.semaphore.release()


_NO_SLOTS = RequestSlots()
"""Of a job that is in no batch: it waits for nobody."""


def limit_requests(
    context: FlowContext, flow: Flow[T], slots: RequestSlots, deadline: float
) -> Flow[T]:
    """The same flow, whose free requests wait for a slot and end soon after the deadline.

    A request that comes too late is not sent and is answered as lost: the flow then reports
    what it last saw of its job. A paid request passes: its flow holds a slot already.
    """
    thrown: BaseException | None = None
    while True:
        try:
            return (yield from _relay_steps(context, flow, slots, deadline, thrown))
        except GeneratorExit:
            flow.close()
            raise
        except BaseException as stopped:
            if not isinstance(flow, GeneratorType) or flow.gi_frame is None:
                raise  # the flow itself raised it
            thrown = stopped  # Ctrl-C between two steps: the flow must clean up its job


def _relay_steps(
    context: FlowContext,
    flow: Flow[T],
    slots: RequestSlots,
    deadline: float,
    error: BaseException | None,
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
                answer = yield from _send_in_slot(
                    context, step.request, slots, deadline
                )
            else:
                answer = yield step
        except GeneratorExit:
            raise
        except BaseException as caught:
            error = caught


def _send_in_slot(
    context: FlowContext, request: Request, slots: RequestSlots, deadline: float
) -> Flow[Outcome]:
    yield from slots.acquire()
    try:
        left = min(slots.closes_at, deadline + CLEANUP_BUDGET) - context.now()
        if left <= 0:
            return _TOO_LATE
        return (yield from send(_shorten_timeout(request, max(1.0, left))))
    finally:
        slots.release()


def _shorten_timeout(request: Request, left: float) -> Request:
    return request if request.timeout <= left else request._replace(timeout=left)


class RateLimiter:
    """Delays or refuses the submits of a batch; jobs that were accepted are not affected.

    It is a rate limiter: after HTTP 429 to one submit, all of them pause. It is also a circuit
    breaker: after the token or the balance was refused once, no other submit is tried.
    """

    __slots__ = ("closed_by", "opens_at", "pause_left", "slots")

    def __init__(
        self,
        slots: RequestSlots | None = None,
        pause_left: Callable[[], float] | None = None,
    ) -> None:
        self.slots = slots or _NO_SLOTS
        self.pause_left = pause_left
        """Seconds of a new pause of other processes; None if nobody shares the batch."""
        self.opens_at = 0.0
        self.closed_by: ApiError | None = None

    def pause(self, until: float) -> None:
        """Let no submit through before this moment."""
        self.opens_at = max(self.opens_at, until)

    def close(self, error: ApiError) -> None:
        """Let no other submit through, if the error means that none can succeed."""
        if isinstance(error, (AuthError, NoBalance)):
            self.closed_by = error

    def acquire(self, context: FlowContext, deadline: float) -> Flow[None]:
        """Wait until a submit may be sent and has a slot. ``release`` must follow.

        Raises the same error as the submit that closed the circuit, and ``RateLimited`` at
        once if the wait would be too long or exceed the deadline. No slot is held then.
        """
        while True:
            yield from self._wait(context, deadline)
            yield from self.slots.acquire()
            if self.is_open(context.now()):
                return
            self.slots.release()

    def acquire_now(self, now: float) -> bool:
        """Acquire what nobody has to wait for. Returns whether that is so."""
        return self.slots.semaphore is None and self.is_open(now)

    def is_open(self, now: float) -> bool:
        """Whether a submit may be sent now."""
        if self.pause_left is not None:
            self.pause(now + self.pause_left())
        return self.closed_by is None and self.opens_at <= now

    def release(self) -> None:
        """The submit has its outcome, and the limiter knows it."""
        self.slots.release()

    def _wait(self, context: FlowContext, deadline: float) -> Flow[None]:
        while self.closed_by is None and not self.is_open(now := context.now()):
            pause = self.opens_at - now
            if pause > MAX_RETRY_AFTER or self.opens_at > deadline:
                raise RateLimited(
                    f"not submitted: the server answered HTTP 429 to another submit and accepts "
                    f"none for {pause:.0f} s, longer than this call may wait",
                    http_status=429,
                    retry_after=pause,
                )
            yield Sleep(pause)
        if self.closed_by is not None:
            first = self.closed_by
            raise type(first)(
                f"not submitted, because another submit was refused: {first}",
                http_status=first.http_status,
                code=first.code,
                text=first.text,
            )
