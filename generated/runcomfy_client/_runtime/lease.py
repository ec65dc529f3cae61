"""Whether the owner of an intent is alive: it renews its lease, and its process has not ended.

An intent is open from its commit until its answer. Meanwhile a blocking client sits in a socket
call, so only another thread can renew its lease: a lease that covers the longest possible
request would make a crashed batch wait for that long. There is one thread per journal, it
starts with the first intent, sleeps nearly all the time, and ends soon after the last one.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from .errors import JournalError
from .retry_and_timeouts import LEASE, LEASE_IDLE_ROUNDS, LEASE_RENEWAL


def lease_clock() -> float:
    """A monotonic clock that goes on while the machine sleeps, where there is one."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


def new_owner() -> str:
    """A name for an owner. Host and process id are for the reader; the rest makes it unique."""
    return f"{socket.gethostname()}:{os.getpid()}:{os.urandom(6).hex()}"


@cache
def boot_id() -> str:
    """The identity of this run of the operating system; empty where it has none.

    What was written and not synced is lost only if this run ends.
    """
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except (OSError, ValueError):
        return ""


def alive(lease_until: float, now: float) -> bool:
    """Whether a lease has not run out.

    One that ends later than any lease can is from a clock that was set back since: not alive.
    """
    return 0 < lease_until - now <= LEASE


class LeaseKeeper:
    """Renews the leases of the intents that are open in this process."""

    def __init__(self, renew: Callable[[Sequence[str]], None]) -> None:
        self._renew = renew
        self._lock = threading.Lock()
        self._open: set[str] = set()
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()

    def hold(self, reference: str) -> None:
        """Renew the lease of an intent from now on."""
        with self._lock:
            self._open.add(reference)
            if self._thread is None:
                thread = threading.Thread(
                    target=self._work,
                    args=(self._ended,),
                    name="runcomfy-journal-leases",
                    daemon=True,
                )
                thread.start()
                self._thread = thread

    def drop(self, reference: str) -> None:
        """Renew it no more: the outcome of the submit is recorded, or is no longer awaited."""
        self._open.discard(reference)

    def close(self) -> None:
        """Let the thread end. The next intent starts another one."""
        with self._lock:
            self._ended.set()
            self._ended = threading.Event()
            self._thread = None

    def _work(self, ended: threading.Event) -> None:
        idle = 0
        while not ended.wait(LEASE_RENEWAL):
            references = list(self._open)
            idle = 0 if references else idle + 1
            with self._lock:
                if idle >= LEASE_IDLE_ROUNDS and not self._open:
                    if not ended.is_set():
                        self._thread = None
                    return
            if references:
                with suppress(JournalError):  # tried again in the next round
                    self._renew(references)


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
