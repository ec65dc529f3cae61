"""Saying no: the documented error codes, and the few answers that nobody has published."""

from __future__ import annotations

from typing import Any

from runcomfy_runtime.protocol import ErrorCode

from .exchange import Response, json_response

INVALID_INPUT = ErrorCode(422001, "ValidationError", 422)
"""Assumed: the status is claimed by RunComfy's own client texts, the code is its serverless one."""


class Refused(Exception):
    """The request is answered with an error; ``response`` is that answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def documented(error: ErrorCode, message: str) -> Refused:
    """A refusal of the published table: the code's HTTP status, ``error_code`` in the body."""
    return Refused(
        json_response(error_body(error.code, message), status=error.http_status)
    )


def assumed(
    status: int, message: str, *, code: int | None = None, detail: Any = None
) -> Refused:
    """A refusal in a form that is our guess; ``code`` defaults to the status and three zeros."""
    body = error_body(code if code is not None else status * 1000, message)
    if detail is not None:
        body["detail"] = detail
    return Refused(json_response(body, status=status, assumed=True))


def error_body(code: int, message: str) -> dict[str, Any]:
    """The published form of an error."""
    return {"error_code": code, "error_message": message}
