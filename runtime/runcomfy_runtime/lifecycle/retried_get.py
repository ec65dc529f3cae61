"""Reading a job's state: free of charge, so tried again with patience when it fails."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple, NoReturn

from .. import errors, protocol, responses
from ..job_handle import Ticket
from ..retry_and_timeouts import (
    PATIENCE,
    REQUEST_TIMEOUT,
    YOUNG,
    hinted,
    request_timeout,
    retry_pause,
)
from ..transport import Lost, Outcome, Response
from .steps import Emit, Flow, Retry, Send, Sleep, Terms, api_request


class Overdue(Exception):
    """The deadline has come while a job was waited for. Never leaves the flows."""


class Verdict(StrEnum):
    """What to make of an answer to a read."""

    GOOD = "good"
    TROUBLE = "trouble"
    FINAL = "final"


class Reading(NamedTuple):
    """A good answer: the document in it, and the pause that the server asks for."""

    content: responses.Document
    hint: float | None


Judge = Callable[[Response, responses.Document | None], Verdict]

_PASSING = frozenset({408, 425, 429})
_ENDS = ("failed", "cancelled", "canceled")
_ABOUT_THE_ASKER = frozenset(
    {401, 402, 403, 429, protocol.BAD_TOKEN.code, protocol.FORBIDDEN.code}
)


def judged(response: Response, content: responses.Document | None) -> Verdict:
    """What an answer to a read is, as far as that holds for every read."""
    good = 200 <= response.status < 300
    if good and content is not None and not responses.states_error(content):
        return Verdict.GOOD
    if content is not None and _tells_of_an_end(response, content):
        return Verdict.GOOD
    if good:
        return Verdict.TROUBLE if content is None else Verdict.FINAL
    passing = response.status in _PASSING or response.status >= 500
    return Verdict.TROUBLE if passing else Verdict.FINAL


def _tells_of_an_end(response: Response, content: responses.Document) -> bool:
    """Whether an error of HTTP, or beside an error code, says how the job itself ended.

    ``failed`` and ``cancelled`` are said of jobs, ``error`` by any gateway of itself.
    """
    word = content.get("status") or content.get("state")
    if not isinstance(word, str) or word.lower() not in _ENDS:
        return False
    about = (response.status, responses.error_code(content))
    return _ABOUT_THE_ASKER.isdisjoint(about)


def read(
    terms: Terms,
    ticket: Ticket,
    doing: str,
    url: str,
    until: float,
    judge: Judge = judged,
) -> Flow[Reading]:
    """Ask until there is a good answer.

    Raises ``Overdue`` at the deadline, ``PollInterrupted`` after two minutes of nothing but
    trouble, and the server's error when asking again cannot help.
    """
    began = terms.now()
    attempt = 0
    while True:
        now = terms.now()
        if now >= until and attempt:
            raise Overdue
        timeout = request_timeout(until, now, REQUEST_TIMEOUT)
        outcome = yield Send(api_request(terms, "GET", url, None, timeout))
        assert outcome is not None
        content = responses.document(outcome) if isinstance(outcome, Response) else None
        if isinstance(outcome, Response):
            verdict = judge(outcome, content)
            if verdict is Verdict.GOOD and content is not None:
                return Reading(content, _hint(terms, outcome))
            if verdict is Verdict.FINAL and not _may_appear(
                terms, ticket, outcome, content
            ):
                _fail(terms, ticket, doing, outcome, content)
        pause = _pause(terms, outcome, attempt)
        if terms.now() + pause - began > PATIENCE:
            _give_up(terms, ticket, doing, outcome, content)
        attempt += 1
        yield Emit(Retry(doing, _reason(outcome), attempt, pause, ticket.request_id))
        yield Sleep(min(pause, max(until - terms.now(), 0.0)))


def _hint(terms: Terms, outcome: Outcome) -> float | None:
    return (
        responses.retry_after(outcome.headers, terms.today())
        if outcome.headers
        else None
    )


def _pause(terms: Terms, outcome: Outcome, attempt: int) -> float:
    hint = _hint(terms, outcome)
    return hinted(hint) if hint is not None else retry_pause(attempt, terms.random(), 5)


def _may_appear(
    terms: Terms, ticket: Ticket, response: Response, content: responses.Document | None
) -> bool:
    """Whether "not found" may only mean that the job is too young to be found everywhere."""
    code = responses.error_code(content) if content else None
    missing = response.status in (404, 410) or code == protocol.NOT_FOUND.code
    return missing and terms.today() - ticket.submitted_at < YOUNG


def _reason(outcome: Outcome) -> str:
    return outcome.reason if isinstance(outcome, Lost) else f"HTTP {outcome.status}"


def _fail(
    terms: Terms,
    ticket: Ticket,
    doing: str,
    response: Response,
    content: responses.Document | None,
) -> NoReturn:
    stated = responses.refusal(response, content, terms.today())
    assert stated is not None
    error = responses.api_error(
        f"{doing} of {ticket.request_id}", stated, errors.ApiError
    )
    raise error.concerning(ticket.request_id)


def _give_up(
    terms: Terms,
    ticket: Ticket,
    doing: str,
    outcome: Outcome,
    content: responses.Document | None,
) -> NoReturn:
    said = _reason(outcome)
    if isinstance(outcome, Response):
        stated = responses.refusal(outcome, content, terms.today())
        said += f": {stated.text if stated else responses.describe(outcome)}"
    raise errors.PollInterrupted(
        f"{doing} of {ticket.request_id}: nothing but trouble for {PATIENCE:.0f} s, last "
        f"{said}. The job itself goes on: take it up again with its token"
    ).concerning(ticket.request_id)
