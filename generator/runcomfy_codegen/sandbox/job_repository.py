"""The jobs of the sandbox, by request id and by account, and what they cost."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterator, Sequence, ValuesView
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import Protocol

from runcomfy_runtime.error_codes import FORBIDDEN, NOT_FOUND

from .clock import Seed, timestamp
from .http_messages import ApiResponse, coded_error, json_response
from .job import JobRecord, charge, job_state

LARGEST_BODIES = 64 * 1024 * 1024
"""Bytes of inputs that are kept in memory. The oldest are forgotten, not their jobs."""
_REFERENCE = re.compile(r"(.+)/([0-9a-f]{64})/[1-9][0-9]*", re.DOTALL)


class JobStore(Protocol):
    """Keeps jobs beyond the life of the sandbox."""

    def jobs(self) -> list[JobRecord]:
        """Every job, in the order of acceptance."""
        ...

    def save(self, job: JobRecord) -> None:
        """Keep a job, or its newer version."""
        ...

    def remove(self, job: JobRecord) -> None:
        """Forget a job."""
        ...


class JobRepository:
    """Every job, in the order of acceptance. An account sees only its own."""

    def __init__(self, seed: Seed, store: JobStore | None = None) -> None:
        self._seed = seed
        self._store = store
        self._jobs: dict[str, JobRecord] = {}
        self._accounts: dict[str, dict[str, JobRecord]] = {}
        self._counts: dict[str, int] = {}
        self._spent: dict[str, int] = {}
        self._same: dict[tuple[str, str, str], tuple[str, ...]] = {}
        """The jobs of an account with the same model and input, the first one first."""
        self._open: dict[str, dict[str, JobRecord]] = {}
        """Jobs that were not seen to have ended. Planning looks at these alone."""
        self._bodies = 0
        self._with_body: deque[str] = deque()
        self._repeated: dict[str, int] = {}
        for job in store.jobs() if store else ():
            self._index(job)

    def next_number(self, account: str) -> int:
        """The number of the account's next job, from 1."""
        return self._counts.get(account, 0) + 1

    def request_id(self, account: str, number: int) -> str:
        """The identifier of an account's job. It does not depend on other accounts."""
        return self._seed.identifier("request", account, number)

    def save(self, job: JobRecord) -> None:
        """Keep a job, or its newer version."""
        if self._jobs.get(job.request_id) == job:
            return
        if self._store is not None:
            self._store.save(job)
        self._index(job)

    def get_own(self, request_id: str, account: str) -> JobRecord:
        """The account's job.

        Raises ``Refused``: 404001 if there is no job, 403001 if it is another account's.
        """
        job = self.get(request_id)
        if job is None:
            raise coded_error(NOT_FOUND, f"There is no request {request_id!r:.140}.")
        if job.account != account:
            raise coded_error(FORBIDDEN, "This request belongs to another account.")
        return job

    def get(self, request_id: str) -> JobRecord | None:
        """The job of any account, or None."""
        return self._jobs.get(request_id)

    def of_account(self, account: str | None) -> ValuesView[JobRecord]:
        """The jobs of one account, or of all, in order of acceptance. The view is live."""
        return self._of_account(account).values()

    def newest(self, account: str | None, limit: int) -> Sequence[JobRecord]:
        """The newest jobs of one account, or of all, in order of acceptance."""
        return tuple(islice(reversed(self._of_account(account).values()), limit))[::-1]

    def open_jobs(self, account: str, now: float) -> Collection[JobRecord]:
        """The jobs of an account that have not ended at ``now``, in order of acceptance."""
        jobs = self._open.get(account, {})
        ended = [
            request_id
            for request_id, job in jobs.items()
            if job_state(job, now).phase.terminal
        ]
        for request_id in ended:
            del jobs[request_id]
        return jobs.values()

    def of_reference(self, account: str | None, reference: str) -> list[JobRecord]:
        """The jobs for a reference of a client's journal, in order of acceptance.

        A reference of a named batch has the model and the SHA-256 of the input in it. A
        request id is a reference of its own job.
        """
        own = self._jobs.get(reference)
        if own is not None:
            jobs = [own]
        else:
            jobs = [
                self._jobs[request_id]
                for key in self._keys_of(reference)
                for request_id in self._same[key]
            ]
        return [job for job in jobs if account in (None, job.account)]

    def _keys_of(self, reference: str) -> list[tuple[str, str, str]]:
        """The keys that a reference may mean: where the batch's name ends is not marked."""
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            return []
        parts = match[1].split("/")
        models = ["/".join(parts[start:]) for start in range(1, len(parts))]
        keys = product(self._accounts, models, [match[2]])
        return [key for key in keys if key in self._same]

    def last_change(self) -> float:
        """The time of the last change of any job, in seconds since 1970; 0 without jobs."""
        return max((job.touched_at for job in self), default=0.0)

    def spent(self, account: str | None) -> int:
        """The cost of all jobs of an account, or of all, in millionths of a dollar."""
        if account is None:
            return sum(self._spent.values())
        return self._spent.get(account, 0)

    def first_same(self, job: JobRecord) -> str | None:
        """The account's first job with the same model and input; None if it is this one."""
        first = self._same[_same(job)][0]
        return None if first == job.request_id else first

    def repeat_count(self, account: str | None) -> int:
        """How many jobs of an account, or of all, repeat an earlier one."""
        if account is None:
            return sum(self._repeated.values())
        return self._repeated.get(account, 0)

    def remove(self, account: str | None = None) -> None:
        """Remove the jobs of one account, or of all; their identifiers start again."""
        for job in tuple(self.of_account(account)):
            if self._store is not None:
                self._store.remove(job)
            del self._jobs[job.request_id]
            self._same.pop(_same(job), None)
            for table in (
                *(self._accounts, self._counts, self._spent),
                *(self._repeated, self._open),
            ):
                table.pop(job.account, None)

    def __iter__(self) -> Iterator[JobRecord]:
        return iter(tuple(self._jobs.values()))

    def _of_account(self, account: str | None) -> dict[str, JobRecord]:
        return self._jobs if account is None else self._accounts.get(account, {})

    def _index(self, job: JobRecord) -> None:
        before = self._jobs.get(job.request_id)
        cost = microdollars(charge(job)) - (
            microdollars(charge(before)) if before else 0
        )
        self._spent[job.account] = self._spent.get(job.account, 0) + cost
        self._jobs[job.request_id] = job
        self._accounts.setdefault(job.account, {})[job.request_id] = job
        self._counts[job.account] = max(self._counts.get(job.account, 0), job.number)
        if before is None:
            self._add(job)
        elif job.request_id in self._open.get(job.account, {}):
            self._open[job.account][job.request_id] = job

    def _add(self, job: JobRecord) -> None:
        """Index a new job by what does not change any more."""
        same = self._same.get(_same(job), ())
        self._same[_same(job)] = (*same, job.request_id)
        if same:
            self._repeated[job.account] = self._repeated.get(job.account, 0) + 1
        self._open.setdefault(job.account, {})[job.request_id] = job
        self._bodies += len(job.body)
        self._with_body.append(job.request_id)
        while self._bodies > LARGEST_BODIES and len(self._with_body) > 1:
            self._drop_body(self._with_body.popleft())

    def _drop_body(self, request_id: str) -> None:
        """Forget the input of an old job: inputs may have whole files in them."""
        job = self._jobs.get(request_id)
        if job is None:
            return
        self._bodies -= len(job.body)
        short = replace(job, body="{}")
        self._jobs[request_id] = self._accounts[job.account][request_id] = short
        if request_id in self._open.get(job.account, {}):
            self._open[job.account][request_id] = short


def _same(job: JobRecord) -> tuple[str, str, str]:
    return job.account, job.model_id, job.input_sha256


def microdollars(usd: float) -> int:
    """Dollars as millionths of a dollar."""
    return round(usd * 1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class BillRow:
    """One job on the bill, in US dollars.

    ``repeats`` is the account's first job with the same model and input. A client that submits
    an accepted request again pays for both rows.
    """

    request_id: str
    model_id: str
    account: str
    at: str
    status: str
    cost: float
    repeats: str | None


def bill_row(job: JobRecord, jobs: JobRepository, now: float) -> BillRow:
    """The row of a job at ``now``."""
    return BillRow(
        request_id=job.request_id,
        model_id=job.model_id,
        account=job.account,
        at=timestamp(job.submitted_at),
        status=job_state(job, now).outcome_word,
        cost=charge(job),
        repeats=jobs.first_same(job),
    )


def balance_response(microdollars: int) -> ApiResponse:
    """The balance as RunComfy's wallet answers it: dollars, and millionths of a dollar."""
    usd = microdollars / 1_000_000
    return json_response(
        {"balance_usd": usd, "balance_microdollars": microdollars, "currency": "USD"}
    )


"""US dollars for an image, a piece of audio, a second of video, without a published price."""
