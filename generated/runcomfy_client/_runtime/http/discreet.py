"""What httpcore logs, without our token.

At the level DEBUG it logs the head of every answer, word for word, and a server may have
echoed there what it was sent.
"""

from __future__ import annotations

import logging
from contextvars import ContextVar

from ..secret import Token

token_under_way: ContextVar[Token | None] = ContextVar("token_under_way", default=None)
"""The token of the request that this thread or task is sending."""


class _Discreet(logging.Filter):
    """Lets every record through, and takes the token out of it."""

    def filter(self, record: logging.LogRecord) -> bool:
        token = token_under_way.get()
        if token is not None:
            record.msg, record.args = token.redacted_text(record.getMessage()), ()
        return True


for _logger in ("connection", "http11", "proxy", "socks"):
    logging.getLogger(f"httpcore.{_logger}").addFilter(_Discreet())
