"""What became of a submit: judged from how far it got and from what was answered.

Only two of these fates allow to send the same request again: nothing of it was sent, or the
server refused it for now.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, cast

from .. import responses
from ..transport import Lost, Outcome, Reached


class SubmitOutcome(StrEnum):
    """What became of a submit, as far as this side can know."""

    NOT_SENT = "not sent"
    BUSY = "refused for now"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    ID_LOST = "accepted, its id lost"


# Statuses that a proxy may give while the server behind it goes on with the request.
_AMBIGUOUS = frozenset({408, 409, 425, 499})


def classify_response(
    outcome: Outcome, content: responses.JsonObject | None
) -> SubmitOutcome:
    """Judge what came of a submit, from how far it got and what was answered."""
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
        # An id is the proof of a job, whatever error stands beside it.
        return SubmitOutcome.ACCEPTED
    # Behind a 5xx the server may go on, whatever code a proxy puts beside it.
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


# Where an answer may name the job that it accepted: an id that did come is never thrown away.


_ENVELOPES = ("data", "request", "result", "response", "job")
"""Members that a gateway wraps an answer in. An echo of the input is not among them."""
_ID_IN_PART = re.compile(
    rb'"request_id"\s*:\s*(?:"([A-Za-z0-9_-]{1,128})"|([0-9]{1,128})(?=[\s,}]))'
)
_ID_IN_LOCATION = re.compile(r"/v1/requests/([A-Za-z0-9_-]{1,128})(?:[/?#]|$)")


def request_id_candidates(
    outcome: Outcome, content: responses.JsonObject | None
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
