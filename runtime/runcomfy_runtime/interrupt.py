"""Ctrl-C, held back for the moments in which the id of a paid job could be lost.

So is whatever else wants to end the program then, as a hook that raises ``SystemExit``.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

from .retry_and_timeouts import INTERRUPT_HOLD

_Handler = Callable[[int, FrameType | None], object]

_GUARD = threading.RLock()


class InterruptHeld(Exception):
    """Something that was to be whole came to its end, and the caller is to be stopped then."""

    def __init__(self, outcome: Any, cause: BaseException) -> None:
        super().__init__()
        self.outcome: Any = outcome
        """What came of it."""
        self.cause = cause
        """What is to be raised once the outcome is safe."""


class HoldInterrupts:
    """Holds Ctrl-C back while it is entered: at most five seconds, and only the first one.

    It does so in the main thread alone, where Python handles signals, and only where Python
    handles this one: what is ignored, or ends the process at once, is left as it is.
    """

    __slots__ = ("_held", "_late", "_previous", "_timer")

    def __init__(self) -> None:
        self._held = False
        self._late: BaseException | None = None
        self._previous: _Handler | None = None
        self._timer: threading.Timer | None = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            previous = signal.getsignal(signal.SIGINT)
            if callable(previous):
                self._previous = previous
                signal.signal(signal.SIGINT, self._came)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._restore()
        if error is not None:
            try:
                self.deliver()
            except BaseException as interrupt:
                interrupt.add_note(str(error))
                raise

    def hold(self, late: BaseException) -> None:
        """Hold this back as well."""
        self._late = late

    def deliver(self) -> None:
        """Do now what was held back: of an interrupt what it would have done, as a rule raise."""
        if self._held and self._previous is not None:
            self._held = False
            self._previous(signal.SIGINT, None)
        if self._late is not None:
            raise self._late

    def _came(self, number: int, frame: FrameType | None) -> None:
        if not self._held:
            self._held = True
            self._timer = threading.Timer(INTERRUPT_HOLD, self._repeat)
            self._timer.daemon = True
            self._timer.start()
            return
        self._restore()
        self.deliver()

    def _repeat(self) -> None:
        """The time is over: wake the main thread by a second signal, if it still waits."""
        with _GUARD:
            if self._timer is not None:
                _interrupt_main()

    def _restore(self) -> None:
        try:
            if self._previous is not None:
                signal.signal(signal.SIGINT, self._previous)
        finally:
            # Only now: an interrupt may have come, and set the timer, until a moment ago.
            self._stop_timer()

    def _stop_timer(self) -> None:
        timer = self._timer
        if timer is not None:
            timer.cancel()
            with _GUARD:
                self._timer = None


def _interrupt_main() -> None:
    thread = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and thread is not None:
        signal.pthread_kill(thread, signal.SIGINT)
    else:
        signal.raise_signal(signal.SIGINT)
