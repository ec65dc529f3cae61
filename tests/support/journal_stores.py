"""The two stores of a journal, for tests that hold for both."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runcomfy_runtime.client_config import open_journal

Location = str | Path


@dataclass(frozen=True)
class Store:
    """A journal that does not exist yet. ``execute`` runs a statement about ``{job}``."""

    kind: str
    location: Location
    execute: Callable[[str], list[tuple[Any, ...]]]

    def open(self) -> Any:
        return open_journal(self.location)

    def rows(self) -> list[tuple[Any, ...]]:
        return self.execute("SELECT request_id, state FROM {job}")

    def end_leases(self) -> None:
        """As if an hour had passed."""
        self.execute("UPDATE {job} SET lease_until = lease_until - 3600")


def sqlite_store(path: Path) -> Store:
    def execute(text: str) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            return connection.execute(text.format(job="job")).fetchall()
        finally:
            connection.close()

    return Store("sqlite", path, execute)


def postgres_store(url: str) -> Store:
    def execute(text: str) -> list[tuple[Any, ...]]:
        import psycopg

        with psycopg.connect(url, autocommit=True) as connection:
            cursor = connection.execute(text.format(job="runcomfy_job").encode())
            return cursor.fetchall() if cursor.description else []

    return Store("postgres", url, execute)
