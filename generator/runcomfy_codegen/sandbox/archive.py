"""Jobs that outlive the sandbox: one row each in an SQLite file, written before the answer.

State is kept, not calls: after a restart, a killed one too, every job stands where its record
and the clock put it.
"""

from __future__ import annotations

import json
import os
import sqlite3
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .job import Drive, Job, Plan
from .seed import Seed

_VERSION = 1
_JOBS = """
CREATE TABLE job (
    position INTEGER PRIMARY KEY, request_id TEXT NOT NULL UNIQUE, record TEXT NOT NULL
)
"""
_SAVE = """
INSERT INTO job (request_id, record) VALUES (?, ?)
ON CONFLICT (request_id) DO UPDATE SET record = excluded.record
"""


class ArchiveError(Exception):
    """The file cannot be used; the message says which, why, and what to do."""


class Archive:
    """An SQLite file that only this process uses. Raises ``ArchiveError``, changing nothing."""

    def __init__(self, path: Path, seed: Seed) -> None:
        self._path = path
        try:
            # Inputs may be private: only the user may read the file.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._database = sqlite3.connect(
                path, isolation_level=None, check_same_thread=False, timeout=0.1
            )
        except (OSError, sqlite3.Error) as error:
            raise ArchiveError(f"{path} cannot be opened: {error}") from None
        try:
            self._prepare(seed)
        except sqlite3.Error as error:
            self.close()
            raise ArchiveError(f"{path} is no state of a sandbox: {error}") from None
        except ArchiveError:
            self.close()
            raise

    def jobs(self) -> list[Job]:
        """Every job, in the order of acceptance. Raises ``ArchiveError`` for a damaged file."""
        try:
            rows = self._database.execute("SELECT record FROM job ORDER BY position")
            return [_job(json.loads(text)) for (text,) in rows]
        except (sqlite3.Error, ValueError, TypeError, KeyError) as error:
            raise ArchiveError(
                f"{self._path} is damaged ({error}); move it away to begin anew"
            ) from None

    def save(self, job: Job) -> None:
        """Write a job, or its newer version."""
        self._database.execute(_SAVE, (job.request_id, json.dumps(asdict(job))))

    def remove(self, job: Job) -> None:
        """Forget a job."""
        self._database.execute(
            "DELETE FROM job WHERE request_id = ?", (job.request_id,)
        )

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _prepare(self, seed: Seed) -> None:
        run = self._database.execute
        run("PRAGMA locking_mode = EXCLUSIVE")
        (version,) = run("PRAGMA user_version").fetchone()
        if version not in (0, _VERSION):
            raise ArchiveError(
                f"{self._path} has format {version}; this release has {_VERSION}"
            )
        if version == 0:
            self._create(seed)
        # A killed process loses nothing with this; only a power failure may.
        run("PRAGMA synchronous = NORMAL")
        (known,) = run("SELECT seed FROM meta").fetchone()
        if known != seed.value:
            raise ArchiveError(f"{self._path} was made with the seed {known!r}")

    def _create(self, seed: Seed) -> None:
        run = self._database.execute
        if run("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
            raise ArchiveError(
                f"{self._path} is no state of a sandbox: it holds other tables"
            )
        run("PRAGMA journal_mode = WAL")
        run("BEGIN IMMEDIATE")
        run("CREATE TABLE meta (seed TEXT NOT NULL)")
        run(_JOBS)
        run("INSERT INTO meta (seed) VALUES (?)", (seed.value,))
        run(f"PRAGMA user_version = {_VERSION}")
        run("COMMIT")


def _job(record: dict[str, Any]) -> Job:
    plan, drive = Plan(**record.pop("plan")), Drive(record.pop("drive"))
    return Job(plan=plan, drive=drive, **record)
