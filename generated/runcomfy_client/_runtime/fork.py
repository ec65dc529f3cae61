"""Forks: a child renews what belongs to its parent, and no fork interrupts a journal.

Connections and locks that a child inherits belong to the parent. And SQLite has locks of its
own: a child that is forked while another thread uses SQLite never gets them. So a fork
first takes the lock of every journal.
"""

from __future__ import annotations

import os
import threading
import time
from itertools import count
from typing import Any, Protocol
from weakref import WeakValueDictionary


class Forkable(Protocol):
    """An object with resources that a child must not use.

    If it has a ``fork_lock``, a re-entrant lock, a fork waits for it.
    """

    def after_fork(self) -> None:
        """Drop the parent's resources without closing them, in the child."""
        ...


class ForkLock(Protocol):
    """The lock of an object that must not be in use while the process forks."""

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take the lock. Returns whether that succeeded."""
        ...

    def release(self) -> None:
        """Free the lock."""
        ...


_ALIVE: WeakValueDictionary[int, Any] = WeakValueDictionary()
"""Every forkable object, in the order of their creation."""
_NUMBERS = count()


class _Taken(threading.local):
    """The locks that a thread has taken for its fork: another thread may fork meanwhile."""

    def __init__(self) -> None:
        self.locks: list[ForkLock] = []


_TAKEN = _Taken()


def renew_after_fork(forkable: Forkable) -> None:
    """Call ``after_fork`` in every child that is forked while the object exists."""
    _ALIVE[next(_NUMBERS)] = forkable


def _objects() -> list[Any]:
    """The objects that still exist, oldest first. Another thread may register one meanwhile."""
    references = (reference() for reference in _ALIVE.valuerefs())
    return [forkable for forkable in references if forkable is not None]


def _before_fork() -> None:
    """Take the locks, always in the same order, for at most a second; then fork anyway."""
    from .retry_and_timeouts import FORK_WAIT  # a model's module does not need it

    deadline = time.monotonic() + FORK_WAIT
    for forkable in _objects():
        lock: ForkLock | None = getattr(forkable, "fork_lock", None)
        left = max(deadline - time.monotonic(), 0.0)
        if lock is not None and lock.acquire(timeout=left):
            _TAKEN.locks.append(lock)


def _in_parent() -> None:
    while _TAKEN.locks:
        _TAKEN.locks.pop().release()


def _in_child() -> None:
    _TAKEN.locks.clear()
    for forkable in _objects():
        forkable.after_fork()


if hasattr(os, "register_at_fork"):  # Windows does not fork
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=_in_parent,
        after_in_child=_in_child,
    )
