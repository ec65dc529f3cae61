"""A submission and its outcome: classified by how far the request got and what was answered.

Only two outcomes permit sending the same request again: ``NOT_SENT`` and ``BUSY``.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple, NoReturn, Protocol, Self, cast

from .. import errors, responses
from ..error_codes import is_ambiguous
from ..files import digest, urls
from ..job_handle import JobHandle, handle_from_answer
from ..protocol import ENVELOPES
from ..transport import Lost, Outcome, Reached, Response
from .steps import FlowContext, failure_reason, settle_hint

ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
"""Writes bodies: as UTF-8, and no number that JSON does not have."""


class PreSubmitTask(Protocol):
    """A task to run before anything is sent. It raises if the input must not be paid for."""

    def within(self, left: Callable[[], float]) -> Self:
        """The same task with a time limit: ``left`` returns the seconds that are left."""
        ...

    def __call__(self) -> None:
        """Run it, blocking the thread."""
        ...

    async def on_loop(self) -> None:
        """Run it without blocking the event loop."""
        ...


class FilesTask(Protocol):
    """Reads or hosts the local files of an input, so that its body can be made."""

    def __call__(self) -> None:
        """Run it, blocking the thread."""
        ...

    async def on_loop(self) -> None:
        """Run it without blocking the event loop."""
        ...

    def check(self) -> None:
        """Raise ``InputRejected`` if a file cannot be read."""
        ...

    def members(self) -> Mapping[str, Any]:
        """The input with a text in place of each file."""
        ...


class Submission(NamedTuple):
    """A job to submit. Its body is serialised once, so that every try sends the same bytes."""

    model_id: str
    body: bytes
    payload_sha256: str
    reference: str
    """The key of this submit in the journal: the same reference is not submitted twice."""
    echoes: tuple[str, ...] = ()
    check: PreSubmitTask | None = None
    batch: str = ""
    """The name of its batch; empty if it has none."""
    members: Mapping[str, Any] = {}
    """The input in wire names, as it was given: its identity in a batch is made from them."""
    files: FilesTask | None = None
    """Makes the text of each local file. Until it has run, the body has only their names."""

    @classmethod
    def of(cls, model_id: str, members: Mapping[str, Any]) -> Submission:
        """The submission of these members, under a reference of its own."""
        reference = os.urandom(16).hex()
        body, digits, echoes = _written(members)
        return cls(model_id, body, digits, reference, echoes, members=members)

    def with_members(self, members: Mapping[str, Any]) -> Submission:
        """The same job with the body of these members."""
        body, digits, echoes = _written(members)
        return self._replace(body=body, payload_sha256=digits, echoes=echoes)


def _written(members: Mapping[str, Any]) -> tuple[bytes, str, tuple[str, ...]]:
    """The body of these members, its SHA-256, and the digests of the URLs in it."""
    from hashlib import sha256  # OpenSSL behind it is slow to import

    text = ENCODER.encode(members)
    body = text.encode()
    found = dict.fromkeys(urls(members)) if "http" in text.lower() else ()
    return body, sha256(body).hexdigest(), tuple(map(digest, found))


class SubmitOutcome(StrEnum):
    """The outcome of a submit, as far as the client can know."""

    NOT_SENT = "not sent"
    BUSY = "refused for now"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    ID_LOST = "accepted, its id lost"


def _classify_lost(outcome: Lost) -> SubmitOutcome:
    if outcome.reached is Reached.NOTHING_SENT:
        return SubmitOutcome.NOT_SENT
    if outcome.reached is Reached.ANSWER_BEGAN:
        return _classify_status(outcome.status)
    return SubmitOutcome.UNKNOWN


def classify_response(
    outcome: Outcome, content: responses.JsonObject | None
) -> SubmitOutcome:
    """Classify the outcome of a submit. ``content`` is the JSON object of the answer, if any."""
    if isinstance(outcome, Lost):
        return _classify_lost(outcome)
    if outcome.status == 429:
        return SubmitOutcome.BUSY
    if not content:
        return _classify_status(outcome.status)
    if 200 <= outcome.status < 300 and content.get("request_id"):
        # An id proves that there is a job, whatever error comes with it.
        return SubmitOutcome.ACCEPTED
    # Behind a 5xx the server may still run the job, whatever code a proxy adds.
    ambiguous = is_ambiguous(outcome.status)
    if not ambiguous and responses.is_documented(responses.error_code(content)):
        return SubmitOutcome.REFUSED
    if 200 <= outcome.status < 300 and responses.states_error(content):
        return SubmitOutcome.REFUSED
    return _classify_status(outcome.status)


def _classify_status(status: int) -> SubmitOutcome:
    if 200 <= status < 300:
        return SubmitOutcome.ID_LOST
    if status == 429:
        return SubmitOutcome.BUSY
    if status < 200 or is_ambiguous(status):
        return SubmitOutcome.UNKNOWN
    return SubmitOutcome.REFUSED


# Finding the request id in an answer. An id that was received is never thrown away.


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
        for key in ENVELOPES:
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


# From an outcome to a job or an error.


def as_response(outcome: Outcome) -> Response:
    """The answer, or the part of it that arrived."""
    if isinstance(outcome, Response):
        return outcome
    return Response(outcome.status, outcome.headers, outcome.body)


def raise_refused(context: FlowContext, outcome: Outcome) -> NoReturn:
    """Raise the error that the server answered with."""
    response = as_response(outcome)
    content = responses.json_object(response)
    details = responses.read_error(response, content, context.today())
    assert details is not None
    if 300 <= response.status < 400:
        location = responses.error_text(response.headers.get("location", "elsewhere"))
        text = f"the server redirects to {location}: is the base URL right?"
        details = details._replace(text=text)
    raise responses.api_error("submitting", details, errors.SubmitRefused)


def unknown_outcome(
    context: FlowContext, submission: Submission, outcome: Outcome
) -> errors.SubmitOutcomeUnknown:
    """The error for an outcome that does not say whether the job was accepted."""
    reason = failure_reason(outcome)
    if isinstance(outcome, Response):
        content = responses.json_object(outcome)
        details = responses.read_error(outcome, content, context.today())
        reason += f": {details.text}" if details else ""
    return unknown_error(context, submission, reason)


def unknown_error(
    context: FlowContext, submission: Submission, reason: str
) -> errors.SubmitOutcomeUnknown:
    """The error for a request that was sent and whose acceptance cannot be known."""
    return errors.SubmitOutcomeUnknown(
        f"submitting to {submission.model_id}: the request was sent, and no answer says whether it "
        f"was accepted ({reason}). It may be running and may be billed; it is not sent again. "
        + _way_out(context, submission),
        sent_at=context.today(),
        payload_sha256=submission.payload_sha256,
        reference=submission.reference,
    )


def accepted_job(
    context: FlowContext,
    submission: Submission,
    outcome: Outcome,
    content: responses.JsonObject | None,
) -> JobHandle:
    """The job that an answer names, or one for an id found in what is left of the answer."""
    at = context.today()
    for candidate in request_id_candidates(outcome, content):
        handle = handle_from_answer(
            candidate,
            model_id=submission.model_id,
            base_url=context.base_url,
            at=at,
            echoes=submission.echoes,
        )
        if handle is not None:
            return handle
    raise _lost_id_error(context, submission, content or {}, outcome, at)


def _way_out(context: FlowContext, submission: Submission) -> str:
    if context.journal:
        return settle_hint(submission.reference)
    return "Look at your requests on RunComfy before you submit again"


def _lost_id_error(
    context: FlowContext,
    submission: Submission,
    content: Mapping[str, Any],
    outcome: Outcome,
    at: float,
) -> errors.SubmitOutcomeUnknown:
    reason = (
        outcome.reason
        if isinstance(outcome, Lost)
        else responses.describe_body(outcome)
    )
    error = errors.SubmitOutcomeUnknown(
        f"submitting to {submission.model_id}: HTTP {outcome.status}, but the answer names no job "
        f"({reason}). It is probably running and billed; it is not sent again. "
        + _way_out(context, submission),
        accepted=True,
        sent_at=at,
        payload_sha256=submission.payload_sha256,
        reference=submission.reference,
    )
    request_id = content.get("request_id")
    error.request_id = str(request_id) if request_id else None
    return error
