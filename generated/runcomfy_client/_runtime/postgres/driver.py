"""What psycopg gives: the module, connections whose waits end, and what its errors mean."""

from __future__ import annotations

import importlib
import time
from collections.abc import Generator
from contextlib import suppress
from typing import Any

from ..errors import NotConfigured, forget_frames
from ..journal_address import DatabaseAddress
from ..retry_and_timeouts import DATABASE_CONNECT_TIMEOUT
from .schema import READ_ONLY

_INSTALL = (
    "a journal in PostgreSQL needs psycopg, which is not installed: "
    "pip install 'psycopg[binary]>=3.2.1'"
)
_HINTS = {
    "25006": READ_ONLY,
    "42501": "the user lacks a right: grant it CREATE on the schema for the first use, and "
    "SELECT, INSERT, UPDATE and DELETE on the tables runcomfy_… from then on",
    "42P01": "a table of the journal is missing: was it dropped?",
    "53100": "the disk of the database is full",
    "57014": "the database did not answer in time",
}
_LOST = {"25006", "57P01", "57P02", "57P03", "57P05", "25P03"}
"""25006: this server is the primary no more. Another one may be, at the same address."""
_REPEATED = {"40001", "40P01", "55P03"}
# What libpq writes if it gets no connection. It gives no code for these.
_UNREACHABLE = ("refused", "No such file")
_PASSING = ("starting up", "shutting down", "recovery mode")
_FULL = ("too many", "connection slots", "no more connections")
_NO_CONNECTION_LEFT = (
    "the database has no connection left: a process opens at most 4, so raise max_connections "
    "or put PgBouncer in front"
)


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


def error_text(error: BaseException) -> str:
    """An error in one line, with what to do about it."""
    text = " ".join(str(error).split()) or type(error).__name__
    hint = _HINTS.get(_code(error), "")
    if _says(error, _FULL):
        hint = _NO_CONNECTION_LEFT
    return f"{text}; {hint}" if hint else text


def is_lost(error: BaseException) -> bool:
    """Whether the transaction is to be run again, on a new connection."""
    return isinstance(error, OSError) or _code(error) in _LOST | _REPEATED


def may_pass(error: BaseException) -> bool:
    """Whether a server that refused a connection may accept one soon."""
    return _code(error) in _LOST or _says(error, (*_PASSING, *_FULL))


def is_unreachable(error: BaseException) -> bool:
    """Whether there is no server at the address just now."""
    return _says(error, _UNREACHABLE)


def _says(error: BaseException, words: tuple[str, ...]) -> bool:
    text = str(error)
    return any(word in text for word in words)


def _code(error: Any) -> str:
    return str(getattr(error, "sqlstate", None) or "")


def connect(address: DatabaseAddress, deadline: float) -> Any:
    """A new connection. Raises an error of psycopg or an ``OSError``, which may show the password.

    Ctrl-C meanwhile shows no variables: the password is one of them.
    """
    driver = load_driver()
    stopped: BaseException
    try:
        return _connected(driver, address, deadline)
    except (driver.Error, OSError, UnicodeError):
        raise
    except BaseException as error:
        stopped = error
    forget_frames(stopped)
    raise stopped


def _connected(driver: Any, address: DatabaseAddress, deadline: float) -> Any:
    left = max(2, round(min(deadline - time.monotonic(), DATABASE_CONNECT_TIMEOUT)))
    given = driver.conninfo.conninfo_to_dict(address.reveal())
    stated = given.get("connect_timeout", left)
    with suppress(ValueError):  # psycopg says what is wrong with it
        stated = int(stated) if 0 < int(stated) < left else left
    options = {
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": int(DATABASE_CONNECT_TIMEOUT * 1000),
        "fallback_application_name": "runcomfy journal",
        **given,
        "connect_timeout": stated,
        "client_encoding": "UTF8",  # of a database in SQL_ASCII, psycopg returns bytes
    }
    bounded = _bounded_class(driver)
    connection = bounded.connect(**options, autocommit=True, prepare_threshold=None)
    connection.add_notice_handler(connection.note_unconfirmed)
    return connection


def _bounded_class(driver: Any) -> Any:
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
