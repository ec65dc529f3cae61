"""Observing the client: hooks for requests and retries, and one logger, ``runcomfy``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from .lifecycle.steps import Accepted, Event, Retry, UnknownStatus
from .protocol import Status
from .transport import Lost, Outcome, Request

if TYPE_CHECKING:
    import logging

LOGGER = "runcomfy"
_DEBUG, _INFO, _WARNING, _ERROR = 10, 20, 30, 40  # those of logging, not imported


class Exchanged(NamedTuple):
    """One request as a hook sees it: no body, no token, no query of a signed URL."""

    method: str
    url: str
    status: int | None
    """The HTTP status; None if there was no answer."""
    seconds: float
    lost: str | None = None
    """Why there is no complete answer, if there is none."""


class Hooks(NamedTuple):
    """Functions to call. An exception that they raise is logged and has no other effect: a
    paid answer that has just arrived is not lost because of a broken metric."""

    on_request: Callable[[Exchanged], None] | None = None
    on_retry: Callable[[Retry], None] | None = None


@cache
def logger() -> logging.Logger:
    """The one logger of this package."""
    import logging  # not at the top: a program that does not log need not import it

    return logging.getLogger(LOGGER)


def report_request(
    hooks: Hooks, request: Request, outcome: Outcome, seconds: float
) -> None:
    """Report a request that was sent."""
    logged = logger().isEnabledFor(_DEBUG)
    if hooks.on_request is None and not logged:
        return
    lost = outcome.reason if isinstance(outcome, Lost) else None
    url = request.url.partition("?")[0]
    record = Exchanged(request.method, url, outcome.status or None, seconds, lost)
    _call(hooks.on_request, record)
    if logged:
        values = (request.method, url, lost or record.status, seconds)
        _log(_DEBUG, "%s %s: %s in %.3f s", *values)


def report_event(hooks: Hooks, event: Event) -> None:
    """Report an event in the life of a job."""
    if isinstance(event, (Status, Accepted)):
        if "logging" in sys.modules:
            _progress(event)
    elif isinstance(event, Retry):
        _call(hooks.on_retry, event)
        values = (event.doing, event.reason, event.attempt + 1, event.pause)
        _log(_INFO, "%s: %s: try %d in %.2f s", *values)
    elif isinstance(event, UnknownStatus):
        text = "job %s: unknown status %r, the wait continues"
        _log(_WARNING, text, event.request_id, event.word[:80])
    else:
        text = "job %s was accepted but not recorded in the journal: %s; its token: %s"
        handle = event.handle
        _log(_ERROR, text, handle.request_id, event.reason, handle.token())


def _progress(event: Status | Accepted) -> None:
    if isinstance(event, Accepted):
        handle = event.handle
        _log(_INFO, "job %s accepted by %s", handle.request_id, handle.model_id)
    else:
        _log(_DEBUG, "job %s: %s", event.request_id, event.state)


def _log(level: int, text: str, *values: object, trace: bool = False) -> None:
    """Write to the log. A filter or handler that fails has no effect."""
    log = logger()
    if log.isEnabledFor(level):
        with suppress(Exception):
            log.log(level, text, *values, exc_info=trace)


def call_safely(function: Callable[..., None], *arguments: object) -> None:
    """Call a function of the caller. An exception is logged and has no other effect."""
    try:
        function(*arguments)
    except Exception:
        _log(_ERROR, "a function of yours failed", trace=True)


def _call(
    hook: Callable[[Event], None] | Callable[..., None] | None, record: object
) -> None:
    if hook is None:
        return
    try:
        hook(record)  # type: ignore[arg-type]
    except Exception:
        _log(_ERROR, "a hook of yours failed", trace=True)
