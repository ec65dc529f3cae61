"""One limit on the time of everything that a fetch does, whatever the server dribbles."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..errors import MediaError
from ..fault import MediaFault


class Deadline:
    """A moment on a monotonic clock."""

    __slots__ = ("_clock", "_end", "_seconds")

    def __init__(
        self, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._seconds = seconds
        self._end = clock() + seconds

    def remaining(self, most: float | None = None) -> float:
        """Seconds left, at most so many. Raises ``MediaError`` if there are none."""
        left = self._end - self._clock()
        if left <= 0:
            raise self.passed()
        return left if most is None else min(left, most)

    def passed(self) -> MediaError:
        """What to raise when the time is over."""
        return MediaError(
            f"the server took longer than {self._seconds:g} s", MediaFault.UNREACHABLE
        )
