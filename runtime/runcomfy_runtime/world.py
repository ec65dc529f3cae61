"""What both drivers have in common: who asks, what time it is, who listens."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from .clock import Clock, SystemClock
from .exchange import Outcome, Request
from .flow.step import Terms
from .interrupt import Interrupted
from .noted_jobs import Journal
from .observer import Hooks, exchanged
from .redaction import redacted
from .secret import Token
from .settings import Settings, checked_base_url


def _chance() -> float:
    from random import random  # slow to load, and not needed before the first pause

    return random()  # noqa: S311 - spreads pauses, guards nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What both drivers have in common: who asks, what time it is, who listens."""

    settings: Settings
    clock: Clock = field(default_factory=SystemClock)
    random: Callable[[], float] = _chance
    hooks: Hooks = field(default_factory=Hooks)
    journal: Journal | None = None
    include_cost: bool = False

    def terms(self) -> Terms:
        """The terms for a flow that begins now. Raises ``MissingToken``, ``BadSetting``."""
        base_url, token = self.settings.access()
        clock = self.clock
        return Terms(
            base_url,
            token,
            clock.now,
            clock.today,
            self.random,
            self.journal is not None,
            self.include_cost,
        )

    def received(self, request: Request, outcome: Outcome, began: float) -> Outcome:
        """The outcome, without the token should it be echoed, and told to the hooks.

        Raises ``Interrupted`` if a hook ends the program on being told what a paid request
        came to: the flow is to have the outcome first.
        """
        if request.token is not None:
            outcome = redacted(outcome, request.token)
        if self.hooks.on_request is not None or "logging" in sys.modules:
            try:
                exchanged(self.hooks, request, outcome, self.clock.now() - began)
            except BaseException as error:
                if not request.paid:
                    raise
                raise Interrupted(outcome, error) from error
        return outcome


def world_of(
    token: str | None,
    base_url: str | None,
    hooks: Hooks | None,
    include_cost: bool,
    clock: Clock | None,
    random: Callable[[], float] | None,
    journal: Journal | None,
) -> World:
    """What a client of either kind knows. Raises ``BadSetting`` for what cannot be used."""
    settings = Settings(
        Token(token) if token and token.strip() else None,
        checked_base_url(base_url) if base_url and base_url.strip() else None,
    )
    world = World(
        settings=settings,
        clock=clock or SystemClock(),
        hooks=hooks or Hooks(),
        include_cost=include_cost,
        journal=journal,
    )
    return world if random is None else replace(world, random=random)
