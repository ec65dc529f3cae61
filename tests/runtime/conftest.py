"""Fixtures of the runtime's tests: a scripted server, and no RunComfy settings around."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runcomfy_runtime.protocol import BASE_URL_VARIABLES, TOKEN_VARIABLES
from runtime.side import OUTPUT, Side
from support.journal_stores import Store, postgres_store, sqlite_store
from support.postgres import PostgresServer
from support.scripted_server import ScriptedServer, result, status, submitted


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        *TOKEN_VARIABLES,
        *BASE_URL_VARIABLES,
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        yield running


@pytest.fixture(params=["sync", "async"])
def side(server: ScriptedServer, request: pytest.FixtureRequest) -> Side:
    """Each of the clients, of a server where all goes well until a test says otherwise."""
    server.on("submit", submitted())
    server.on("status", status("completed"))
    server.on("result", result(OUTPUT))
    return Side(server.url, request.param == "async")


@pytest.fixture(autouse=True)
def no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """No name is looked up: the files of the inputs here are nowhere, and known to be."""
    look_up = socket.getaddrinfo

    def refuse(host: bytes | str | None, *rest: Any, **options: Any) -> Any:
        if host in ("host", b"host", "h", b"h"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return look_up(host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Each store of a journal, empty."""
    if request.param == "sqlite":
        return sqlite_store(tmp_path / "jobs.db")
    server: PostgresServer = request.getfixturevalue("postgres")
    return postgres_store(server.new_schema())
