"""The bill: a made-up balance for each account, and what each of its jobs has cost."""

from __future__ import annotations

from dataclasses import dataclass

from .book import Book
from .clock import timestamp
from .exchange import Response, json_response
from .job import Job, state
from .requests import charge


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


def row(job: Job, book: Book, now: float) -> Row:
    """What stands on the bill of a job at ``now``."""
    return Row(
        request_id=job.request_id,
        model_id=job.model_id,
        account=job.account,
        at=timestamp(job.submitted_at),
        status=state(job, now).result_word,
        cost=charge(job),
        repeats=book.original(job),
    )


def balance(micro: int) -> Response:
    """What is left, as RunComfy's wallet tells it: dollars, and millionths of them."""
    usd = micro / 1_000_000
    return json_response(
        {"balance_usd": usd, "balance_microdollars": micro, "currency": "USD"}
    )
