"""The configuration of a client: server and token, clocks, hooks, journal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from .access import Token, checked_base_url
from .errors import BadSetting, MissingToken
from .interrupt import InterruptHeld
from .journal import Journal, LeasingJournal
from .journal_address import DatabaseAddress, read_address
from .lifecycle.steps import FlowContext
from .observer import Hooks, report_request
from .protocol import BASE_URL_VARIABLES, DEFAULT_BASE_URL, TOKEN_VARIABLES
from .transport import Outcome, Request, redact


class Clock(Protocol):
    """Two clocks and a way to wait. Tests use one that does not really wait."""

    def now(self) -> float:
        """Seconds on a monotonic clock, for deadlines."""
        ...

    def today(self) -> float:
        """Seconds since 1970."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait, blocking the thread."""
        ...

    async def sleep_async(self, seconds: float) -> None:
        """Wait without blocking the event loop."""
        ...


class SystemClock:
    """The clocks of this machine."""

    now = staticmethod(time.monotonic)

    def today(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait, blocking the thread."""
        time.sleep(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Wait without blocking the event loop."""
        import asyncio

        await asyncio.sleep(seconds)


class ServerAccess(NamedTuple):
    """A server, and the token for it."""

    base_url: str
    token: Token


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What the caller gave; the rest is read from the environment when it is first needed."""

    token: Token | None = None
    base_url: str | None = None
    environment: Mapping[str, str] = field(
        default_factory=lambda: os.environ, repr=False
    )

    def server(self) -> str:
        """The base URL. Raises ``BadSetting`` if the one in the environment is not usable."""
        if self.base_url is not None:
            return self.base_url
        for name in BASE_URL_VARIABLES:
            text = self.environment.get(name, "")
            if text.strip():
                return _from_variable(name, text)
        return DEFAULT_BASE_URL

    def access(self) -> ServerAccess:
        """Server and token. Raises ``MissingToken`` with the variables that were looked at."""
        if self.token is not None and self.base_url is not None:
            return ServerAccess(self.base_url, self.token)
        return ServerAccess(self.server(), self.token or self._token_of_environment())

    def _token_of_environment(self) -> Token:
        for name in TOKEN_VARIABLES:
            if self.environment.get(name, "").strip():
                return Token(self.environment[name])
        raise MissingToken(
            "there is no RunComfy API token: give RunComfy(token=…), or set one of the "
            f"environment variables {', '.join(TOKEN_VARIABLES)} (all looked at, none is set)"
        )


def _from_variable(name: str, text: str) -> str:
    try:
        return checked_base_url(text)
    except BadSetting as error:
        reason = f"{error} (it is in the environment variable {name})"
        raise BadSetting(reason) from None


def open_journal(journal: str | os.PathLike[str] | Journal | None) -> Journal | None:
    """The journal at a path or in a database, or the journal itself. Opens no connection.

    Raises ``BadSetting`` for an address that cannot be used, ``NotConfigured`` if the driver
    of the database is not installed.
    """
    if journal is None or not isinstance(journal, (str, os.PathLike)):
        return journal
    address = read_address(journal)
    if isinstance(address, DatabaseAddress):
        from .postgres.journal import PostgresJournal  # few programs need it

        return PostgresJournal(address)
    from .sqlite_journal import SqliteJournal  # few programs need SQLite

    return SqliteJournal(address)


def _random() -> float:
    from random import random  # slow to import, and not needed before the first pause

    return random()  # noqa: S311 - spreads pauses, guards nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientConfig:
    """What both drivers need to know of their client."""

    settings: ServerSettings
    clock: Clock = field(default_factory=SystemClock)
    random: Callable[[], float] = _random
    hooks: Hooks = field(default_factory=Hooks)
    journal: Journal | None = None
    include_cost: bool = False

    def flow_context(self) -> FlowContext:
        """The context of a flow that begins now. Raises ``MissingToken``, ``BadSetting``."""
        settings, clock, journal = self.settings, self.clock, self.journal
        base_url, token = settings.base_url, settings.token
        if base_url is None or token is None:
            base_url, token = settings.access()
        return FlowContext(
            base_url,
            token,
            clock.now,
            clock.today,
            self.random,
            journal is not None,
            self.include_cost,
            journal.owns if journal and isinstance(journal, LeasingJournal) else None,
        )

    def received(self, request: Request, outcome: Outcome, began: float) -> Outcome:
        """Redact the token in an outcome, report it to the hooks, and return it.

        Raises ``InterruptHeld`` if a hook ends the program while the outcome of a paid request
        is reported: the flow must get the outcome first.
        """
        if request.token is not None:
            outcome = redact(outcome, request.token)
        if "logging" in sys.modules or self.hooks.on_request is not None:
            try:
                report_request(self.hooks, request, outcome, self.clock.now() - began)
            except BaseException as error:
                if not request.paid:
                    raise
                raise InterruptHeld(outcome, error) from error
        return outcome


def _given_text(argument: str, value: object, variables: Sequence[str]) -> str:
    """The value of an argument. Raises ``BadSetting`` unless it is a text with content.

    An empty one never falls back to the environment: the job would run on, and be billed to,
    another account than the one that the caller meant.
    """
    if isinstance(value, str) and value.strip():
        return value
    fault = "is empty" if isinstance(value, str) else f"is a {type(value).__name__}"
    raise BadSetting(
        f"{argument}= {fault}: give a text, or leave {argument}= out to use the environment "
        f"variable {' or '.join(variables)}"
    )


def make_config(
    token: str | None,
    base_url: str | None,
    hooks: Hooks | None,
    include_cost: bool,
    clock: Clock | None,
    random: Callable[[], float] | None,
    journal: str | os.PathLike[str] | Journal | None,
) -> ClientConfig:
    """The configuration from a client's arguments. Raises ``BadSetting`` for a bad one."""
    settings = ServerSettings(
        None if token is None else Token(_given_text("token", token, TOKEN_VARIABLES)),
        (
            None
            if base_url is None
            else checked_base_url(_given_text("base_url", base_url, BASE_URL_VARIABLES))
        ),
    )
    config = ClientConfig(
        settings=settings,
        clock=clock or SystemClock(),
        hooks=hooks or Hooks(),
        include_cost=include_cost,
        journal=open_journal(journal),
    )
    return config if random is None else replace(config, random=random)
