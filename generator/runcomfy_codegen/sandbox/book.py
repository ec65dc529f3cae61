"""What the sandbox remembers: the jobs, by request id and by account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from runcomfy_runtime.protocol import FORBIDDEN, NOT_FOUND

from .job import Job
from .refusal import documented
from .requests import charge
from .seed import Seed


class Shelf(Protocol):
    """Where jobs are kept beyond the life of the sandbox."""

    def jobs(self) -> list[Job]:
        """Every job, in the order of acceptance."""
        ...

    def save(self, job: Job) -> None:
        """Keep a job, or its newer version."""
        ...

    def remove(self, job: Job) -> None:
        """Forget a job."""
        ...


class Book:
    """Every job, in the order of acceptance; accounts see only their own."""

    def __init__(self, seed: Seed, shelf: Shelf | None = None) -> None:
        self._seed = seed
        self._shelf = shelf
        self._jobs: dict[str, Job] = {}
        self._counts: dict[str, int] = {}
        self._spent: dict[str, int] = {}
        for job in shelf.jobs() if shelf else ():
            self._take(job)

    def next_number(self, account: str) -> int:
        """Which job of the account the next one will be, from 1."""
        return self._counts.get(account, 0) + 1

    def request_id(self, account: str, number: int) -> str:
        """The identifier of an account's job; accounts do not move each other's."""
        return self._seed.identifier("request", account, number)

    def put(self, job: Job) -> None:
        """Remember a job, or its newer version."""
        if self._jobs.get(job.request_id) == job:
            return
        if self._shelf is not None:
            self._shelf.save(job)
        self._take(job)

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
        """The jobs of one account, in order of acceptance."""
        return (job for job in self if job.account == account)

    def spent(self, account: str) -> int:
        """What an account's jobs cost together, in millionths of a dollar."""
        return self._spent.get(account, 0)

    def forget(self, account: str | None = None) -> None:
        """Drop the jobs of one account, or of all; their identifiers start anew."""
        for job in [job for job in self if account in (None, job.account)]:
            if self._shelf is not None:
                self._shelf.remove(job)
            del self._jobs[job.request_id]
            for table in (self._counts, self._spent):
                table.pop(job.account, None)

    def __iter__(self) -> Iterator[Job]:
        return iter(tuple(self._jobs.values()))

    def _take(self, job: Job) -> None:
        before = self._jobs.get(job.request_id)
        cost = _micro(job) - (_micro(before) if before else 0)
        self._spent[job.account] = self._spent.get(job.account, 0) + cost
        self._jobs[job.request_id] = job
        self._counts[job.account] = max(self._counts.get(job.account, 0), job.number)


def _micro(job: Job) -> int:
    return round(charge(job) * 1_000_000)
