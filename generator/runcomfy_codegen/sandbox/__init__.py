"""The sandbox: the queue API on your own machine, made from the same schemas as the client.

It is served on loopback as long as a ``with`` block lasts.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self, Unpack

from ..ir.model import Model
from .api import Api as Api
from .clock import SandboxClock, WallClock, parse_timestamp
from .clock import SandboxVirtualClock as SandboxVirtualClock
from .database import Database
from .direct_transport import AsyncDirectTransport as AsyncDirectTransport
from .direct_transport import DirectTransport as DirectTransport
from .job_repository import BillRow
from .model_catalog import CatalogEntry
from .request_log import LogEntry as JournalEntry
from .routes import LOOPBACK, token_account
from .server import AsgiApp, Server
from .settings import SandboxOptions, SandboxSettings, settings_from_options

VirtualClock = SandboxVirtualClock
"""The name for those who use the sandbox; ``runcomfy_runtime.testing`` has one of its own."""

Settings = SandboxSettings
"""The earlier name; existing code imports it."""


TOKEN = "sandbox-token"  # noqa: S105 - any well-formed token is accepted, this one is for examples
"""The token that the sandbox suggests."""

_NO_ENTRIES: Mapping[str, CatalogEntry] = MappingProxyType({})
_BACKLOG = 512  # connections that wait to be accepted


class Sandbox:
    """The queue API of RunComfy on a local port, without a key, a network or a bill.

    ``with Sandbox(models) as sandbox:`` serves in the background until the block ends;
    ``Sandbox(models, port=8000).serve()`` serves until interrupted. ``models`` and
    ``entries``, published catalog entries whose facts win, are by model id; without models,
    every model id is taken and no input is checked. Port 0 picks a free one. ``state`` is a
    file that keeps jobs and journal for the next sandbox. ``options`` are those of
    ``SandboxOptions``.

    Raises ``TypeError`` for an unknown option, ``ValueError`` for a wrong value, ``OSError`` if
    the port is taken, and ``DatabaseError`` for a state file that cannot be used.
    """

    token = TOKEN

    def __init__(
        self,
        models: Mapping[str, Model] | None = None,
        *,
        entries: Mapping[str, CatalogEntry] = _NO_ENTRIES,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: SandboxClock | None = None,
        state: Path | None = None,
        **options: Unpack[SandboxOptions],
    ) -> None:
        if host not in LOOPBACK:
            raise ValueError(f"the sandbox only serves this machine, not {host!r}")
        self.secret = secrets.token_urlsafe(16)
        self.clock = clock or WallClock()
        with ExitStack() as opened:
            listener = opened.enter_context(_listen(host, port))
            shown_host = f"[{host}]" if ":" in host else host
            self.url = f"http://{shown_host}:{listener.getsockname()[1]}"
            chosen = settings_from_options(self.url, self.secret, options)
            database = Database(state, chosen.seed) if state else None
            if database is not None:
                opened.callback(database.close)
            self.api = Api(models, chosen, entries, database, self.clock)
            if database is not None and isinstance(self.clock, SandboxVirtualClock):
                self._resume(database, self.clock)
                opened.enter_context(self.clock.notifying(database.keep_time))
            self._server = Server(AsgiApp(self.api.handle, self.clock), listener)
            self._opened = opened.pop_all()

    @property
    def watch_url(self) -> str:
        """The address of the watch page, with the secret that its calls need."""
        return f"{self.url}/#{self.secret}"

    def serve(self) -> None:
        """Serve until interrupted."""
        try:
            self._server.run()
        except KeyboardInterrupt:
            pass
        finally:
            self._opened.close()

    def journal(
        self, token: str | None = None, **filters: str | int | None
    ) -> list[JournalEntry]:
        """The requests and their answers, of one token or of all.

        ``journal(action="submit", status=200)`` keeps the entries with these values. Raises
        ``TypeError`` for a name that entries do not have.
        """
        return list(self.api.journal.entries(self._account(token), **filters))

    def ledger(
        self, token: str | None = None, *, reference: str | None = None
    ) -> list[BillRow]:
        """The bill of one token, or of all: a row for each accepted job.

        With ``reference``, of a named batch in a client's journal, only the jobs for that input;
        more than one row was paid more than once. A request id is a reference too.
        """
        account = self._account(token)
        return self.api.bill(account, self.clock.now(), reference)

    def step(self, request_id: str) -> str:
        """Move a job one step on, with the drive ``"steps"``; returns its status.

        Raises ``KeyError`` if there is no such job.
        """
        return self.api.step(request_id, self.clock.now())

    def reset(self, token: str | None = None) -> None:
        """Forget jobs, journal and counts of faults, of one token or of all."""
        self.api.reset(self._account(token))

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stop()
        self._opened.close()

    def _resume(self, database: Database, clock: SandboxVirtualClock) -> None:
        # A sandbox with real time may have left jobs that are later than the virtual time.
        logged = self.api.journal.latest()
        latest = max(
            database.time(),
            self.api.jobs.last_change(),
            parse_timestamp(logged) if logged else 0.0,
        )
        clock.advance(max(0.0, latest - clock.now()))

    def _account(self, token: str | None) -> str | None:
        return None if token is None else token_account(token, self.api.settings.seed)


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket; the system chooses for port 0. Raises ``OSError`` if it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With IPPROTO_TCP, asyncio turns Nagle's algorithm off. Otherwise every answer waits
    # 40 ms for the client's acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener
