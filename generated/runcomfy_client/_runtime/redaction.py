"""What came of a request, without the token that the request carried.

Servers echo what they are sent: in a page about an error, in the place that they redirect to,
in any header. From there it would get into errors, logs and the journal.
"""

from __future__ import annotations

from collections.abc import Mapping

from .exchange import Outcome, Response
from .secret import Token


def redacted(outcome: Outcome, token: Token) -> Outcome:
    """The outcome as it came, or a copy without the token wherever it stood."""
    headers = _headers(outcome.headers, token) if outcome.headers else outcome.headers
    if isinstance(outcome, Response):
        body = token.redacted(outcome.body)
        if body is outcome.body and headers is outcome.headers:
            return outcome
        return outcome._replace(headers=headers, body=body)
    return outcome._replace(
        reason=token.redacted_text(outcome.reason),
        headers=headers,
        body=token.redacted(outcome.body, whole=False),
    )


def _headers(headers: Mapping[str, str], token: Token) -> Mapping[str, str]:
    text = "\n".join((*headers, *headers.values()))
    if token.redacted_text(text) == text:
        return headers
    return {
        token.redacted_text(name): token.redacted_text(value)
        for name, value in headers.items()
    }
