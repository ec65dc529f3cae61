"""The bill: a made-up balance for each account, and what each of its jobs has cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from runcomfy_runtime.protocol import NO_BALANCE

from .clock import timestamp
from .exchange import Response, json_response
from .job import Job, state
from .refusal import documented
from .requests import charge

_MICRO = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One job on the bill, in US dollars.

    ``repeats`` names the account's first job with the same model and input: the row that a
    client pays twice for if it submits again what had been accepted.
    """

    request_id: str
    model_id: str
    account: str
    at: str
    status: str
    cost: float
    repeats: str | None


def rows(jobs: Iterable[Job], now: float) -> Iterator[Row]:
    """The bill at ``now``, in order of acceptance."""
    first: dict[tuple[str, str, str], str] = {}
    for job in jobs:
        same = (job.account, job.model_id, job.input_sha256)
        original = first.setdefault(same, job.request_id)
        yield Row(
            request_id=job.request_id,
            model_id=job.model_id,
            account=job.account,
            at=timestamp(job.submitted_at),
            status=state(job, now).result_word,
            cost=charge(job, now),
            repeats=None if original == job.request_id else original,
        )


def balance(jobs: Iterable[Job], start: float, now: float) -> Response:
    """What is left of ``start``, as RunComfy's wallet tells it: dollars, and millionths."""
    micro = left(jobs, start, now)
    usd = micro / _MICRO
    return json_response(
        {"balance_usd": usd, "balance_microdollars": micro, "currency": "USD"}
    )


def require_funds(jobs: Iterable[Job], start: float, now: float) -> None:
    """Raise ``Refused`` with 400002 if the account has spent everything."""
    if left(jobs, start, now) <= 0:
        raise documented(NO_BALANCE, "The balance is used up.")


def left(jobs: Iterable[Job], start: float, now: float) -> int:
    """What is left, in millionths of a dollar."""
    return round(start * _MICRO) - sum(round(charge(job, now) * _MICRO) for job in jobs)
