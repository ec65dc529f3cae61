"""Where an answer may name the job that it accepted: an id that did come is never thrown away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from .. import answer
from ..exchange import Outcome

_ENVELOPES = ("data", "request", "result", "response", "job")
"""Members that a gateway wraps an answer in. An echo of the input is not among them."""
_ID_IN_PART = re.compile(
    rb'"request_id"\s*:\s*(?:"([A-Za-z0-9_-]{1,128})"|([0-9]{1,128})(?=[\s,}]))'
)
_ID_IN_LOCATION = re.compile(r"/v1/requests/([A-Za-z0-9_-]{1,128})(?:[/?#]|$)")


def named(
    outcome: Outcome, content: answer.Document | None
) -> Iterator[Mapping[str, Any]]:
    """What may tell the id, the best first: the document, what it wraps, the ``Location``.

    Of a body that broke off, or is no object, whatever in it reads like an id.
    """
    if content:
        yield content
        for key in _ENVELOPES:
            wrapped = content.get(key)
            if isinstance(wrapped, dict):
                yield cast(Mapping[str, Any], wrapped)
    else:
        part = _ID_IN_PART.search(outcome.body)
        if part is not None:
            yield {"request_id": (part[1] or part[2]).decode()}
    place = _ID_IN_LOCATION.search(outcome.headers.get("location", ""))
    if place is not None:
        yield {"request_id": place[1]}
