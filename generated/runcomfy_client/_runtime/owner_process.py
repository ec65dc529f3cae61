"""Whether the process that owns something is known to have ended, on this machine."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from pathlib import Path

from .lease import boot_id


@cache
def _place(pid: int) -> str:
    namespace = ""
    with suppress(OSError):
        namespace = os.readlink("/proc/self/ns/pid")  # noqa: PTH115 - not a path
    return f"{boot_id()}/{namespace}" if boot_id() and namespace else ""


def this_place() -> str:
    """The machine and its table of processes, as a text; empty where that is not known.

    Containers on one machine have tables of their own, in which the same id is another process.
    """
    return _place(os.getpid())


def has_ended(owner: str, place: str) -> bool:
    """Whether an owner's process ran here and has ended. False if that is not known."""
    if not place or place != this_place():
        return False
    try:
        pid = int(owner.split(":")[-2])
    except (ValueError, IndexError):
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False  # it runs, for another user
    with suppress(OSError, ValueError):
        status = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2]
        return status.split()[:1] == ["Z"]  # killed, and its parent has not noticed
    return False
