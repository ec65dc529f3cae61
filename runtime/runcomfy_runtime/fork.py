"""Renewing connections and locks in a forked child: those it inherits belong to the parent."""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class Forkable(Protocol):
    """An object with resources that a child must not use."""

    def after_fork(self) -> None:
        """Drop the parent's resources without closing them, in the child."""
        ...

    def __hash__(self) -> int: ...


_ALIVE: WeakSet[Forkable] = WeakSet()


def renew_after_fork(forkable: Forkable) -> None:
    """Call ``after_fork`` in every child that is forked while the object exists."""
    _ALIVE.add(forkable)


def _in_child() -> None:
    for forkable in list(_ALIVE):
        forkable.after_fork()


if hasattr(os, "register_at_fork"):  # Windows does not fork
    os.register_at_fork(after_in_child=_in_child)
