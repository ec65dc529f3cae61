"""The outcome of a submit: classified by how far the request got and what was answered.

Only two outcomes permit sending the same request again: ``NOT_SENT`` and ``BUSY``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, cast

from .. import responses
from ..transport import Lost, Outcome, Reached


class SubmitOutcome(StrEnum):
    """The outcome of a submit, as far as the client can know."""

    NOT_SENT = "not sent"
    BUSY = "refused for now"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    ID_LOST = "accepted, its id lost"


# Statuses that a proxy may answer with while the server behind it handles the request.
_AMBIGUOUS = frozenset({408, 409, 425, 499})


def classify_response(
    outcome: Outcome, content: responses.JsonObject | None
) -> SubmitOutcome:
    """Classify the outcome of a submit. ``content`` is the JSON object of the answer, if any."""
    if isinstance(outcome, Lost):
        if outcome.reached is Reached.NOTHING_SENT:
            return SubmitOutcome.NOT_SENT
        if outcome.reached is Reached.ANSWER_BEGAN:
            return _classify_status(outcome.status)
        return SubmitOutcome.UNKNOWN
    if outcome.status == 429:
        return SubmitOutcome.BUSY
    if not content:
        return _classify_status(outcome.status)
    if 200 <= outcome.status < 300 and content.get("request_id"):
        # An id proves that there is a job, whatever error comes with it.
        return SubmitOutcome.ACCEPTED
    # Behind a 5xx the server may still run the job, whatever code a proxy adds.
    unsure = outcome.status >= 500 or outcome.status in _AMBIGUOUS
    if not unsure and responses.is_documented(responses.error_code(content)):
        return SubmitOutcome.REFUSED
    if 200 <= outcome.status < 300 and responses.states_error(content):
        return SubmitOutcome.REFUSED
    return _classify_status(outcome.status)


def _classify_status(status: int) -> SubmitOutcome:
    if 200 <= status < 300:
        return SubmitOutcome.ID_LOST
    if status == 429:
        return SubmitOutcome.BUSY
    if status >= 500 or status < 200 or status in _AMBIGUOUS:
        return SubmitOutcome.UNKNOWN
    return SubmitOutcome.REFUSED


# Finding the request id in an answer. An id that was received is never thrown away.


_ENVELOPES = ("data", "request", "result", "response", "job")
"""Members in which a gateway wraps an answer. An echo of the input is not one of them."""
_ID_IN_PART = re.compile(
    rb'"request_id"\s*:\s*(?:"([A-Za-z0-9_-]{1,128})"|([0-9]{1,128})(?=[\s,}]))'
)
_ID_IN_LOCATION = re.compile(r"/v1/requests/([A-Za-z0-9_-]{1,128})(?:[/?#]|$)")


def request_id_candidates(
    outcome: Outcome, content: responses.JsonObject | None
) -> Iterator[Mapping[str, Any]]:
    """Objects that may hold the id, the best first: the answer, what it wraps, ``Location``.

    In a body that broke off or is not a JSON object, anything that looks like an id counts.
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
    location = _ID_IN_LOCATION.search(outcome.headers.get("location", ""))
    if location is not None:
        yield {"request_id": location[1]}
