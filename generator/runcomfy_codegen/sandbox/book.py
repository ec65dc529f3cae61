"""What the sandbox remembers: the jobs, by request id and by account."""

from __future__ import annotations

from collections.abc import Iterator

from runcomfy_runtime.protocol import FORBIDDEN, NOT_FOUND

from .job import Job
from .refusal import documented
from .seed import Seed


class Book:
    """Every job, in the order of acceptance; accounts see only their own."""

    def __init__(self, seed: Seed) -> None:
        self._seed = seed
        self._jobs: dict[str, Job] = {}
        self._counts: dict[str, int] = {}

    def next_number(self, account: str) -> int:
        """Which job of the account the next one will be, from 1."""
        return self._counts.get(account, 0) + 1

    def request_id(self, account: str, number: int) -> str:
        """The identifier of an account's job; accounts do not move each other's."""
        return self._seed.identifier("request", account, number)

    def put(self, job: Job) -> None:
        """Remember a job, or its newer version."""
        self._jobs[job.request_id] = job
        self._counts[job.account] = max(self._counts.get(job.account, 0), job.number)

    def find(self, request_id: str, account: str) -> Job:
        """The account's job. Raises ``Refused``: 404001 if there is none, 403001 if not theirs."""
        job = self.peek(request_id)
        if job is None:
            raise documented(NOT_FOUND, f"There is no request {request_id!r:.140}.")
        if job.account != account:
            raise documented(FORBIDDEN, "This request belongs to another account.")
        return job

    def peek(self, request_id: str) -> Job | None:
        """Any account's job, None if there is none."""
        return self._jobs.get(request_id)

    def of(self, account: str) -> Iterator[Job]:
        """The jobs of one account."""
        return (job for job in self._jobs.values() if job.account == account)

    def forget(self, account: str | None = None) -> None:
        """Drop the jobs of one account, or of all; their identifiers start anew."""
        for job in [job for job in self if account in (None, job.account)]:
            del self._jobs[job.request_id]
            self._counts.pop(job.account, None)

    def __iter__(self) -> Iterator[Job]:
        return iter(self._jobs.values())
