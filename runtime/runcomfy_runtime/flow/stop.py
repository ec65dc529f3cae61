"""Ending a wait before the job has ended: at the deadline, on Ctrl-C, on any exception.

A job that was last seen queued is cancelled with one bounded request, and one more tells
whether it was. A job in progress cannot be cancelled, so it is left alone. What became of it is
told honestly.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from enum import StrEnum

from .. import answer, errors
from ..exchange import Outcome, Response
from ..protocol import Phase
from ..status import read_status
from .cancel import asked
from .note import ended
from .pace import CLEANUP_TIMEOUT
from .read import Overdue
from .step import Flow, Terms, api_request, sent
from .wait import Watch, fetched, outcome


class Stopped(StrEnum):
    """What became of a job whose wait was ended."""

    CANCELLED = "cancelled"
    STILL_QUEUED = "still_queued"
    STILL_RUNNING = "still_running"
    COMPLETED = "completed"
    UNKNOWN = "unknown"


_BY_PHASE = {
    Phase.CANCELLED: Stopped.CANCELLED,
    Phase.QUEUED: Stopped.STILL_QUEUED,
    Phase.RUNNING: Stopped.STILL_RUNNING,
    Phase.SUCCEEDED: Stopped.COMPLETED,
    Phase.FAILED: Stopped.COMPLETED,
    Phase.UNKNOWN: Stopped.UNKNOWN,
}


def finished(
    terms: Terms, watch: Watch, until: float, *, cancel: bool
) -> Flow[answer.Document]:
    """Wait for the outcome, and clean up if that is stopped.

    With ``cancel`` a job that is still queued is cancelled then. Raises ``JobTimeout`` at the
    deadline; whatever else stops the wait goes on its way, with a note of the job.
    """
    try:
        return (yield from outcome(terms, watch, until))
    except Overdue:
        return (yield from _overdue(terms, watch, cancel))
    except (errors.RunComfyError, GeneratorExit) as error:
        if isinstance(error, errors.RunComfyError):
            error.last_status = error.last_status or watch.word
        raise
    except BaseException as error:
        error.add_note(_note(watch, (yield from _cleaned_up(terms, watch, cancel))))
        raise


def _cleaned_up(terms: Terms, watch: Watch, cancel: bool) -> Flow[Stopped]:
    """Stop, unless that is stopped as well: a second Ctrl-C skips the clean-up."""
    if not cancel:
        return _seen(watch)
    with _named(watch):
        return (yield from stop(terms, watch))


@contextmanager
def _named(watch: Watch) -> Generator[None]:
    """Whoever stops this still gets the job's name."""
    try:
        yield
    except (errors.RunComfyError, GeneratorExit):
        raise
    except BaseException as error:
        error.add_note(_note(watch, _seen(watch)))
        raise


def _overdue(terms: Terms, watch: Watch, cancel: bool) -> Flow[answer.Document]:
    became = yield from _cleaned_up(terms, watch, cancel)
    if became is Stopped.COMPLETED:
        with _named(watch):
            content = yield from _last_fetch(terms, watch)
        if content is not None:
            return content
    ticket = watch.ticket
    error = errors.JobTimeout(
        f"the job {ticket.request_id} did not end in time; it is {became.replace('_', ' ')}"
        + ("" if became is Stopped.CANCELLED else ": take it up again with its token"),
        outcome=became,
    ).concerning(ticket.request_id, watch.word)
    error.may_be_billed = became is not Stopped.CANCELLED
    raise error


def _last_fetch(terms: Terms, watch: Watch) -> Flow[answer.Document | None]:
    try:
        return (yield from fetched(terms, watch, terms.now()))
    except Overdue:
        return None


def _seen(watch: Watch) -> Stopped:
    return _BY_PHASE[watch.last.phase] if watch.last else Stopped.UNKNOWN


def stop(terms: Terms, watch: Watch) -> Flow[Stopped]:
    """Cancel if the job was not seen past the queue; tell what became of it."""
    if watch.last is not None and watch.last.phase is not Phase.QUEUED:
        return _seen(watch)
    reply = yield from asked(terms, watch.ticket, CLEANUP_TIMEOUT)
    look = api_request(terms, "GET", watch.ticket.status_url, None, CLEANUP_TIMEOUT)
    state = yield from sent(look)
    _take_in(watch, reply)
    _take_in(watch, state)
    if _seen(watch) is Stopped.CANCELLED:
        yield from ended(terms, watch.reference, watch.ticket, Stopped.CANCELLED)
    return _seen(watch)


def _take_in(watch: Watch, came: Outcome) -> None:
    content = answer.document(came) if isinstance(came, Response) else None
    status = read_status(watch.ticket.request_id, content) if content else None
    if status is not None:
        watch.last = status


def _note(watch: Watch, became: Stopped) -> str:
    text = f"The RunComfy job {watch.ticket.request_id} is {became.replace('_', ' ')}."
    if became is Stopped.CANCELLED:
        return text
    return f"{text} Its token: {watch.ticket.encode()}"
