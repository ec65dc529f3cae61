"""What a job costs, the bill of an account, and its balance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..ir.model import MediaKind
from .clock import timestamp
from .http_messages import ApiResponse, json_response
from .job import JobRecord, charge, job_state
from .job_repository import JobRepository
from .model_catalog import CatalogModel
from .output_files import JobOutput


@dataclass(frozen=True, slots=True, kw_only=True)
class BillRow:
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


def bill_row(job: JobRecord, book: JobRepository, now: float) -> BillRow:
    """What stands on the bill of a job at ``now``."""
    return BillRow(
        request_id=job.request_id,
        model_id=job.model_id,
        account=job.account,
        at=timestamp(job.submitted_at),
        status=job_state(job, now).result_word,
        cost=charge(job),
        repeats=book.original(job),
    )


def balance_response(micro: int) -> ApiResponse:
    """What is left, as RunComfy's wallet tells it: dollars, and millionths of them."""
    usd = micro / 1_000_000
    return json_response(
        {"balance_usd": usd, "balance_microdollars": micro, "currency": "USD"}
    )


# What a job costs, in US dollars: the published price where there is one, else a fixed guess.


ASSUMED_PRICES: Mapping[MediaKind, float] = MappingProxyType(
    {MediaKind.IMAGE: 0.03, MediaKind.AUDIO: 0.02, MediaKind.VIDEO: 0.05}
)
"""For an image, a piece of audio, a second of video."""

_DEAREST = 1e6  # US dollars: what is above is no price


def job_price(offer: CatalogModel, output: JobOutput) -> float:
    """The price of one request, rounded to a millionth of a dollar."""
    published = _published(offer)
    each = ASSUMED_PRICES[output.kind] if published is None else published
    unit = None if published is None else offer.published.get("price_unit")
    if unit == "second" or (unit is None and output.kind is MediaKind.VIDEO):
        return round(each * output.shape.seconds, 6)
    return round(each * output.shape.count, 6)


def _published(offer: CatalogModel) -> float | None:
    told = offer.published.get("base_price_usd")
    if isinstance(told, bool) or not isinstance(told, int | float):
        return None
    return float(told) if 0 <= told <= _DEAREST else None
