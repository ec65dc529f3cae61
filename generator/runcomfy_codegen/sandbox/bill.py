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
        status=job_state(job, now).result_word,
        cost=charge(job),
        repeats=jobs.first_same(job),
    )


def balance_response(microdollars: int) -> ApiResponse:
    """The balance as RunComfy's wallet answers it: dollars, and millionths of a dollar."""
    usd = microdollars / 1_000_000
    return json_response(
        {"balance_usd": usd, "balance_microdollars": microdollars, "currency": "USD"}
    )


ASSUMED_PRICES: Mapping[MediaKind, float] = MappingProxyType(
    {MediaKind.IMAGE: 0.03, MediaKind.AUDIO: 0.02, MediaKind.VIDEO: 0.05}
)
"""US dollars for an image, a piece of audio, a second of video, without a published price."""

_HIGHEST_PRICE = 1e6  # US dollars; a published number above is ignored


def job_price(model: CatalogModel, output: JobOutput) -> float:
    """The price of one request in US dollars: the published one, else the assumed one."""
    published = _published_price(model)
    unit_price = ASSUMED_PRICES[output.kind] if published is None else published
    unit = None if published is None else model.published.get("price_unit")
    if unit == "second" or (unit is None and output.kind is MediaKind.VIDEO):
        return round(unit_price * output.shape.seconds, 6)
    return round(unit_price * output.shape.count, 6)


def _published_price(model: CatalogModel) -> float | None:
    price = model.published.get("base_price_usd")
    if isinstance(price, bool) or not isinstance(price, int | float):
        return None
    return float(price) if 0 <= price <= _HIGHEST_PRICE else None
