"""Faults of the response: an error instead of an answer, or an answer that is lost or damaged.

Every code of the runtime's error table has one, and so has every 5xx status in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import MappingProxyType

from runcomfy_runtime.error_codes import (
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
    UNLISTED_CODE,
    ErrorCode,
)

from ..http_messages import (
    JSON_TYPE,
    ApiResponse,
    Delivery,
    error_body,
    error_response,
    json_response,
)
from ..routes import Action
from . import (
    ANY,
    API,
    FILE,
    RESULT,
    SUBMIT,
    ChangeResponse,
    Fault,
    FaultContext,
    ReplaceResponse,
)

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
    body = error_body(UNLISTED_CODE, "Refused inside a success (on demand)")
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


# Transport faults: the API has acted, and its answer is lost, late or damaged.


_HUGE = 32 * 1024 * 1024  # bytes


def _broken(name: str, description: str, on: frozenset[Action], how: Delivery) -> Fault:
    """The connection breaks before or within the answer."""
    return _transport_fault(
        name, description, on, lambda _, response: replace(response, delivery=how)
    )


def _late(name: str, description: str, how: Delivery, default: float) -> Fault:
    """The answer takes ``seconds``, an option of the rule."""

    def delay(context: FaultContext, response: ApiResponse) -> ApiResponse:
        seconds = context.seconds(default)
        return replace(response, delivery=how, seconds=seconds)

    return _transport_fault(name, description, API, delay)


def _damaged(name: str, description: str, damage: Callable[[bytes], bytes]) -> Fault:
    """The JSON of the answer is changed; the request log keeps what the API meant."""

    def change(_: FaultContext, response: ApiResponse) -> ApiResponse:
        if response.header("content-type") != JSON_TYPE:
            return response
        body = response.body
        return replace(response, body=damage(body), intended_body=body)

    return _transport_fault(name, description, API, change, allowed=API)


def _wrong_type(_: FaultContext, response: ApiResponse) -> ApiResponse:
    return response.having(("content-type", "text/html"))


def _cut(_: FaultContext, response: ApiResponse) -> ApiResponse:
    return replace(response, delivery=Delivery.CUT)


def _transport_fault(
    name: str,
    description: str,
    on: frozenset[Action],
    change: ChangeResponse,
    allowed: frozenset[Action] = ANY,
) -> Fault:
    return Fault(
        name=name,
        description=description,
        on=on,
        allowed=allowed,
        change_response=change,
    )


TRANSPORT_FAULTS = (
    _broken(
        "lost-answer",
        "the request is accepted, its answer is lost",
        SUBMIT,
        Delivery.NEVER,
    ),
    _broken(
        "reset-body",
        "the connection is reset in the middle of the answer",
        API,
        Delivery.RESET,
    ),
    _broken(
        "cut-body", "the connection ends in the middle of the answer", API, Delivery.CUT
    ),
    _transport_fault(
        "cut-file", "an output file ends in the middle", FILE, _cut, allowed=FILE
    ),
    _late(
        "dribble", "the answer comes byte by byte, seconds=N (2)", Delivery.DRIBBLE, 2.0
    ),
    _late("slow", "the answer comes after seconds=N (2)", Delivery.HELD, 2.0),
    _late("hang", "the answer comes after seconds=N (300)", Delivery.HELD, 300.0),
    _damaged(
        "malformed-json",
        "half of the JSON, sent as a complete answer",
        lambda body: body[: len(body) // 2],
    ),
    _damaged("empty-body", "success with an empty body", lambda _: b""),
    _damaged("nan", "a NaN in the JSON", lambda body: body[:-1] + b', "score": NaN}'),
    _damaged(
        "byte-order-mark",
        "the JSON begins with a byte order mark",
        lambda body: b"\xef\xbb\xbf" + body,
    ),
    _damaged(
        "repeated-member",
        "the JSON has the same member twice",
        lambda body: b'{"request_id": "another", ' + body[1:],
    ),
    _damaged(
        "huge-body",
        "the JSON is followed by 32 MiB of blanks",
        lambda body: body + b" " * _HUGE,
    ),
    _transport_fault(
        "wrong-type", "the JSON is called text/html", API, _wrong_type, allowed=API
    ),
)
"""The faults of this file."""
