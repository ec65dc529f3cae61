"""The moment after a job was accepted, in which its id must not be lost."""

from __future__ import annotations

from ..ticket import Ticket
from .note import left
from .run import Course
from .step import Accepted, Emit, Flow, Terms
from .submit import Call, submit


def submitted(terms: Terms, call: Call, course: Course, until: float) -> Flow[Ticket]:
    """Submit, and tell that the job was accepted. Whoever stops that gets the job's name."""
    ticket = course.ticket = yield from submit(terms, call, until)
    try:
        yield Emit(Accepted(call.reference, ticket))
    except GeneratorExit:
        raise
    except BaseException as error:
        error.add_note(left(ticket))
        raise
    return ticket
