"""One job from its submit to its outcome, in one flow: nothing can come between the two."""

from __future__ import annotations

from .. import answer, errors
from ..ticket import Ticket
from .gate import Gate
from .step import Flow, Terms
from .stop import Stopped, finished
from .submit import Call, submit
from .wait import Watch, ended


class Course:
    """How far a job got. Kept by the caller, for when the flow ends in an error."""

    __slots__ = ("ended", "ticket")

    def __init__(self, ticket: Ticket | None = None) -> None:
        self.ticket = ticket
        self.ended = False
        """Whether the job is known to have ended, in whichever way."""


def run(
    terms: Terms,
    call: Call,
    course: Course,
    until: float,
    *,
    cancel: bool,
    gate: Gate | None = None,
) -> Flow[answer.Document]:
    """Submit, wait and come to the whole answer of ``/result``.

    A course that has a ticket already, from a journal, is not submitted again.
    """
    if course.ticket is None:
        course.ticket = yield from submit(terms, call, until, gate)
    flow = conclude(terms, course.ticket, until, call.reference, cancel=cancel)
    try:
        content = yield from flow
    except (errors.JobFailed, errors.JobCancelled):
        course.ended = True
        raise
    except errors.JobTimeout as error:
        course.ended = error.outcome == Stopped.CANCELLED
        raise
    course.ended = True
    return content


def conclude(
    terms: Terms, ticket: Ticket, until: float, reference: str, *, cancel: bool
) -> Flow[answer.Document]:
    """Wait for a job that was submitted, and note its end in the journal."""
    watch = Watch(ticket, terms.now(), reference)
    try:
        content = yield from finished(terms, watch, until, cancel=cancel)
    except (errors.JobFailed, errors.JobCancelled) as error:
        yield from ended(terms, watch, error.last_status or "failed")
        raise
    yield from ended(terms, watch, "succeeded")
    return content
