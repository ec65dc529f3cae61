"""What is to become of a job when its wait is stopped."""

from __future__ import annotations

from typing import Literal, get_args

from .errors import BadSetting

OnStop = Literal["cancel_queued", "detach"]
"""``cancel_queued``: a job that is still queued is cancelled. ``detach``: it is left alone."""


def cancels(on_stop: OnStop) -> bool:
    """Whether a queued job is to be cancelled. Raises ``BadSetting`` for any other word."""
    words: tuple[str, ...] = get_args(OnStop)
    if on_stop not in words:
        told = " or ".join(map(repr, words))
        raise BadSetting(f"on_stop must be {told}, not {on_stop!r:.40}")
    return on_stop == "cancel_queued"
