"""Reading the catalog and the balance: free of charge, so a read that fails is repeated."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any, cast
from urllib.parse import urlencode

from .. import errors, protocol, responses
from ..retry_and_timeouts import (
    READ_BACKOFF_CAP,
    READ_RETRY_BUDGET,
    REQUEST_TIMEOUT,
    backoff,
    clamp_poll_hint,
    request_timeout,
)
from ..transport import Lost, Outcome, Request
from .steps import Emit, Flow, FlowContext, Retry, Sleep, failure_reason, send

_PAGE = 500
"""Entries of one page, the most that the API gives."""
_MOST_PAGES = 1_000


def read_models(
    context: FlowContext, query: Mapping[str, str], most: int | None, deadline: float
) -> Flow[list[Mapping[str, Any]]]:
    """The catalog entries that match a query, page by page; at most ``most`` of them."""
    entries: list[Mapping[str, Any]] = []
    for _ in range(_MOST_PAGES):
        page = _PAGE if most is None else min(_PAGE, most - len(entries))
        parameters = {**query, "limit": str(page), "offset": str(len(entries))}
        url = f"{context.base_url}{protocol.CATALOG_PATH}?{urlencode(parameters)}"
        answer = yield from _read(context, "reading the catalog", url, deadline)
        listed, total = answer.get("models"), answer.get("total")
        if not isinstance(listed, list):
            raise errors.UnreadableAnswer(
                "reading the catalog: the answer has no list of models", http_status=200
            )
        listed_entries = cast(list[Mapping[str, Any]], listed)
        entries += [entry for entry in listed_entries if isinstance(entry, dict)]
        complete = not isinstance(total, int) or len(entries) >= total
        if (
            not listed_entries
            or complete
            or (most is not None and len(entries) >= most)
        ):
            break
    return entries if most is None else entries[:most]


def read_model(
    context: FlowContext, model_id: str, deadline: float
) -> Flow[Mapping[str, Any]]:
    """The catalog entry of one model. Raises ``NotFound``."""
    url = context.base_url + protocol.submit_path(model_id)
    doing = f"reading the model {model_id}"
    entry = yield from _read(context, doing, url, deadline)
    if entry.get("model_id") != model_id:
        raise errors.UnreadableAnswer(
            f"{doing}: the answer is about {entry.get('model_id')!r:.80}",
            http_status=200,
        )
    return entry


def read_balance(context: FlowContext, deadline: float) -> Flow[Mapping[str, Any]]:
    """The balance of the account."""
    url = protocol.balance_url(context.base_url)
    return (yield from _read(context, "reading the balance", url, deadline))


def _read(
    context: FlowContext, doing: str, url: str, deadline: float
) -> Flow[Mapping[str, Any]]:
    """Repeat a GET until its answer is a JSON object without an error.

    Raises ``NotSent`` if there is no answer, and the server's error if repeating cannot help or
    did not help.
    """
    began = context.now()
    for attempt in count():
        now = context.now()
        if now >= deadline:
            raise errors.NotSent(f"{doing}: there was no time left; nothing was sent")
        timeout = request_timeout(deadline, now, REQUEST_TIMEOUT)
        # Each of these URLs is of the configured server, or of RunComfy's wallet.
        outcome = yield from send(
            Request("GET", url, None, timeout, token=context.token)
        )
        if not isinstance(outcome, Lost):
            content = responses.json_object(outcome)
            good = 200 <= outcome.status < 300
            if good and content is not None and not responses.states_error(content):
                return content
        pause = _pause(context, outcome, attempt)
        end = min(deadline, began + READ_RETRY_BUDGET)
        if not _may_help(outcome) or context.now() + pause >= end:
            raise _failure(context, doing, outcome)
        yield Emit(Retry(doing, failure_reason(outcome), attempt + 1, pause))
        yield Sleep(pause)
    raise AssertionError("count() never ends")


def _may_help(outcome: Outcome) -> bool:
    """Whether another try can have another answer."""
    if isinstance(outcome, Lost):
        return not outcome.hopeless
    if 200 <= outcome.status < 300:
        return responses.json_object(outcome) is None
    return responses.may_change(outcome)


def _pause(context: FlowContext, outcome: Outcome, attempt: int) -> float:
    hint = responses.retry_after(outcome.headers or {}, context.today())
    if hint is not None:
        return clamp_poll_hint(hint)
    return backoff(attempt, context.random(), READ_BACKOFF_CAP)


def _failure(
    context: FlowContext, doing: str, outcome: Outcome
) -> errors.RunComfyError:
    if isinstance(outcome, Lost):
        return errors.NotSent(f"{doing}: there is no answer: {outcome.reason}")
    content = responses.json_object(outcome)
    details = responses.read_error(outcome, content, context.today())
    if details is None:
        return errors.UnreadableAnswer(
            f"{doing}: {responses.describe_body(outcome)}", http_status=outcome.status
        )
    return responses.api_error(doing, details, errors.ApiError)
