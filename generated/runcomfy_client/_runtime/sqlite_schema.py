"""The table of a journal in SQLite: its versions and its statements."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

from .errors import JournalError

VERSION = 2

_FIRST_COLUMNS = {"reference", "model_id", "payload_sha256", "meant_at", "request_id"}
"""Columns that every version has: other programs number their databases too."""
_TABLE = """
CREATE TABLE job (
  reference TEXT PRIMARY KEY,
  model_id TEXT NOT NULL,
  payload_sha256 TEXT NOT NULL,
  meant_at REAL NOT NULL,
  request_id TEXT NOT NULL DEFAULT '',
  token TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL DEFAULT '',
  ended_at REAL
)
"""
_MIGRATIONS = {
    0: (_TABLE, "CREATE INDEX by_request ON job (request_id)"),
    1: (
        "ALTER TABLE job ADD COLUMN batch TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE job ADD COLUMN base_url TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE job ADD COLUMN owner TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE job ADD COLUMN lease_until REAL NOT NULL DEFAULT 0",
        "ALTER TABLE job ADD COLUMN settled_at REAL",
        "ALTER TABLE job ADD COLUMN unsent_boot TEXT NOT NULL DEFAULT ''",
        "CREATE INDEX by_batch ON job (batch) WHERE batch <> ''",
    ),
}
"""From each version to the next. A client of version 1 that is still open can go on writing."""


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Create the table, or bring that of an older client to this version, in one transaction.

    Raises ``JournalError`` for a newer version, and for the database of another program.
    """
    if _version(connection, path) == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # another process may have been quicker
        for version in range(_version(connection, path), VERSION):
            for statement in _MIGRATIONS[version]:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


_HINTS = {
    "SQLITE_NOTADB": ". Move that file away, or give another path",
    "SQLITE_CORRUPT": ". Restore it from a backup, or give another path",
    "SQLITE_IOERR": ". Check the disk and its mount, or give a path on another disk",
    "SQLITE_FULL": ". Make room on the disk",
    "SQLITE_READONLY": ". Check the permissions of the file and its folder",
    "SQLITE_CANTOPEN": ". Check the permissions of the file and its folder",
}


def what_to_do(reason: object) -> str:
    """What to do about an error of SQLite, as the end of a sentence; empty if unknown."""
    name = getattr(reason, "sqlite_errorname", "")
    return next((hint for code, hint in _HINTS.items() if name.startswith(code)), "")


def make_file(path: Path) -> None:
    """Create the file of a journal if it is missing, for its owner alone.

    Raises ``JournalError`` if it cannot be opened, or is a FIFO, a device or a socket:
    SQLite reports those as a broken disk.
    """
    flags = os.O_RDWR | os.O_CREAT | int(getattr(os, "O_NONBLOCK", 0))
    try:
        handle = os.open(path, flags, 0o600)
        try:
            is_file = stat.S_ISREG(os.fstat(handle).st_mode)
        finally:
            os.close(handle)
    except OSError as error:
        raise JournalError(
            f"the journal {path} cannot be opened: {error.strerror}; "
            "without it nothing is submitted"
        ) from error
    if not is_file:
        raise JournalError(
            f"the journal {path} is a FIFO or a device, not a file: give the path of a file, "
            "which is created if it does not exist; without it nothing is submitted"
        )


def _version(connection: sqlite3.Connection, path: Path) -> int:
    version: int
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION or version < 0:
        raise JournalError(
            f"the journal {path} has version {version}, and this client knows {VERSION} at "
            "most: a newer client wrote it. Update this client, or give another file"
        )
    names = connection.execute("SELECT name FROM sqlite_master").fetchall()
    columns = connection.execute("SELECT name FROM pragma_table_info('job')").fetchall()
    if version == 0 and not names:
        return version
    if version == 0 or not {name for (name,) in columns} >= _FIRST_COLUMNS:
        tables = ", ".join(repr(name) for (name,) in names[:3]) or "no tables"
        raise JournalError(
            f"{path} is not a journal: it is a database of another program (it has "
            f"{tables}). Give another file"
        )
    return version


# The statements of the journal in SQLite.


COLUMNS = (
    "reference, model_id, payload_sha256, meant_at, request_id, token, state, ended_at, "
    "batch, base_url, owner, lease_until"
)
INTENT = (
    "INSERT INTO job (reference, model_id, payload_sha256, meant_at, batch, base_url, owner, "
    "lease_until, unsent_boot) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (reference) DO UPDATE SET "
    "state = '', ended_at = NULL, request_id = '', token = '', settled_at = NULL, "
    "meant_at = excluded.meant_at, base_url = excluded.base_url, owner = excluded.owner, "
    "lease_until = excluded.lease_until, unsent_boot = excluded.unsent_boot WHERE state IN (?, ?)"
)
ACCEPTED = (
    "INSERT INTO job (reference, model_id, payload_sha256, meant_at, request_id, token, "
    "base_url) VALUES (?, ?, '', ?, ?, ?, ?) ON CONFLICT (reference) DO UPDATE SET "
    "request_id = excluded.request_id, token = excluded.token, lease_until = 0, "
    "state = CASE WHEN state = ? THEN '' ELSE state END, "
    "ended_at = CASE WHEN state = ? THEN NULL ELSE ended_at END "
    "WHERE request_id IN ('', excluded.request_id)"
)
ENDED = (
    "UPDATE job SET state = ?, ended_at = ?, lease_until = 0 "
    "WHERE reference = ? OR (request_id = ? AND request_id <> '')"
)
WRITE_NOT_ACCEPTED = (
    "UPDATE job SET state = ?, ended_at = ?, lease_until = 0 "
    "WHERE reference = ? AND owner = ? AND request_id = '' AND state = ''"
)
"""Only its owner knows that: another process may have written an intent of this name."""
UNSENT = (
    "UPDATE job SET state = ?, ended_at = ?, lease_until = 0 WHERE request_id = '' "
    "AND state = '' AND unsent_boot = ? AND unsent_boot <> '' AND lease_until < ?"
)
"""Intents recorded ahead by a process that died before it sent them.

``Sending`` is not synced, so this is certain only while the operating system runs on.
"""
SENDING = (
    "UPDATE job SET unsent_boot = '' "
    "WHERE reference = ? AND owner = ? AND request_id = '' AND state = ''"
)
OUTCOME_UNKNOWN = (
    "UPDATE job SET lease_until = 0 "
    "WHERE reference = ? AND request_id = '' AND state = ''"
)
RENEW = (
    "UPDATE job SET lease_until = ? "
    "WHERE reference = ? AND owner = ? AND request_id = '' AND state = '' AND lease_until > 0"
)
SETTLE = (
    "UPDATE job SET request_id = ?, token = ?, state = ?, ended_at = ?, settled_at = ? "
    "WHERE reference = ? AND request_id = '' AND state = '' "
    "AND NOT (lease_until > ? AND lease_until <= ?)"
)
