"""Ending a wait before the job has ended: at the deadline, on Ctrl-C, on any exception.

A job that was last seen queued is cancelled with one bounded request, and one more tells
whether it was. A job in progress cannot be cancelled, so it is left alone. What became of it is
told honestly.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from enum import StrEnum
from typing import Literal, cast, get_args

from .. import errors, responses
from ..errors import BadSetting
from ..protocol import Phase, Status, read_status
from ..retry_and_timeouts import CLEANUP_TIMEOUT
from ..transport import Outcome, Response
from .cancel import asked, stated
from .poll import Watch, fetched, outcome
from .retried_get import Overdue, Verdict, judged
from .steps import Flow, Terms, api_request, ended, resumption, sent


class Stopped(StrEnum):
    """What became of a job whose wait was ended."""

    CANCELLED = "cancelled"
    STILL_QUEUED = "still_queued"
    STILL_RUNNING = "still_running"
    ENDED = "ended"
    """For ``/status``; ``/result`` may not tell the outcome yet."""
    UNKNOWN = "unknown"


_BY_PHASE = {
    Phase.CANCELLED: Stopped.CANCELLED,
    Phase.QUEUED: Stopped.STILL_QUEUED,
    Phase.RUNNING: Stopped.STILL_RUNNING,
    Phase.SUCCEEDED: Stopped.ENDED,
    Phase.FAILED: Stopped.ENDED,
    Phase.UNKNOWN: Stopped.UNKNOWN,
}


def finished(
    terms: Terms, watch: Watch, until: float, *, cancel: bool
) -> Flow[responses.Document]:
    """Wait for the outcome, and clean up if that is stopped.

    With ``cancel`` a job that is still queued is cancelled then. Raises ``JobTimeout`` at the
    deadline; whatever else stops the wait goes on its way, with a note of the job.
    """
    try:
        return (yield from outcome(terms, watch, until))
    except Overdue:
        return (yield from _overdue(terms, watch, cancel))
    except GeneratorExit:
        raise
    except BaseException as error:
        if isinstance(error, errors.RunComfyError) and error is not watch.objection:
            _complete(watch, error)
            raise
        became = yield from _cleaned_up(terms, watch, cancel)
        error.add_note(_note(watch, became))
        if isinstance(error, errors.RunComfyError) and error.request_id is None:
            _complete(watch, error)
            error.may_be_billed = became is not Stopped.CANCELLED
        raise


def _complete(watch: Watch, error: errors.RunComfyError) -> None:
    """See that an error tells of the job, whoever raised it."""
    if error.request_id is None:
        error.concerning(watch.ticket.request_id)
    error.last_status = error.last_status or watch.word


def _cleaned_up(terms: Terms, watch: Watch, cancel: bool) -> Flow[Stopped]:
    """Stop, unless that is stopped as well: a second Ctrl-C skips the clean-up."""
    if cancel:
        with _named(watch), suppress(Exception):
            yield from stop(terms, watch)
    return _seen(watch)


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


def _overdue(terms: Terms, watch: Watch, cancel: bool) -> Flow[responses.Document]:
    became = yield from _cleaned_up(terms, watch, cancel)
    if became is Stopped.ENDED:
        with _named(watch):
            content = yield from _last_fetch(terms, watch)
        if content is not None:
            return content
    error = errors.JobTimeout(_late(watch, became), outcome=became)
    error.concerning(watch.ticket.request_id, watch.word)
    error.may_be_billed = became is not Stopped.CANCELLED
    raise error


def _late(watch: Watch, became: Stopped) -> str:
    job = f"the job {watch.ticket.request_id}"
    if became is Stopped.CANCELLED:
        return f"{job} did not end in time; it is cancelled"
    if became is Stopped.ENDED:
        text = f"{job} told no outcome in time, though its status is {watch.word!r}"
    else:
        text = f"{job} did not end in time; it is {became.replace('_', ' ')}"
    return f"{text}: take it up again with its token"


def _last_fetch(terms: Terms, watch: Watch) -> Flow[responses.Document | None]:
    try:
        return (yield from fetched(terms, watch, terms.now()))
    except Overdue:
        return None


def _seen(watch: Watch) -> Stopped:
    return _BY_PHASE[watch.last.phase] if watch.last else Stopped.UNKNOWN


def stop(terms: Terms, watch: Watch) -> Flow[None]:
    """Cancel if the job was not seen past the queue, and see what became of it."""
    if watch.last is not None and watch.last.phase is not Phase.QUEUED:
        return
    reply = yield from asked(terms, watch.ticket, CLEANUP_TIMEOUT)
    look = api_request(terms, "GET", watch.ticket.status_url, None, CLEANUP_TIMEOUT)
    state = yield from sent(look)
    _take_in(watch, reply)
    _take_word(watch, reply)
    _take_in(watch, state)
    if _seen(watch) is Stopped.CANCELLED:
        yield from ended(terms, watch.reference, watch.ticket, Stopped.CANCELLED)


def _take_in(watch: Watch, came: Outcome) -> None:
    """Take in a good answer. A gateway's word about itself is none about the job."""
    content = responses.document(came) if isinstance(came, Response) else None
    if content is None or judged(cast(Response, came), content) is not Verdict.GOOD:
        return
    status = read_status(watch.ticket.request_id, content)
    if status is not None:
        watch.last = status


def _take_word(watch: Watch, reply: Outcome) -> None:
    """What the answer to a cancel says, for when the read that is to confirm it gets lost."""
    said = stated(watch.ticket, reply)
    if said is None:
        return
    if said.cancelled:
        word = said.state or said.outcome
        watch.last = Status(watch.ticket.request_id, word, Phase.CANCELLED)
    elif said.state is None and watch.last is not None:
        # It has left the queue, and nobody says where to.
        watch.last = watch.last._replace(phase=Phase.UNKNOWN)


def _note(watch: Watch, became: Stopped) -> str:
    state = "has ended" if became is Stopped.ENDED else f"is {became.replace('_', ' ')}"
    text = f"The RunComfy job {watch.ticket.request_id} {state}."
    return text if became is Stopped.CANCELLED else f"{text} {resumption(watch.ticket)}"


# What is to become of a job when its wait is stopped.


OnStop = Literal["cancel_queued", "detach"]
"""``cancel_queued``: a job that is still queued is cancelled. ``detach``: it is left alone."""


def cancels(on_stop: OnStop) -> bool:
    """Whether a queued job is to be cancelled. Raises ``BadSetting`` for any other word."""
    words: tuple[str, ...] = get_args(OnStop)
    if on_stop not in words:
        told = " or ".join(map(repr, words))
        raise BadSetting(f"on_stop must be {told}, not {on_stop!r:.40}")
    return on_stop == "cancel_queued"
