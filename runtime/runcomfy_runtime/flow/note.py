"""Writing the end and the beginning of jobs in the journal, when it is too late to stop."""

from __future__ import annotations

from .. import errors
from ..ticket import Ticket
from .step import Accepted, Emit, Ended, Flow, Note, Terms, Unnoted


def noted(terms: Terms, taken: Accepted) -> Flow[None]:
    """Write the id down. Now that the job is paid for, not even a full disk may lose it."""
    if not terms.journal:
        return
    try:
        yield Note(taken)
    except errors.JournalError as error:
        yield Emit(Unnoted(taken.ticket, str(error)))
    except GeneratorExit:
        raise
    except BaseException as error:
        error.add_note(left(taken.ticket))
        raise


def ended(terms: Terms, reference: str, ticket: Ticket, state: str) -> Flow[None]:
    """Note the end of a job. A journal that fails now fails nothing."""
    if terms.journal:
        try:
            yield Note(Ended(reference, ticket.request_id, state))
        except errors.JournalError as error:
            yield Emit(Unnoted(ticket, str(error)))


def left(ticket: Ticket) -> str:
    """What to tell of an accepted job to whoever stops here."""
    return (
        f"The RunComfy job {ticket.request_id} was accepted and goes on. "
        f"{resumption(ticket)}"
    )


def mention(error: BaseException, ticket: Ticket) -> None:
    """Name the job to whoever is stopped, unless a note of the error does."""
    told = getattr(error, "__notes__", ())
    if not any(ticket.request_id in note for note in told):
        error.add_note(left(ticket))


RESUMPTION = "Its token: "
"""What stands before a job's token in a note, for those who read notes."""


def resumption(ticket: Ticket) -> str:
    """What it takes to take a job up again."""
    return RESUMPTION + ticket.encode()
