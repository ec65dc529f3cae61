"""What holds the submits of many jobs back, while the jobs under way go on."""

from __future__ import annotations

from ..errors import ApiError, AuthError, NoBalance, RateLimited
from .line import Line
from .pace import LONGEST_HINT
from .step import Flow, Sleep, Terms


class Gate:
    """Shared by the flows of one batch: a 429 to one pauses the submits of all.

    When the token or the balance is refused once, no other submit is tried.
    """

    __slots__ = ("closed_by", "line", "opens_at")

    def __init__(self, line: Line | None = None) -> None:
        self.line = line or Line()
        self.opens_at = 0.0
        self.closed_by: ApiError | None = None

    def pause(self, until: float) -> None:
        """Let no submit through before this moment."""
        self.opens_at = max(self.opens_at, until)

    def close(self, error: ApiError) -> None:
        """Let no submit through any more, if the error means that none can succeed."""
        if isinstance(error, (AuthError, NoBalance)):
            self.closed_by = error

    def passed(self, terms: Terms, until: float) -> Flow[None]:
        """Wait until a submit may go, and it is its turn; ``leave`` is to follow it.

        Raises like the submit that closed the gate, and ``RateLimited`` at once when the wait
        would be too long, or past the deadline. No turn is held then.
        """
        while True:
            yield from self._opened(terms, until)
            yield from self.line.taken()
            if self.closed_by is None and self.opens_at <= terms.now():
                return
            self.line.give()

    def leave(self) -> None:
        """The submit has its outcome, and others have been told of it."""
        self.line.give()

    def _opened(self, terms: Terms, until: float) -> Flow[None]:
        while self.closed_by is None and self.opens_at > (now := terms.now()):
            pause = self.opens_at - now
            if pause > LONGEST_HINT or self.opens_at > until:
                raise RateLimited(
                    f"not submitted: the server answered HTTP 429 to another, and takes "
                    f"nothing for {pause:.0f} s, longer than this call may wait",
                    http_status=429,
                    retry_after=pause,
                )
            yield Sleep(pause)
        if self.closed_by is not None:
            first = self.closed_by
            raise type(first)(
                f"not submitted, because another was refused: {first}",
                http_status=first.http_status,
                code=first.code,
                text=first.text,
            )
