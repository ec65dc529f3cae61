"""What psycopg gives: the module, connections whose waits end, and what its errors mean."""

from __future__ import annotations

import importlib
import time
from collections.abc import Generator
from typing import Any

from ..errors import NotConfigured

_INSTALL = (
    "a journal in PostgreSQL needs psycopg, which is not installed: "
    "pip install 'psycopg[binary]>=3.2' (with the tool: 'runcomfy-codegen[postgres]')"
)
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


def load_driver() -> Any:
    """The module ``psycopg``. Raises ``NotConfigured`` if it is not installed.

    It is imported by its name in a string, so that type checkers do not look for it in a
    client that is used without it.
    """
    try:
        return importlib.import_module("psycopg")
    except ImportError as error:
        missing = str(error).partition("\n")[0]
    hint = "" if "No module named 'psycopg'" in missing else f" ({missing})"
    raise NotConfigured(_INSTALL + hint)


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


def bounded_class(driver: Any) -> Any:
    """A connection class whose waits end at ``deadline``, even if the server is frozen."""
    base: Any = driver.Connection

    class BoundedConnection(base):  # type: ignore[misc]
        deadline = float("inf")
        unconfirmed = False

        def wait(self, gen: Any, *options: Any, **more: Any) -> Any:
            return base.wait(self, _until(gen, self), *options, **more)

        def note_unconfirmed(self, notice: Any) -> None:
            if notice.source_function == "SyncRepWaitForLSN":
                self.unconfirmed = True

    return BoundedConnection


def _until(generator: Any, connection: Any) -> Generator[Any, Any, Any]:
    """The same generator, which raises ``TimeoutError`` at the connection's deadline."""
    try:
        wanted = next(generator)
        while True:
            ready = yield wanted
            if time.monotonic() > connection.deadline + 1:
                raise TimeoutError("the database did not answer in time")
            wanted = generator.send(ready)
    except StopIteration as ended:
        return ended.value
