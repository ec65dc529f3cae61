"""What the sandbox remembers: the jobs, by request id and by account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from runcomfy_runtime.protocol import FORBIDDEN, NOT_FOUND

from .job import Job, state
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
        self._open: dict[str, dict[str, None]] = {}
        self._settled: dict[str, int] = {}
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

    def spent(self, account: str, now: float) -> int:
        """What an account's jobs cost at ``now``, in millionths of a dollar.

        Jobs that have ended are added up once, so that a long list stays quick to ask.
        """
        still = 0
        for request_id in tuple(self._open.get(account, ())):
            job = self._jobs[request_id]
            cost = round(charge(job, now) * 1_000_000)
            if state(job, now).phase.terminal:
                del self._open[account][request_id]
                self._settled[account] = self._settled.get(account, 0) + cost
            else:
                still += cost
        return self._settled.get(account, 0) + still

    def forget(self, account: str | None = None) -> None:
        """Drop the jobs of one account, or of all; their identifiers start anew."""
        for job in [job for job in self if account in (None, job.account)]:
            if self._shelf is not None:
                self._shelf.remove(job)
            del self._jobs[job.request_id]
            for table in (self._counts, self._open, self._settled):
                table.pop(job.account, None)

    def __iter__(self) -> Iterator[Job]:
        return iter(tuple(self._jobs.values()))

    def _take(self, job: Job) -> None:
        if job.request_id not in self._jobs:
            self._open.setdefault(job.account, {})[job.request_id] = None
        self._jobs[job.request_id] = job
        self._counts[job.account] = max(self._counts.get(job.account, 0), job.number)
