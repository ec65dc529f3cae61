"""Threads for calls that cannot be interrupted: name look-ups, the journal of an async client.

asyncio's own threads are few and shared with the program, and ``asyncio.run`` waits for them
before it returns. These are daemon threads: a call that hangs delays neither the program's
other work nor its end.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import copy_context
from typing import TYPE_CHECKING, TypeVar

from .fork import renew_after_fork
from .retry_and_timeouts import THREAD_IDLE

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")


class DaemonThreads:
    """Runs tasks on at most so many threads. More tasks wait in a line."""

    def __init__(self, name: str, limit: int) -> None:
        self._name = name
        self.limit = limit
        """The most threads."""
        self.after_fork()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Begin without threads: those of the parent are not in the child."""
        self._changed = threading.Condition()
        self._tasks: deque[Callable[[], None]] = deque()
        self._unfinished = 0
        self._threads = 0

    def start(self, task: Callable[[], None]) -> None:
        """Run a task soon. It must not raise."""
        with self._changed:
            self._tasks.append(task)
            self._unfinished += 1
            if self._unfinished <= self._threads or self._threads == self.limit:
                self._changed.notify()
                return
            self._threads += 1
        name = f"runcomfy-{self._name}"
        threading.Thread(target=self._work, daemon=True, name=name).start()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._tasks:
                    if not self._changed.wait(THREAD_IDLE) and not self._tasks:
                        self._threads -= 1
                        return
                task = self._tasks.popleft()
            try:
                with suppress(
                    Exception
                ):  # a thread that ended here would be missing from then on
                    task()
            finally:
                del task  # it may refer to an event loop, which is to be collected
                with self._changed:
                    self._unfinished -= 1

    async def run(self, task: Callable[[], T], begin_within: float | None = None) -> T:
        """Run a task without blocking the event loop, and return what it returns.

        If the caller is cancelled before the task has begun, it does not begin. Raises
        ``TimeoutError`` if all threads are busy for longer than ``begin_within`` seconds.
        """
        import asyncio  # slow to import, and its caller has it

        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        context, turn = copy_context(), _Turn()

        def give_up() -> None:
            if turn.take() and not answer.done():
                answer.set_exception(TimeoutError("all threads are busy"))

        if begin_within is not None and begin_within < math.inf:
            limit = loop.call_later(max(begin_within, 0.0), give_up)
            answer.add_done_callback(lambda _: limit.cancel())

        def deliver() -> None:
            if answer.done() or not turn.take():
                return
            call = _outcome(lambda: context.run(task), answer)
            with suppress(RuntimeError):  # the loop is closed: no caller waits any more
                loop.call_soon_threadsafe(call)

        self.start(deliver)
        return await answer

    def run_all(self, tasks: Sequence[Callable[[], T]]) -> list[T]:
        """Run tasks side by side, and return what they return, in their order.

        Raises the error of the first task that fails; those that have not begun do not begin.
        """
        from concurrent.futures import FIRST_EXCEPTION, Future, wait  # slow to import

        def begin(task: Callable[[], T]) -> Future[T]:
            future: Future[T] = Future()
            context = copy_context()

            def work() -> None:
                if future.set_running_or_notify_cancel():
                    try:
                        future.set_result(context.run(task))
                    except BaseException as caught:
                        future.set_exception(caught)

            self.start(work)
            return future

        futures = [begin(task) for task in tasks]
        try:
            ended, _ = wait(futures, return_when=FIRST_EXCEPTION)
        finally:
            for future in futures:
                future.cancel()
        for future in futures:
            if future in ended:
                future.result()
        return [future.result() for future in futures]


class _Turn:
    """What only one of two threads may take."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Whether nobody has taken it before."""
        return self._lock.acquire(blocking=False)


def _outcome(task: Callable[[], T], answer: asyncio.Future[T]) -> Callable[[], None]:
    """Run a task, and return the call that settles its future."""
    try:
        result = task()
    except BaseException as caught:
        error = caught
        return lambda: None if answer.done() else answer.set_exception(error)
    return lambda: None if answer.done() else answer.set_result(result)


LOOKUP_THREADS = DaemonThreads("lookup", 16)
"""For name look-ups. One that outlives its time keeps its thread until the system answers."""
FILE_THREADS = DaemonThreads("files", 16)
"""For reading and hosting the local files of an asyncio client's inputs."""
CHECK_THREADS = DaemonThreads("checks", 16)
"""For the checks of an asyncio client's inputs: those of a user may take any time."""
HOST_THREADS = DaemonThreads("host", 8)
"""For a user's function that hosts local files. Each call may take any time."""
