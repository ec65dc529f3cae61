"""The one seam between this package and the network: a method that sends."""

from __future__ import annotations

from typing import Protocol

from .exchange import Outcome, Request


class Transport(Protocol):
    """Sends requests. Losses are values: only what is no matter of the network is raised."""

    def send(self, request: Request) -> Outcome:
        """Send once, follow no redirect, and tell what came back, or how far it got."""
        ...


class AsyncTransport(Protocol):
    """Sends requests without blocking the event loop."""

    async def send(self, request: Request) -> Outcome:
        """Send once, follow no redirect, and tell what came back, or how far it got."""
        ...
