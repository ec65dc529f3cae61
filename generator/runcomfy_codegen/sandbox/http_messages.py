"""HTTP requests, responses and errors of the sandbox, as values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, unquote

from runcomfy_runtime.error_codes import ErrorCode
from runcomfy_runtime.protocol import CancelOutcome

from ..ir.json_layout import ascii_json_text

Headers = tuple[tuple[str, str], ...]

PROFILE_HEADER = "x-sandbox-profile"
"""Says whether the form of an answer is ``documented`` or ``assumed`` (not published).

``stated`` is a refusal because of limits that only descriptions state.
"""
STATED = "stated"

JSON_TYPE = "application/json"
_ALWAYS: Headers = (("x-content-type-options", "nosniff"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest:
    """One HTTP request. ``path`` is still percent-encoded; header names are in lower case.

    ``discarded`` is the size of a body that was too long to keep, else 0.
    """

    method: str
    path: str
    query: str = ""
    headers: Headers = ()
    body: bytes = b""
    discarded: int = 0

    @property
    def segments(self) -> tuple[str, ...]:
        """The parts of the path between the slashes, each decoded."""
        return tuple(
            unquote(part, errors="replace") for part in self.path.split("/")[1:]
        )

    @property
    def parameters(self) -> Mapping[str, str]:
        """The query. The last of repeated names wins; names without a value are left out."""
        return dict(parse_qsl(self.query))

    def header(self, name: str) -> str | None:
        """The value of a header, or None; ``name`` is in lower case."""
        return next((value for key, value in self.headers if key == name), None)


class Delivery(StrEnum):
    """How a response is sent; all but ``WHOLE`` are faults."""

    WHOLE = "whole"
    NEVER = "never"
    """Nothing is sent: the connection is reset."""
    RESET = "reset"
    """The head and half of the body, then the connection is reset."""
    CUT = "cut"
    """The head and half of the body, then the connection is closed normally."""
    DRIBBLE = "dribble"
    """Byte by byte, ``seconds`` in all."""
    HELD = "held"
    """Whole, but only after ``seconds``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiResponse:
    """One HTTP response. Whatever sends it adds ``content-length``.

    ``intended_body`` is the body before a fault made it unreadable.
    """

    status: int
    headers: Headers = ()
    body: bytes = b""
    intended_body: bytes = b""
    delivery: Delivery = Delivery.WHOLE
    seconds: float = 0.0

    def having(self, *headers: tuple[str, str]) -> ApiResponse:
        """The same response with these headers added or replaced."""
        names = {name for name, _ in headers}
        kept = tuple(header for header in self.headers if header[0] not in names)
        return replace(self, headers=kept + headers)

    def header(self, name: str) -> str | None:
        """The value of a header, or None; ``name`` is in lower case."""
        return next((value for key, value in self.headers if key == name), None)

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


def json_response(
    value: Any, *, status: int = 200, assumed: bool = False
) -> ApiResponse:
    """An answer of the API. ``assumed`` marks a form that no published source shows."""
    return ApiResponse(
        status=status,
        headers=(
            ("content-type", JSON_TYPE),
            ("cache-control", "no-store"),
            (PROFILE_HEADER, "assumed" if assumed else "documented"),
            *_ALWAYS,
        ),
        body=ascii_json_text(value).encode("ascii"),
    )


def cancel_response(request_id: str, word: str, outcome: CancelOutcome) -> ApiResponse:
    """The answer of ``/cancel``: HTTP 202 if the cancel is accepted."""
    body = {"request_id": request_id, "status": word, "outcome": outcome.value}
    accepted = outcome is CancelOutcome.CANCELLED
    # Which status the cancel of a job that has started gets is nowhere published.
    return json_response(body, status=202 if accepted else 200, assumed=not accepted)


def file_response(
    body: bytes, content_type: str, *headers: tuple[str, str], status: int = 200
) -> ApiResponse:
    """The bytes of a file, with headers that stop a browser from running anything in it."""
    return ApiResponse(
        status=status,
        headers=(
            ("content-type", content_type),
            ("content-security-policy", "default-src 'none'"),
            *headers,
            *_ALWAYS,
        ),
        body=body,
    )


class Refused(Exception):
    """The request is answered with an error; ``response`` is that answer."""

    def __init__(self, response: ApiResponse) -> None:
        super().__init__(response.status)
        self.response = response


def coded_error(error: ErrorCode, message: str, *, detail: Any = None) -> Refused:
    """A refusal with a code of the error table: its HTTP status, its code in the body."""
    return Refused(error_response(error, message, detail=detail))


def assumed_error(status: int, message: str) -> Refused:
    """A refusal that no published source shows: the code is the status and three zeros."""
    body = error_body(status * 1000, message)
    return Refused(json_response(body, status=status, assumed=True))


def error_response(
    error: ErrorCode, message: str, *, detail: Any = None
) -> ApiResponse:
    """The answer for a row of the error table; ``detail`` goes into the body."""
    body = error_body(error.code, message)
    if detail is not None:
        body["detail"] = detail
    assumed = error.source != "published"
    return json_response(body, status=error.http_status, assumed=assumed)


def error_body(code: int, message: str) -> dict[str, Any]:
    """The published form of an error."""
    return {"error_code": code, "error_message": message}
