"""What a job costs, the bill of an account, and its balance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..ir.model import Media
from .clock import timestamp
from .http_messages import Response, json_response
from .job import Job, charge, state
from .job_repository import Book
from .model_catalog import Offer
from .output_files import Output


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


# What a job costs, in US dollars: the published price where there is one, else a fixed guess.


GUESSES: Mapping[Media, float] = MappingProxyType(
    {Media.IMAGE: 0.03, Media.AUDIO: 0.02, Media.VIDEO: 0.05}
)
"""For an image, a piece of audio, a second of video."""

_DEAREST = 1e6  # US dollars: what is above is no price


def price(offer: Offer, output: Output) -> float:
    """The price of one request, rounded to a millionth of a dollar."""
    published = _published(offer)
    each = GUESSES[output.kind] if published is None else published
    unit = None if published is None else offer.published.get("price_unit")
    if unit == "second" or (unit is None and output.kind is Media.VIDEO):
        return round(each * output.shape.seconds, 6)
    return round(each * output.shape.count, 6)


def _published(offer: Offer) -> float | None:
    told = offer.published.get("base_price_usd")
    if isinstance(told, bool) or not isinstance(told, int | float):
        return None
    return float(told) if 0 <= told <= _DEAREST else None
