"""A command whose server was never reached gives up after a few tries, with the cause."""

from __future__ import annotations

from runcomfy_runtime.http.httpx_transport import HttpxTransport
from runcomfy_runtime.retry_and_timeouts import FIRST_CONTACT_TRIES
from runcomfy_runtime.transport import Lost, Outcome, Reached, Request, Transport


class FirstContact:
    """Sends over another transport, and calls an unreachable server hopeless.

    A person at a terminal who has a wrong address, or whose sandbox has stopped, must not wait
    as long as a program that bridges a restart. A server that was reached once may restart:
    from then on, every outcome is passed on unchanged.
    """

    def __init__(self, transport: Transport | None = None) -> None:
        self._transport = HttpxTransport() if transport is None else transport
        self._failures = 0
        self._reached = False

    def send(self, request: Request) -> Outcome:
        """Send once. The last of a few lost requests is ``hopeless``."""
        outcome = self._transport.send(request)
        if not isinstance(outcome, Lost) or outcome.reached is not Reached.NOTHING_SENT:
            self._reached = True
        if self._reached or not isinstance(outcome, Lost):
            return outcome
        self._failures += 1
        enough = self._failures >= FIRST_CONTACT_TRIES
        return outcome._replace(hopeless=outcome.hopeless or enough)

    def close(self) -> None:
        """Close the connections."""
        close = getattr(self._transport, "close", None)
        if close is not None:
            close()
