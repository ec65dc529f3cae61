"""Faults that answer with an error before anything has happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from runcomfy_runtime.protocol import (
    BAD_TOKEN,
    FORBIDDEN,
    INVALID_MODEL,
    NO_BALANCE,
    NOT_FOUND,
    NOT_READY,
    ErrorCode,
)

from ..http_messages import (
    INVALID_INPUT,
    ApiResponse,
    Delivery,
    error_body,
    json_response,
)
from ..routes import Action
from . import API, RESULT, SUBMIT, Fault, FaultContext, Replacement

_HTML = (
    "<html>\r\n<head><title>{0} {1}</title></head>\r\n"
    "<body><center><h1>{0} {1}</h1></center></body>\r\n</html>\r\n"
)


_GUESSED = (NOT_READY, INVALID_INPUT)
"""Errors that the published table does not have."""


def _coded(error: ErrorCode) -> Replacement:
    body = error_body(error.code, f"{error.name} (on demand)")

    def instead(_: FaultContext) -> ApiResponse:
        guessed = error in _GUESSED
        return json_response(body, status=error.http_status, assumed=guessed)

    return instead


def _page(status: int, title: str) -> Replacement:
    def instead(situation: FaultContext) -> ApiResponse:
        page = ApiResponse(
            status=status,
            headers=(("content-type", "text/html"),),
            body=_HTML.format(status, title).encode(),
        )
        return page.having(*_retry_after(situation, "none"))

    return instead


def _server_error(_: FaultContext) -> ApiResponse:
    return json_response({"message": "Internal Server Error"}, status=500, assumed=True)


def _rate_limited(situation: FaultContext) -> ApiResponse:
    body = {"message": "Too Many Requests"}
    return json_response(body, status=429, assumed=True).having(
        *_retry_after(situation, "1")
    )


def _error_in_200(_: FaultContext) -> ApiResponse:
    return json_response(
        error_body(403003, "Refused inside a success (on demand)"), assumed=True
    )


def _redirect(_: FaultContext) -> ApiResponse:
    # The host is reserved (RFC 2606): nobody is behind it who could learn a token.
    return ApiResponse(
        status=302, headers=(("location", "https://elsewhere.invalid/"),)
    )


def _dropped(_: FaultContext) -> ApiResponse:
    return ApiResponse(status=500, carriage=Delivery.NEVER)


def _retry_after(situation: FaultContext, usual: str) -> tuple[tuple[str, str], ...]:
    asked = situation.options.get("retry-after", usual)
    if asked == "none":
        return ()
    if asked != "date":
        return (("retry-after", asked),)
    then = datetime.fromtimestamp(situation.now, UTC) + timedelta(seconds=2)
    return (("retry-after", format_datetime(then, usegmt=True)),)


def _error(name: str, error: ErrorCode, on: frozenset[Action]) -> Fault:
    says = f"HTTP {error.http_status} with error_code {error.code}"
    return Fault(name=name, says=says, on=on, instead=_coded(error))


def _gateway(name: str, status: int, title: str) -> Fault:
    says = f"HTTP {status} with an HTML page; retry-after=SECONDS or date"
    return Fault(name=name, says=says, on=API, instead=_page(status, title))


def _other(name: str, says: str, instead: Replacement) -> Fault:
    return Fault(name=name, says=says, on=API, instead=instead)


ERROR_FAULTS = (
    _error("bad-token", BAD_TOKEN, API),
    _error("no-balance", NO_BALANCE, SUBMIT),
    _error("unknown-model", INVALID_MODEL, SUBMIT),
    _error("forbidden", FORBIDDEN, API - SUBMIT),
    _error("not-found", NOT_FOUND, API - SUBMIT),
    _error("not-ready", NOT_READY, RESULT),
    _error("invalid-input", INVALID_INPUT, SUBMIT),
    _gateway("internal-error", 500, "Internal Server Error"),
    _gateway("bad-gateway", 502, "Bad Gateway"),
    _gateway("unavailable", 503, "Service Unavailable"),
    _gateway("gateway-timeout", 504, "Gateway Timeout"),
    _other("server-error", "HTTP 500 with a JSON body", _server_error),
    _other(
        "rate-limited", "HTTP 429; retry-after=SECONDS, date or none", _rate_limited
    ),
    _other("error-in-200", "HTTP 200 with an error_code", _error_in_200),
    _other("redirect", "HTTP 302 to another host", _redirect),
    _other("dropped", "the connection is reset, nothing happened", _dropped),
)
"""The faults of this file."""
