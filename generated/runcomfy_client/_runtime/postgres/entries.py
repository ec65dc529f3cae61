"""Entries of the journal and the statements that write them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..job_handle import JobHandle
from ..journal import Entry, JournalEntry
from ..lease import this_place
from ..lifecycle.steps import Accepted, Ended, Intent, OutcomeUnknown, Paused, Sending
from ..lifecycle.submit import NOT_ACCEPTED, RESUBMITTABLE_STATES
from ..retry_and_timeouts import LEASE
from . import schema
from . import statements as sql
from .connection import Statement


def statement_of(entry: Entry, attempt: str, owner: str) -> Statement:
    """The statement that writes an entry. ``attempt`` is the name of its attempt to submit."""
    match entry:
        case Intent():
            return _intent(entry, attempt, owner)
        case Sending(reference):
            return Statement(sql.SENDING, (reference, attempt))
        case Accepted(reference, handle):
            return _accepted(reference, handle, attempt)
        case Ended(reference, _, state) if state == NOT_ACCEPTED:
            return not_accepted([(reference, attempt)])
        case Ended(_, request_id, state):
            return Statement(sql.ENDED, (state, request_id, state))
        case Paused(batch, seconds):
            return Statement(sql.PAUSE, (seconds, batch))
        case OutcomeUnknown(reference):
            return Statement(sql.OUTCOME_UNKNOWN, (reference, attempt))


def not_accepted(intents: Sequence[tuple[str, str]]) -> Statement:
    """The statement for intents, by reference and attempt, that were not sent or not accepted."""
    references, attempts = zip(*intents, strict=True)
    values = (NOT_ACCEPTED, list(attempts), list(references))
    return Statement(sql.NOT_ACCEPTED_ATTEMPTS, values)


def _intent(intent: Intent, attempt: str, owner: str) -> Statement:
    values = (
        *(intent.reference, intent.model_id, intent.payload_sha256, intent.at),
        *(intent.batch, intent.base_url, owner, this_place()),
        *(intent.submit_timeout + LEASE, intent.submit_timeout, attempt),
        *(intent.ahead, schema.VERSION, list(map(str, RESUBMITTABLE_STATES))),
    )
    return Statement(sql.INTENT, values)


def _accepted(reference: str, handle: JobHandle, attempt: str) -> Statement:
    values = (
        *(reference, handle.model_id, handle.submitted_at, handle.request_id),
        *(handle.token(), handle.base_url, NOT_ACCEPTED, NOT_ACCEPTED),
        *(attempt, attempt),
    )
    return Statement(sql.ACCEPTED, values)


def entry_of(row: tuple[Any, ...]) -> JournalEntry:
    """The entry in a row of ``COLUMNS``."""
    entry = JournalEntry._make(row[:-1])
    return entry if entry.unknown else entry._replace(owner_alive=False)
