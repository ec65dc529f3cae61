"""How long to wait: between reads of a status, and before trying something again."""

from __future__ import annotations

import math

FOREVER = math.inf
"""The deadline of those who set none."""

REQUEST_TIMEOUT = 30.0
"""Seconds that one request may take."""
CLEANUP_TIMEOUT = 5.0
"""Seconds for each request that cleans up after a wait was stopped."""
CLEANUP_BUDGET = 10.0
"""Seconds for all that a batch asks after it was stopped, and for a job past its deadline."""
MAX_RETRY_AFTER = 120.0
"""A pause after HTTP 429 that is longer than this is not sat out."""
CONNECT_RETRY_BUDGET = 15.0
"""Seconds during which a server that cannot be reached is tried again."""
READ_RETRY_BUDGET = 120.0
"""Seconds of nothing but trouble in reading a status, after which the wait is given up."""
NOT_FOUND_GRACE = 10.0
"""Seconds after a submit during which a job may not be found everywhere yet."""

_SHORTEST, _LONGEST, _SHARE, _JITTER = 0.4, 5.0, 0.08, 0.15
_HINT_RANGE = (0.25, 60.0)


def poll_pause(elapsed: float, hint: float | None, chance: float) -> float:
    """Seconds until the next status read: what the server asks for, else 8 % of the elapsed time.

    Within 0.4 to 5 s, give or take 15 % so that many clients do not ask all at once: a job of
    ten seconds is told half a second late after 19 reads, one of five minutes 2.6 s after 89.
    """
    if hint is not None:
        return clamp_poll_hint(hint)
    pause = min(max(elapsed * _SHARE, _SHORTEST), _LONGEST)
    return pause * (1 + _JITTER * (2 * chance - 1))


def clamp_poll_hint(hint: float) -> float:
    """The server's hint for a read, within a quarter of a second and a minute."""
    return min(max(hint, _HINT_RANGE[0]), _HINT_RANGE[1])


def backoff(attempt: int, chance: float, cap: float = 8.0) -> float:
    """Seconds before the next try: doubling from half a second, anywhere in the upper half."""
    longest = min(0.5 * 2.0 ** min(attempt, 16), cap)
    return longest * (0.5 + 0.5 * chance)


def request_timeout(
    until: float, now: float, longest: float = REQUEST_TIMEOUT
) -> float:
    """Seconds for one request under a deadline; never less than one."""
    return max(1.0, min(longest, until - now))


SUBMIT_TIMEOUT = MAX_RETRY_AFTER
"""x"""
DEFAULT_JOB_TIMEOUT = 3600.0
"""Seconds that a job is waited for unless the caller says otherwise; videos take long."""
