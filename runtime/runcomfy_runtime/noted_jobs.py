"""The journal as a client sees it: entries that are jobs again."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from .errors import BadJobToken
from .flow.step import Accepted, Ended, Intent

if TYPE_CHECKING:
    from .journal import Entry

JobT = TypeVar("JobT")


class Journal(Protocol):
    """What the clients need of a journal. ``journal.Journal`` is the one that is shipped."""

    def note(self, entry: Intent | Accepted | Ended) -> None:
        """Keep this, and return when it is safe. Raises ``JournalError``."""
        ...

    def find(self, reference: str) -> Entry | None:
        """The entry under a reference, if there is one."""
        ...

    def pending(self) -> Sequence[Entry]:
        """What was accepted and has not ended."""
        ...

    def unknown(self) -> Sequence[Entry]:
        """Intents of which nothing more is known."""
        ...

    def entries(self, limit: int = 100) -> Sequence[Entry]:
        """The latest entries, newest first."""
        ...

    def close(self) -> None:
        """Close what is open."""
        ...


def opened(journal: str | os.PathLike[str] | Journal | None) -> Journal | None:
    """The journal at a path, or the journal itself."""
    if journal is None or not isinstance(journal, (str, os.PathLike)):
        return journal
    from .journal import Journal as File  # SQLite, which few need

    return File(journal)


class NotedJobs(Generic[JobT]):
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

    def unknown(self) -> Sequence[Entry]:
        """Submits of which nobody knows what became: never sent again by themselves."""
        return self._journal.unknown()

    def entries(self, limit: int = 100) -> Sequence[Entry]:
        """The latest entries, newest first, ended ones too."""
        return self._journal.entries(limit)
