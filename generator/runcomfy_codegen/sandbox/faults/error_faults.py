"""Faults that answer with an error before the API has done anything.

Every code of the runtime's error table has one, and so has every 5xx status in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import MappingProxyType

from runcomfy_runtime.protocol import (
    BAD_TOKEN,
    ERROR_CODES,
    FORBIDDEN,
    HTTP_ERRORS,
    INVALID_INPUT,
    INVALID_MODEL,
    NO_BALANCE,
    NOT_FOUND,
    NOT_READY,
    RATE_LIMITED,
    ErrorCode,
)

from ..http_messages import (
    ApiResponse,
    Delivery,
    error_body,
    error_response,
    json_response,
)
from ..routes import Action
from . import API, RESULT, SUBMIT, Fault, FaultContext, ReplaceResponse

_CODES: Mapping[ErrorCode, tuple[str, frozenset[Action]]] = MappingProxyType(
    {
        BAD_TOKEN: ("bad-token", API),
        NO_BALANCE: ("no-balance", SUBMIT),
        INVALID_MODEL: ("unknown-model", SUBMIT),
        FORBIDDEN: ("forbidden", API - SUBMIT),
        NOT_FOUND: ("not-found", API - SUBMIT),
        NOT_READY: ("not-ready", RESULT),
        INVALID_INPUT: ("invalid-input", SUBMIT),
    }
)
"""The fault of a code, and the calls it strikes by itself. The fault of any other code has
the code's own name and strikes every call."""

_STATUSES: Mapping[int, str] = MappingProxyType(
    {500: "internal-error", 503: "unavailable"}
)
"""The fault of a 5xx status whose fault has not the name of the status."""

_HTML = (
    "<html>\r\n<head><title>{0} {1}</title></head>\r\n"
    "<body><center><h1>{0} {1}</h1></center></body>\r\n</html>\r\n"
)


def code_fault(error: ErrorCode) -> Fault:
    """The fault that answers with this row of the error table."""
    name, calls = _CODES.get(error, (_words(error.name), API))
    response = error_response(error, f"{error.name} (on demand)")
    description = f"HTTP {error.http_status} with error_code {error.code}"
    return Fault(
        name=name,
        description=description,
        on=calls,
        replace_response=lambda _: response,
    )


def _gateway_fault(error: ErrorCode) -> Fault:
    page = ApiResponse(
        status=error.http_status,
        headers=(("content-type", "text/html"),),
        body=_HTML.format(error.http_status, error.name).encode(),
    )
    return Fault(
        name=_STATUSES.get(error.http_status, _words(error.name)),
        description=f"HTTP {error.http_status} with an HTML page; retry-after=SECONDS or date",
        on=API,
        replace_response=lambda context: page.having(*_retry_after(context, "none")),
    )


def _words(name: str) -> str:
    """``NotReady`` and ``Not Ready`` as ``not-ready``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])| +", "-", name).lower()


def _server_error(_: FaultContext) -> ApiResponse:
    return json_response({"message": "Internal Server Error"}, status=500, assumed=True)


def _rate_limited(context: FaultContext) -> ApiResponse:
    status = RATE_LIMITED.http_status
    body = {"message": RATE_LIMITED.name}
    limited = json_response(body, status=status, assumed=True)
    return limited.having(*_retry_after(context, "1"))


def _error_in_200(_: FaultContext) -> ApiResponse:
    body = error_body(403003, "Refused inside a success (on demand)")
    return json_response(body, assumed=True)


def _redirect(_: FaultContext) -> ApiResponse:
    # The host is reserved (RFC 2606): no server can learn a token there.
    location = ("location", "https://elsewhere.invalid/")
    return ApiResponse(status=302, headers=(location,))


def _dropped(_: FaultContext) -> ApiResponse:
    return ApiResponse(status=500, delivery=Delivery.NEVER)


def _retry_after(context: FaultContext, default: str) -> tuple[tuple[str, str], ...]:
    option = context.options.get("retry-after", default)
    if option == "none":
        return ()
    if option != "date":
        return (("retry-after", option),)
    date = datetime.fromtimestamp(context.now, UTC) + timedelta(seconds=2)
    return (("retry-after", format_datetime(date, usegmt=True)),)


def _fault(name: str, description: str, replace_response: ReplaceResponse) -> Fault:
    return Fault(
        name=name, description=description, on=API, replace_response=replace_response
    )


ERROR_FAULTS = (
    *map(code_fault, dict.fromkeys([*_CODES, *ERROR_CODES.values()])),
    *(_gateway_fault(row) for row in HTTP_ERRORS.values() if row.http_status >= 500),
    _fault("server-error", "HTTP 500 with a JSON body", _server_error),
    _fault(
        "rate-limited", "HTTP 429; retry-after=SECONDS, date or none", _rate_limited
    ),
    _fault("error-in-200", "HTTP 200 with an error_code", _error_in_200),
    _fault("redirect", "HTTP 302 to another host", _redirect),
    _fault("dropped", "the connection is reset, nothing happened", _dropped),
)
"""The faults of this file."""
