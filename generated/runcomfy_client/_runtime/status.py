"""What is told of a job while it goes on, and what became of an attempt to cancel it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .protocol import CancelOutcome, Phase, phase


class Status(NamedTuple):
    """The state of a job. ``state`` is the published word, as the server wrote it."""

    request_id: str
    state: str
    phase: Phase
    queue_position: int | None = None
    """How many jobs are before it, while it is queued and the server says so."""

    @property
    def finished(self) -> bool:
        """Whether the job has ended, in whichever way."""
        return self.phase.terminal


class Cancellation(NamedTuple):
    """What an attempt to cancel came to. Only a queued job can be cancelled."""

    outcome: CancelOutcome
    state: str | None = None
    """The published status word that the server gave with it, if any."""

    @property
    def cancelled(self) -> bool:
        """Whether the job will not run, and is not billed."""
        return self.outcome is CancelOutcome.CANCELLED


def has_status(content: Mapping[str, Any]) -> bool:
    """Whether an answer's document tells a state."""
    return isinstance(content.get("status") or content.get("state"), str)


def read_status(request_id: str, content: Mapping[str, Any]) -> Status | None:
    """The status in an answer's document; None if it has none."""
    word = content.get("status") or content.get("state")
    if not isinstance(word, str):
        return None
    place = content.get("queue_position")
    position = place if isinstance(place, int) and not isinstance(place, bool) else None
    return Status(request_id, word, phase(word), position)
