"""The jobs in a journal, for a caller: what is pending, what is unknown, and who decides it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, Literal, TypeVar, overload

from .errors import BadJobToken, BadSetting
from .escaping import quoted
from .job_handle import JobHandle
from .journal import Journal, JournalEntry
from .protocol import valid_request_id

JobT = TypeVar("JobT")


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
