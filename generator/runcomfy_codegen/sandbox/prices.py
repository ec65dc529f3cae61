"""What a job costs, in US dollars: the published price where there is one, else a fixed guess."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..ir.model import Media
from .catalog import Offer
from .outputs import Output

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
