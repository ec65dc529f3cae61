"""How long a submit waits before it is sent again, and when it gives up."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from .. import errors, responses
from ..retry_and_timeouts import (
    CONNECT_BACKOFF_CAP,
    CONNECT_RETRY_BUDGET,
    MAX_RETRY_AFTER,
    RATE_LIMIT_BACKOFF_CAP,
    backoff,
)
from ..transport import Lost, Outcome
from .concurrency import RateLimiter
from .steps import Flow, FlowContext, Paused, WriteJournal
from .submit_outcome import Submission, as_response


class RateLimitPause(NamedTuple):
    """A pause after HTTP 429, in seconds."""

    seconds: float
    hint: float | None
    """What the server asks for."""
    hinted: bool
    """Whether the pause is that."""


def rate_limit_pause(
    context: FlowContext, outcome: Outcome, attempt: int, limiter: RateLimiter
) -> RateLimitPause:
    """The pause that the server asks for; our own backoff if it names none, or 0 repeatedly.

    The limiter pauses every submit of the batch for as long, even if this call cannot wait.
    """
    hint = responses.retry_after(outcome.headers, context.today())
    hinted = hint is not None and (hint > 0 or attempt == 0)
    own = 2 * backoff(attempt, context.random(), RATE_LIMIT_BACKOFF_CAP)
    pause = hint if hinted and hint is not None else own
    limiter.pause(context.now() + pause)
    return RateLimitPause(pause, hint, hinted)


def share_pause(
    submission: Submission, limiter: RateLimiter, pause: RateLimitPause
) -> Flow[None]:
    """Let the other processes of the batch pause too."""
    if limiter.pause_left is not None:
        with suppress(errors.JournalError):
            yield WriteJournal(Paused(submission.batch, pause.seconds))


def check_pause(
    context: FlowContext,
    outcome: Outcome,
    pause: RateLimitPause,
    began: float,
    deadline: float,
) -> None:
    """Raise ``RateLimited`` for a pause that this call cannot wait for."""
    now, seconds = context.now(), pause.seconds
    too_long = seconds > MAX_RETRY_AFTER or now + seconds >= deadline
    if too_long or (not pause.hinted and now + seconds - began > MAX_RETRY_AFTER):
        raise errors.RateLimited(
            f"submitting: HTTP 429: the server asks for a pause of {seconds:.0f} s, longer than "
            "this call may wait; nothing was accepted",
            http_status=429,
            text=responses.error_text(
                responses.json_object(as_response(outcome)) or ""
            ),
            retry_after=pause.hint,
        )


def connect_pause(
    context: FlowContext, outcome: Outcome, attempt: int, began: float, deadline: float
) -> float:
    """The pause before a server that was not reached is tried again. Raises ``NotSent``."""
    assert isinstance(outcome, Lost)
    pause = backoff(attempt, context.random(), CONNECT_BACKOFF_CAP)
    if outcome.hopeless or context.now() + pause > min(
        deadline, began + CONNECT_RETRY_BUDGET
    ):
        raise errors.NotSent(
            f"submitting: {context.base_url} cannot be reached: {outcome.reason}; "
            "nothing was sent, nothing is billed"
        )
    return pause
