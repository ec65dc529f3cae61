"""The one table of error codes: code, HTTP status, exception, hint, retry.

The sandbox reads it too. Sources: RunComfy's error-code page, and RunComfy's own clients; each
row names its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from . import errors


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """One error of the API: how the server answers, what the client raises, what helps.

    A row whose ``code`` is 0 is an HTTP status that proxies and gateways answer with too.
    """

    code: int
    """The ``error_code`` in the body."""
    name: str
    http_status: int
    exception: type[errors.ApiError] | None = None
    """What the client raises; None leaves it to the call (``SubmitRefused`` for a submit)."""
    hint: str = ""
    retry: bool = False
    """Whether the same read may succeed later. No submit is repeated because of it."""
    ambiguous: bool = False
    """Whether a proxy may answer so while the server behind it accepts the submit."""
    source: Literal["published", "clients", "assumed"] = "published"
    """Who says so: the page of error codes, RunComfy's own clients, or only we."""


_NO_SUCH = "there is no such model or job on this server, or it is gone"
_NO_MONEY = "the account has no balance left"
_CHECK_TOKEN = "check the token, and that it was not revoked"  # noqa: S105 - a hint
_OTHER_ACCOUNT = "the token belongs to another account than the job or model"

INVALID_MODEL = ErrorCode(
    400001, "InvalidResourceIdentifier", 400, errors.NotFound, _NO_SUCH
)
NO_BALANCE = ErrorCode(
    400002, "InsufficientResources", 400, errors.NoBalance, _NO_MONEY
)
BAD_TOKEN = ErrorCode(400004, "UserAccountError", 400, errors.AuthError, _CHECK_TOKEN)
NOT_READY = ErrorCode(400005, "NotReady", 400, retry=True, source="clients")
FORBIDDEN = ErrorCode(
    403001, "PermissionDeniedError", 403, errors.PermissionDenied, _OTHER_ACCOUNT
)
NOT_FOUND = ErrorCode(404001, "ResourceNotFound", 404, errors.NotFound, _NO_SUCH)
INVALID_INPUT = ErrorCode(422001, "ValidationError", 422, source="assumed")
RATE_LIMITED = ErrorCode(0, "Too Many Requests", 429, errors.RateLimited, retry=True)

ERRORS = (
    INVALID_MODEL,
    NO_BALANCE,
    BAD_TOKEN,
    NOT_READY,
    FORBIDDEN,
    NOT_FOUND,
    INVALID_INPUT,
    ErrorCode(0, "Unauthorized", 401, errors.AuthError, _CHECK_TOKEN),
    ErrorCode(0, "Payment Required", 402, errors.NoBalance, _NO_MONEY),
    ErrorCode(0, "Forbidden", 403, errors.PermissionDenied, _OTHER_ACCOUNT),
    ErrorCode(0, "Not Found", 404, errors.NotFound, _NO_SUCH),
    ErrorCode(0, "Request Timeout", 408, retry=True, ambiguous=True),
    ErrorCode(0, "Conflict", 409, ambiguous=True),
    ErrorCode(0, "Gone", 410, errors.NotFound, _NO_SUCH),
    ErrorCode(0, "Too Early", 425, retry=True, ambiguous=True),
    RATE_LIMITED,
    ErrorCode(0, "Client Closed Request", 499, ambiguous=True),
    *(
        ErrorCode(0, name, status, errors.ServerError, retry=True, ambiguous=True)
        for status, name in (
            (500, "Internal Server Error"),
            (502, "Bad Gateway"),
            (503, "Service Unavailable"),
            (504, "Gateway Timeout"),
        )
    ),
)
"""Every error of the API. The client's exceptions and the sandbox's refusals are its rows."""

ERROR_CODES: Mapping[int, ErrorCode] = MappingProxyType(
    {error.code: error for error in ERRORS if error.code}
)
UNLISTED_CODE = 403003
"""A code of another RunComfy API. It has no row, so each call decides what it means."""
HTTP_ERRORS: Mapping[int, ErrorCode] = MappingProxyType(
    {error.http_status: error for error in ERRORS if not error.code}
)


def http_error(status: int) -> ErrorCode | None:
    """The row of an HTTP status; every other 5xx is like 500. None for any other."""
    return HTTP_ERRORS.get(status) or (HTTP_ERRORS[500] if status >= 500 else None)


def is_temporary(status: int) -> bool:
    """Whether the same read may get another answer later."""
    error = http_error(status)
    return error is not None and error.retry


def is_ambiguous(status: int) -> bool:
    """Whether a submit that is answered with this status may have been accepted."""
    error = http_error(status)
    return error is not None and error.ambiguous
