"""The journal of a client: its entries, what it must be able to do, and its jobs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar

from .errors import BadJobToken
from .lifecycle.steps import Accepted, Ended, Intent

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

    @property
    def unknown(self) -> bool:
        """Whether it was about to be sent, and its outcome is unknown."""
        return not self.request_id and not self.state

    @property
    def pending(self) -> bool:
        """Whether it was accepted and was not seen to end."""
        return bool(self.request_id) and not self.state


class Journal(Protocol):
    """What a client needs from a journal. ``SqliteJournal`` is the one that is shipped."""

    def note(self, entry: Intent | Accepted | Ended) -> None:
        """Store this, and return when it is on disk. Raises ``JournalError``."""
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


class JournalJobs(Generic[JobT]):
    """The jobs in a journal."""

    def __init__(self, journal: Journal, job: Callable[[str], JobT]) -> None:
        self._journal = journal
        self._job = job

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
