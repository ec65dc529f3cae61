"""Holding back Ctrl-C while the id of a paid job could be lost.

The same is done for other exceptions that would end the program then, for example a hook that
raises ``SystemExit``.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

from .retry_and_timeouts import INTERRUPT_HOLD

_Handler = Callable[[int, FrameType | None], object]

_GUARD = threading.RLock()
_UNWRAPPED = sys.modules.get("_signal", signal)
"""The functions behind those of ``signal``, which try to make an enum of each handler: that takes
a quarter of the time of a job."""
_SIGINT = int(signal.SIGINT)


class InterruptHeld(Exception):
    """A protected operation has finished, and the caller must be interrupted afterwards."""

    def __init__(self, outcome: Any, cause: BaseException) -> None:
        super().__init__()
        self.outcome: Any = outcome
        """The outcome of the operation."""
        self.cause = cause
        """What to raise once the outcome is safe."""


class HoldInterrupts:
    """A context that holds Ctrl-C back: at most five seconds, and only the first one.

    It works in the main thread alone, where Python handles signals, and only if Python handles
    this one: an interrupt that is ignored, or that ends the process at once, is not changed.
    """

    __slots__ = ("_held", "_late", "_previous", "_timer")

    def __init__(self) -> None:
        self._held = False
        self._late: BaseException | None = None
        self._previous: _Handler | None = None
        self._timer: threading.Timer | None = None

    def __enter__(self) -> Self:
        if threading.get_ident() == threading.main_thread().ident:
            previous = _UNWRAPPED.getsignal(_SIGINT)
            if callable(previous):
                self._previous = previous
                _UNWRAPPED.signal(_SIGINT, self._on_signal)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._previous is not None:
            self._restore()
        if error is not None:
            try:
                self.deliver()
            except BaseException as interrupt:
                interrupt.add_note(str(error))
                raise

    def hold(self, late: BaseException) -> None:
        """Hold another exception back."""
        self._late = late

    def deliver(self) -> None:
        """Deliver what was held back: call the previous handler of Ctrl-C, or raise the exception."""
        if self._held and self._previous is not None:
            self._held = False
            self._previous(signal.SIGINT, None)
        if self._late is not None:
            raise self._late

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if not self._held:
            self._held = True
            self._timer = threading.Timer(INTERRUPT_HOLD, self._repeat)
            self._timer.daemon = True
            self._timer.start()
            return
        self._restore()
        self.deliver()

    def _repeat(self) -> None:
        """The time is over: wake the main thread with a second signal, if it still waits."""
        with _GUARD:
            if self._timer is not None:
                _interrupt_main()

    def _restore(self) -> None:
        try:
            if self._previous is not None:
                _UNWRAPPED.signal(_SIGINT, self._previous)
        finally:
            # Only now: an interrupt may have come, and set the timer, until a moment ago.
            if self._timer is not None:
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
