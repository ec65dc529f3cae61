"""Ctrl-C, held back for the moments in which the id of a paid job could be lost."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Self

_Handler = Callable[[int, FrameType | None], object]

PATIENCE = 5.0
"""Seconds that an interrupt is held back at most."""
_GUARD = threading.RLock()


class Interrupts:
    """Holds Ctrl-C back while it is entered: at most five seconds, and only the first one.

    It does so in the main thread alone, where Python handles signals, and only where Python
    handles this one: what is ignored, or ends the process at once, is left as it is.
    """

    __slots__ = ("_held", "_previous", "_timer")

    def __init__(self) -> None:
        self._held = False
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

    def deliver(self) -> None:
        """Do now what the interrupt that was held back would have done: raise, as a rule."""
        if self._held and self._previous is not None:
            self._held = False
            self._previous(signal.SIGINT, None)

    def _came(self, number: int, frame: FrameType | None) -> None:
        if not self._held:
            self._held = True
            self._timer = threading.Timer(PATIENCE, self._repeat)
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
        timer = self._timer
        if timer is not None:
            timer.cancel()
            with _GUARD:
                self._timer = None
        if self._previous is not None:
            signal.signal(signal.SIGINT, self._previous)


def _interrupt_main() -> None:
    thread = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and thread is not None:
        signal.pthread_kill(thread, signal.SIGINT)
    else:
        signal.raise_signal(signal.SIGINT)
