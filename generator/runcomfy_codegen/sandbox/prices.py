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


def price(offer: Offer, output: Output) -> float:
    """The price of one request, rounded to a millionth of a dollar."""
    published = offer.published.get("base_price_usd")
    known = isinstance(published, int | float)
    each = (
        float(published) if isinstance(published, int | float) else GUESSES[output.kind]
    )
    unit = offer.published.get("price_unit") if known else None
    if unit == "second" or (unit is None and output.kind is Media.VIDEO):
        return round(each * output.shape.seconds, 6)
    return round(each * output.shape.count, 6)
