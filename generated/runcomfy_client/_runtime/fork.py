"""What must be made anew in a forked child: connections and locks belong to the parent."""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class Forkable(Protocol):
    """Something that holds what a child must not use."""

    def after_fork(self) -> None:
        """Let go of the parent's things without closing them, in the child."""
        ...

    def __hash__(self) -> int: ...


_ALIVE: WeakSet[Forkable] = WeakSet()


def renew_after_fork(thing: Forkable) -> None:
    """Have ``after_fork`` called in every child that is forked while the thing is alive."""
    _ALIVE.add(thing)


def _in_child() -> None:
    for thing in list(_ALIVE):
        thing.after_fork()


if hasattr(os, "register_at_fork"):  # Windows does not fork
    os.register_at_fork(after_in_child=_in_child)
