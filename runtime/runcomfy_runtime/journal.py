"""The journal of a client: its entries, what it must be able to do, and its jobs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import (
    Generic,
    Literal,
    NamedTuple,
    Protocol,
    TypeVar,
    overload,
    runtime_checkable,
)

from .errors import BadJobToken, BadSetting, JournalError
from .escaping import quoted
from .job_handle import JobHandle
from .lifecycle.steps import (
    Accepted,
    Ended,
    Intent,
    OutcomeUnknown,
    Paused,
    Sending,
)
from .protocol import valid_request_id
from .retry_and_timeouts import SHARED_COMMIT_MIN

JobT = TypeVar("JobT")


class JournalEntry(NamedTuple):
    """One job, or the intent to submit one."""

    reference: str
    model_id: str
    payload_sha256: str
    meant_at: float
    """Seconds since 1970."""
    request_id: str
    """Empty while it is not known whether the server accepted."""
    token: str
    state: str
    """How it ended: a published status word or ``not accepted``; empty if it has not."""
    ended_at: float | None
    batch: str = ""
    """The name of its batch; empty if it has none."""
    base_url: str = ""
    owner: str = ""
    """Who submits it: host, process id and a random part. Host and id are for the reader."""
    owner_alive: bool = False
    """Whether the owner still waits for the answer: it has renewed its lease."""

    @property
    def unknown(self) -> bool:
        """Whether it was about to be sent, and its outcome is unknown, perhaps only so far."""
        return not self.request_id and not self.state

    @property
    def pending(self) -> bool:
        """Whether it was accepted and was not seen to end."""
        return bool(self.request_id) and not self.state


class IntentExists(JournalError):
    """The journal has this reference already, from this process or another one."""


Entry = Intent | Sending | Accepted | Ended | OutcomeUnknown | Paused


class Journal(Protocol):
    """What a client needs from a journal: ``SqliteJournal`` and ``PostgresJournal`` are shipped."""

    def note(self, entry: Entry) -> None:
        """Store this, and return when an intent is on disk. Raises ``JournalError``."""
        ...

    def settle(self, reference: str, handle: JobHandle | None) -> None:
        """Decide an unknown intent: it became this job, or with None it was not accepted."""
        ...

    def find(self, reference: str) -> JournalEntry | None:
        """The entry under a reference, if there is one."""
        ...

    def pending(self) -> Sequence[JournalEntry]:
        """Jobs that were accepted and have not ended."""
        ...

    def unknown(self) -> Sequence[JournalEntry]:
        """Intents whose outcome is unknown."""
        ...

    def entries(self, limit: int = 100) -> Sequence[JournalEntry]:
        """The latest entries, newest first."""
        ...

    def close(self) -> None:
        """Close the file or connection."""
        ...


@runtime_checkable
class GroupingJournal(Protocol):
    """A journal that can write several entries with one sync to disk."""

    def note_many(self, entries: Sequence[Entry]) -> list[JournalError | None]:
        """Store all of these. Returns for each why it was not stored, or None."""
        ...


@runtime_checkable
class LeasingJournal(Protocol):
    """A journal whose intents are owned for a limited time, because other machines see them."""

    def lease_left(self, reference: str) -> float:
        """Seconds for which this process certainly owns an intent, by its monotonic clock."""
        ...


@runtime_checkable
class ListingJournal(Protocol):
    """A journal that can list one batch without reading all others."""

    def of_batch(self, name: str) -> Sequence[JournalEntry]:
        """The entries of a named batch, oldest first."""
        ...


def may_share(intent: Intent) -> bool:
    """Whether an intent may be written together with others."""
    return intent.timeout >= SHARED_COMMIT_MIN


def note_all(journal: Journal, entries: Sequence[Entry]) -> list[JournalError | None]:
    """Store entries, together if the journal can do that."""
    if len(entries) > 1 and isinstance(journal, GroupingJournal):
        return journal.note_many(entries)
    return [_failure_of(journal, entry) for entry in entries]


def _failure_of(journal: Journal, entry: Entry) -> JournalError | None:
    try:
        journal.note(entry)
    except JournalError as failure:
        return failure
    return None


class JournalJobs(Generic[JobT]):
    """The jobs in a journal."""

    def __init__(
        self, journal: Journal, job: Callable[[str], JobT], server: Callable[[], str]
    ) -> None:
        self._journal = journal
        self._job = job
        self._server = server

    def pending(self) -> list[JobT]:
        """The jobs of this client's server that were accepted and have not ended, oldest first."""
        jobs: list[JobT] = []
        for entry in self._journal.pending():
            try:
                jobs.append(self._job(entry.token))
            except BadJobToken:
                continue
        return jobs

    def unknown(self) -> Sequence[JournalEntry]:
        """Submits whose outcome is unknown. They are never sent again automatically."""
        return self._journal.unknown()

    def entries(self, limit: int = 100) -> Sequence[JournalEntry]:
        """The latest entries, newest first, ended ones too."""
        return self._journal.entries(limit)

    @overload
    def settle(self, reference: str, *, accepted: Literal[False]) -> None: ...

    @overload
    def settle(
        self, reference: str, *, accepted: Literal[True] = ..., request_id: str
    ) -> JobT: ...

    def settle(
        self,
        reference: str,
        *,
        accepted: bool | None = None,
        request_id: str | None = None,
    ) -> JobT | None:
        """Decide an unknown submit, after you looked at your requests on RunComfy.

        With ``accepted=False`` it never became a job, and its batch submits it again. With
        ``request_id`` it became that job, which is returned. Raises ``JournalError`` if its
        outcome is known, or its owner is alive and may still get the answer.
        """
        if (accepted is False) == (request_id is not None):
            raise BadSetting(
                "settle: give accepted=False if there is no such job, or request_id=… with the "
                "id that RunComfy shows for it"
            )
        if request_id is None:
            self._journal.settle(reference, None)
            return None
        entry = self._journal.find(reference)
        handle = settled_handle(entry, request_id, self._server)
        self._journal.settle(reference, handle)
        return self._job(handle.token())


def settled_handle(
    entry: JournalEntry | None, request_id: str, server: Callable[[], str]
) -> JobHandle:
    """The job that an intent became. ``server`` is for intents that name none."""
    if not valid_request_id(request_id):
        raise BadSetting(f"settle: {quoted(request_id)} is not a request id")
    base_url = entry.base_url if entry is not None else ""
    return JobHandle(
        request_id=request_id,
        model_id="" if entry is None else entry.model_id,
        base_url=base_url or server(),
        submitted_at=0.0 if entry is None else entry.meant_at,
    )
