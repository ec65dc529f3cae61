"""The tables of a journal in PostgreSQL: their versions, and whether a database is fit for one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..errors import JournalError

VERSION = 1
_LOCK = 7_091_516_350_266_881
"""The number of the advisory lock under which tables are created and changed."""

_JOB = """
CREATE TABLE runcomfy_job (
  reference text PRIMARY KEY,
  model_id text NOT NULL,
  payload_sha256 text NOT NULL,
  meant_at double precision NOT NULL,
  request_id text NOT NULL DEFAULT '',
  token text NOT NULL DEFAULT '',
  state text NOT NULL DEFAULT '',
  ended_at double precision,
  batch text NOT NULL DEFAULT '',
  base_url text NOT NULL DEFAULT '',
  owner text NOT NULL DEFAULT '',
  place text NOT NULL DEFAULT '',
  lease_until double precision NOT NULL DEFAULT 0,
  submit_timeout double precision NOT NULL DEFAULT 0,
  attempt text NOT NULL DEFAULT '',
  unsent boolean NOT NULL DEFAULT false,
  settled_at double precision,
  number bigint GENERATED ALWAYS AS IDENTITY
)
"""
_BATCH = """
CREATE TABLE runcomfy_batch (
  name text PRIMARY KEY,
  model_id text NOT NULL,
  base_url text NOT NULL,
  paused_until double precision NOT NULL DEFAULT 0
)
"""
_RUNNER = """
CREATE TABLE runcomfy_runner (
  name text PRIMARY KEY,
  batch text NOT NULL,
  owner text NOT NULL,
  place text NOT NULL,
  began_number bigint NOT NULL,
  lease_until double precision NOT NULL
)
"""
_ITEM = """
CREATE TABLE runcomfy_item (
  reference text PRIMARY KEY,
  batch text NOT NULL,
  position bigint NOT NULL,
  runner text NOT NULL DEFAULT '',
  closed text NOT NULL DEFAULT '',
  closed_number bigint NOT NULL DEFAULT 0
)
"""
_MIGRATIONS: dict[int, Sequence[str]] = {
    0: (
        "CREATE TABLE runcomfy_journal (version integer NOT NULL)",
        "INSERT INTO runcomfy_journal VALUES (0)",
        _JOB,
        "CREATE INDEX runcomfy_job_request ON runcomfy_job (request_id) WHERE request_id <> ''",
        "CREATE INDEX runcomfy_job_batch ON runcomfy_job (batch, reference) WHERE batch <> ''",
        "CREATE INDEX runcomfy_job_open ON runcomfy_job (meant_at) WHERE state = ''",
        _BATCH,
        _RUNNER,
        _ITEM,
        "CREATE INDEX runcomfy_item_batch ON runcomfy_item (batch, reference)",
        "CREATE INDEX runcomfy_item_claimed ON runcomfy_item (batch, runner) WHERE runner <> ''",
    ),
}
"""From each version to the next."""

Run = Callable[..., list[Any]]


READ_ONLY = (
    "it is read-only (a standby, or default_transaction_read_only): give the address of the "
    "primary server, or with several hosts add target_session_attrs=read-write"
)


class NotPrimary(JournalError):
    """The database is read-only: a standby, perhaps one that becomes the primary soon."""


def check_session(run: Run, shown: str) -> None:
    """Refuse a database that cannot keep what it says it has written.

    Raises ``JournalError`` for a standby, and where commits do not wait for the disk.
    """
    ((synchronous, standby, read_only),) = run(
        (
            "SELECT current_setting('synchronous_commit'), pg_is_in_recovery(), "
            "current_setting('transaction_read_only')",
            (),
        )
    )[0].rows
    if standby or read_only == "on":
        raise NotPrimary(
            f"the journal {shown} cannot be used: {READ_ONLY}; without it nothing is submitted"
        )
    if synchronous == "off":
        raise JournalError(
            f"the journal {shown} has synchronous_commit = off: after a crash it may have lost "
            "what it confirmed, and jobs would be paid twice. Set it to on for this database or "
            "user; without that nothing is submitted"
        )


def migrate(run: Run, shown: str) -> None:
    """Create the tables, or bring those of an older client to this version.

    Under an advisory lock, so that many processes may begin at once, of different versions
    too. Raises ``JournalError`` for a newer version.
    """
    while (version := _version(run, shown)) != VERSION:
        steps = (_MIGRATIONS[step] for step in range(version, VERSION))
        statements = [
            ("SELECT pg_advisory_xact_lock(%s)", (_LOCK,)),
            (_STILL_OF_VERSION, (version,)),
            *((text, ()) for step in steps for text in step),
            ("UPDATE runcomfy_journal SET version = %s", (VERSION,)),
        ]
        try:
            run(*statements)
        except JournalError:
            if _version(run, shown) == version:
                raise
            # Another process was quicker.


_STILL_OF_VERSION = """
DO $$ DECLARE found integer := 0; BEGIN
  IF to_regclass('runcomfy_journal') IS NOT NULL THEN
    EXECUTE 'SELECT version FROM runcomfy_journal' INTO found;
  END IF;
  IF found IS DISTINCT FROM %s THEN
    RAISE EXCEPTION 'another process has just created or changed the journal';
  END IF;
END $$
"""
"""Stops a migration that another process has done while this one waited for the lock."""


def check_version(run: Run, shown: str) -> None:
    """Refuse a database whose tables are gone, or were changed by a newer client.

    Raises ``JournalError``. Tables that are gone are not created again: they knew what is paid.
    """
    if _version(run, shown) != VERSION:
        raise JournalError(
            f"the journal {shown} had tables a moment ago, and has none now: were they dropped, "
            "or is this another database? Without them nothing is submitted"
        )


def _version(run: Run, shown: str) -> int:
    """The version of the tables; 0 if there are none. Raises ``JournalError`` for a newer one."""
    exists = run(("SELECT to_regclass('runcomfy_journal') IS NOT NULL", ()))[0].rows
    if exists != [(True,)]:
        return 0
    rows = run(("SELECT version FROM runcomfy_journal", ()))[0].rows
    version = rows[0][0] if len(rows) == 1 else -1
    if not 0 < version <= VERSION:
        raise JournalError(
            f"the journal {shown} has version {version}, and this client knows {VERSION} at "
            "most: a newer client wrote it. Update this client, or give another database"
        )
    return int(version)
