# Made from async_named_batch.py by runtime/make_sync.py: edit that file, then run the script.
"""A named batch as the journal knows it: how far it is, its results, what failed, what is unknown.

The asyncio half is written by hand, and the blocking half is made from it: what is said here
is true of both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Generic, Literal, TypeVar, overload

from .base_job import OutputReader
from .driver import Driver
from .errors import RunComfyError
from .job import Job, Result
from .job_handle import decode_token
from .journal import Journal, JournalEntry, batch_counts, batch_page
from .protocol import Phase
from .retry_and_timeouts import DEFAULT_JOB_TIMEOUT

OutputT = TypeVar("OutputT")
PAGE = 500
"""Entries that are read from the journal at a time."""


class NamedBatch(Generic[OutputT]):
    """A named batch, whichever processes work on it, now or before. ``client.batch`` returns it.

    Everything is read from the journal, and nothing is submitted.
    """

    def __init__(
        self,
        driver: Driver,
        journal: Journal,
        name: str,
        reader: OutputReader[OutputT],
    ) -> None:
        self._driver = driver
        self._journal = journal
        self._reader = reader
        self.name = name
        """The name that was given to ``map``."""

    def counts(self) -> dict[str, int]:
        """How many inputs are in each state.

        ``waiting`` is not submitted yet, ``submitting`` is on its way, ``unknown`` may have been
        accepted and is never sent again automatically, ``pending`` was accepted. The others are
        the ends of jobs: ``succeeded``, ``failed``, ``cancelled``, ``not accepted``.
        """
        read = partial(batch_counts, self._journal, self.name)
        counts: Mapping[str, int] = self._driver.call(read)
        return dict(counts)

    @overload
    def results(
        self, timeout: float | None = ..., *, return_exceptions: Literal[False] = ...
    ) -> Iterator[Result[OutputT]]: ...

    @overload
    def results(
        self, timeout: float | None = ..., *, return_exceptions: Literal[True]
    ) -> Iterator[Result[OutputT] | Exception]: ...

    def results(
        self,
        timeout: float | None = DEFAULT_JOB_TIMEOUT,
        *,
        return_exceptions: bool = False,
    ) -> Iterator[Result[OutputT] | Exception]:
        """Yield the result of each job that succeeded, read from the server again.

        ``timeout`` is for each of them, in seconds. The order is that of the references. The
        first result that cannot be read ends it, unless ``return_exceptions``.
        """
        for entry in self._entries(Phase.SUCCEEDED):
            try:
                result = self._job(entry).result(timeout)
            except RunComfyError as error:
                if not return_exceptions:
                    raise
                yield error
            else:
                yield result

    def jobs(self) -> list[Job[OutputT]]:
        """The jobs that were accepted and were not seen to end."""
        return [self._job(entry) for entry in self._entries("pending")]

    def failures(self) -> list[JournalEntry]:
        """The jobs that failed or were cancelled. ``client.job(entry.token)`` says more."""
        states = (Phase.FAILED, Phase.CANCELLED)
        return self._listed(*states)

    def unknown(self) -> list[JournalEntry]:
        """The inputs of which it is unknown whether they were accepted. Settle them."""
        return self._listed("unknown")

    def entries(self) -> list[JournalEntry]:
        """What the journal knows about every input that was to be submitted."""
        return self._listed()

    def _listed(self, *states: str) -> list[JournalEntry]:
        entries: list[JournalEntry] = []
        for entry in self._entries(*states):
            entries.append(entry)
        return entries

    def _entries(self, *states: str) -> Iterator[JournalEntry]:
        """The entries in these states, or all."""
        after, name = "", self.name
        while True:
            read = partial(batch_page, self._journal, name, after, PAGE)
            page: list[JournalEntry] = self._driver.call(read)
            for entry in page:
                if not states or entry.word in states:
                    yield entry
            if len(page) < PAGE:
                return
            after = page[-1].reference

    def _job(self, entry: JournalEntry) -> Job[OutputT]:
        base_url = self._driver.config.settings.server()
        handle = decode_token(entry.token, base_url=base_url)
        return Job(self._driver, handle, self._reader, entry.reference)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"
