"""Errors of PostgreSQL: which mean that the connection is lost, and what to do about the others."""

from __future__ import annotations

from typing import Any

_HINTS = {
    "25006": "it is read-only (a standby?): give the address of the primary server, or with "
    "several hosts add target_session_attrs=read-write",
    "42501": "the user lacks a right: grant it CREATE on the schema for the first use, and "
    "SELECT, INSERT, UPDATE and DELETE on the tables runcomfy_… from then on",
    "42P01": "a table of the journal is missing: was it dropped?",
    "53100": "the disk of the database is full",
    "57014": "the database did not answer in time",
}
_LOST = {"57P01", "57P02", "57P03", "57P05", "25P03"}
_REPEATED = {"40001", "40P01", "55P03"}
_PASSING = ("refused", "No such file", "starting up", "shutting down", "recovery mode")
"""What libpq writes if the server does not run just now. It gives no code for these."""


def describe(error: BaseException) -> str:
    """An error in one line, with what to do about it."""
    text = " ".join(str(error).split()) or type(error).__name__
    hint = _HINTS.get(_code(error), "")
    return f"{text}; {hint}" if hint else text


def is_lost(error: BaseException) -> bool:
    """Whether the transaction is to be run again, on a new connection."""
    return isinstance(error, TimeoutError) or _code(error) in _LOST | _REPEATED


def is_temporary(error: BaseException) -> bool:
    """Whether a server that refused a connection may accept one soon."""
    return _code(error) in _LOST or any(word in str(error) for word in _PASSING)


def _code(error: Any) -> str:
    return str(getattr(error, "sqlstate", None) or "")
