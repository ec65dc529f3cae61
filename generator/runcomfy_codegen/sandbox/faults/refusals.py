"""Faults that answer with an error before anything has happened."""

from __future__ import annotations

from collections.abc import Iterator
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

from ..exchange import Carriage, Response, json_response
from ..refusal import INVALID_INPUT, error_body
from .situation import API, RESULT, SUBMIT, Fault, Instead, Situation

_HTML = (
    "<html>\r\n<head><title>{0} {1}</title></head>\r\n"
    "<body><center><h1>{0} {1}</h1></center></body>\r\n</html>\r\n"
)
_CODED = (
    ("bad-token", BAD_TOKEN, API),
    ("no-balance", NO_BALANCE, SUBMIT),
    ("unknown-model", INVALID_MODEL, SUBMIT),
    ("forbidden", FORBIDDEN, API - SUBMIT),
    ("not-found", NOT_FOUND, API - SUBMIT),
    ("not-ready", NOT_READY, RESULT),
    ("invalid-input", INVALID_INPUT, SUBMIT),
)
_PAGES = (
    ("internal-error", 500, "Internal Server Error"),
    ("bad-gateway", 502, "Bad Gateway"),
    ("unavailable", 503, "Service Unavailable"),
    ("gateway-timeout", 504, "Gateway Timeout"),
)


def refusals() -> Iterator[Fault]:
    """The faults of this file."""
    for name, error, on in _CODED:
        says = f"HTTP {error.http_status} with error_code {error.code}"
        yield Fault(name=name, says=says, on=on, instead=_coded(error))
    for name, status, title in _PAGES:
        says = f"HTTP {status} with an HTML page"
        yield Fault(name=name, says=says, on=API, instead=_page(status, title))
    yield Fault(
        name="server-error",
        says="HTTP 500 with a JSON body",
        on=API,
        instead=_server_error,
    )
    yield Fault(
        name="rate-limited",
        says="HTTP 429; retry-after=SECONDS, date or none",
        on=API,
        instead=_rate_limited,
    )
    yield Fault(
        name="error-in-200",
        says="HTTP 200 with an error_code",
        on=API,
        instead=_error_in_200,
    )
    yield Fault(
        name="redirect", says="HTTP 302 to another host", on=API, instead=_redirect
    )
    yield Fault(
        name="dropped",
        says="the connection is reset, nothing happened",
        on=API,
        instead=_dropped,
    )


def _coded(error: ErrorCode) -> Instead:
    body = error_body(error.code, f"{error.name} (on demand)")

    def instead(_: Situation) -> Response:
        return json_response(body, status=error.http_status)

    return instead


def _page(status: int, title: str) -> Instead:
    def instead(situation: Situation) -> Response:
        page = Response(
            status=status,
            headers=(("content-type", "text/html"),),
            body=_HTML.format(status, title).encode(),
        )
        return page.having(*_retry_after(situation, "none"))

    return instead


def _server_error(_: Situation) -> Response:
    return json_response({"message": "Internal Server Error"}, status=500, assumed=True)


def _rate_limited(situation: Situation) -> Response:
    body = {"message": "Too Many Requests"}
    return json_response(body, status=429, assumed=True).having(
        *_retry_after(situation, "1")
    )


def _error_in_200(_: Situation) -> Response:
    return json_response(
        error_body(403003, "Refused inside a success (on demand)"), assumed=True
    )


def _redirect(_: Situation) -> Response:
    # The host is reserved (RFC 2606): nobody is behind it who could learn a token.
    return Response(status=302, headers=(("location", "https://elsewhere.invalid/"),))


def _dropped(_: Situation) -> Response:
    return Response(status=500, carriage=Carriage.NEVER)


def _retry_after(situation: Situation, usual: str) -> tuple[tuple[str, str], ...]:
    asked = situation.options.get("retry-after", usual)
    if asked == "none":
        return ()
    if asked != "date":
        return (("retry-after", asked),)
    then = datetime.fromtimestamp(situation.now, UTC) + timedelta(seconds=2)
    return (("retry-after", format_datetime(then, usegmt=True)),)
