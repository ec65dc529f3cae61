"""Jobs and their results, as the client returns them.

The asyncio half is written by hand, and the blocking half is made from it: what is said here
is true of both.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Generator, Iterable
from copy import deepcopy
from typing import TYPE_CHECKING, Any, TypeVar

from .async_driver import AsyncDriver, AsyncListener
from .base_job import (
    BaseJob,
    BaseResult,
    OutputReader,
    TimedCall,
    begin_call,
    raise_unbound,
)
from .errors import RunComfyError
from .job_handle import JobHandle
from .lifecycle import cancel, poll, run
from .lifecycle.steps import Flow
from .protocol import Cancellation, Status
from .retry_and_timeouts import DEFAULT_JOB_TIMEOUT, REQUEST_TIMEOUT

if TYPE_CHECKING:
    from pathlib import Path

    from .download.fetch import Progress

OutputT = TypeVar("OutputT")
T = TypeVar("T")


class AsyncResult(BaseResult[OutputT]):
    """The outcome of a job that succeeded, with its files.

    It can be pickled. An unpickled result has no client, so it cannot download.
    """

    __slots__ = ("_bound",)

    def __init__(
        self,
        driver: AsyncDriver | None,
        handle: JobHandle,
        raw: Any,
        reader: OutputReader[OutputT],
    ) -> None:
        super().__init__(handle, raw, reader)
        self._bound = driver

    @property
    def _driver(self) -> AsyncDriver:
        return self._bound or raise_unbound()

    def __copy__(self) -> AsyncResult[OutputT]:
        return self._with_raw(self.raw)

    def __deepcopy__(self, memo: dict[int, Any]) -> AsyncResult[OutputT]:
        return self._with_raw(deepcopy(self.raw, memo))

    def _with_raw(self, raw: Any) -> AsyncResult[OutputT]:
        twin = AsyncResult(self._bound, self._handle, raw, self._reader)
        twin.index, twin.input = self.index, self.input
        return twin

    def __reduce__(self) -> tuple[Any, ...]:
        place = {"index": self.index, "input": self.input}
        made = None, self._handle, self.raw, self._reader
        return AsyncResult, made, (None, place)

    async def download(
        self,
        folder: str | os.PathLike[str],
        *,
        hosts: str | Iterable[str] = (),
        limit: int | None = None,
        on_progress: Progress | None = None,
    ) -> list[Path]:
        """Save every file in a folder, and return the paths in the order of ``files``.

        A file is saved whole or not at all, under a name made of the request id. Files are
        fetched from RunComfy's hosts, from the configured server and from ``hosts``, without
        the token. ``limit`` is in bytes, for each file (2 GiB if not given). ``on_progress`` is
        called with the path, the bytes so far, and the total if it is known; an exception that
        it raises ends the download and is passed on. Raises ``DownloadError``.
        """
        from .download.save import save_files  # not every program downloads

        context = self._driver.config.flow_context()
        flow = save_files(
            context, self._handle, self.files, folder, hosts, limit, on_progress
        )
        try:
            return await self._driver.drive(flow)
        except RunComfyError as error:
            self._attach_job(error)
            raise


class AsyncJob(BaseJob[OutputT]):
    """A job that the server has accepted. Awaiting it (asyncio client) returns its result."""

    __slots__ = ("_bound",)

    def __init__(
        self,
        driver: AsyncDriver | None,
        handle: JobHandle,
        reader: OutputReader[OutputT],
        reference: str = "",
    ) -> None:
        super().__init__(handle, reader, reference)
        self._bound = driver

    @property
    def _driver(self) -> AsyncDriver:
        return self._bound or raise_unbound()

    async def status(self, timeout: float | None = REQUEST_TIMEOUT) -> Status:
        """Read the state once. A failed read is repeated for ``timeout`` seconds."""
        context, deadline = self._begin_call(timeout)
        status = await self._drive(poll.poll_once(context, self._handle, deadline))
        self._seen = status.state
        return status

    def updates(
        self, timeout: float | None = DEFAULT_JOB_TIMEOUT
    ) -> AsyncIterator[Status]:
        """Yield each change of state, the last one included.

        Leaving the loop early does not affect the job. At the timeout the loop just ends;
        ``result()`` gives the outcome.
        """
        context, deadline = self._begin_call(timeout)
        poller = poll.Poller(self._handle, context.now())
        return self._updates(poll.poll_changes(context, poller, deadline))

    async def _updates(self, flow: Flow[None]) -> AsyncIterator[Status]:
        try:
            async for status in self._driver.updates(flow):
                self._seen = status.state
                yield status
        except RunComfyError as error:
            error.of(self, self._seen)
            raise

    async def result(
        self,
        timeout: float | None = DEFAULT_JOB_TIMEOUT,
        *,
        on_update: AsyncListener | None = None,
    ) -> AsyncResult[OutputT]:
        """Wait for the outcome, at most ``timeout`` seconds (None: no limit).

        Raises ``JobFailed``, ``JobCancelled``, ``JobTimeout``, ``PollInterrupted``. A wait that
        is given up does not affect the job.
        """
        context, deadline = self._begin_call(timeout)
        poller = poll.Poller(self._handle, context.now(), self._reference)
        flow = run.wait_and_record(context, poller, deadline, cancel=False)
        content = await self._drive(flow, on_update)
        return AsyncResult(self._driver, self._handle, content, self._reader)

    async def cancel(self, timeout: float = REQUEST_TIMEOUT) -> Cancellation:
        """Cancel the job if it is still queued; the returned outcome says whether it was."""
        context, deadline = self._begin_call(timeout)
        return await self._drive(
            cancel.cancel(context, self._handle, deadline, self._reference)
        )

    # async only
    def __await__(self) -> Generator[Any, None, AsyncResult[OutputT]]:
        return self.result().__await__()

    # end
    def _begin_call(self, timeout: float | None) -> TimedCall:
        try:
            return begin_call(self._driver.config, timeout)
        except RunComfyError as error:
            error.of(self, self._seen)
            raise

    async def _drive(self, flow: Flow[T], listener: AsyncListener | None = None) -> T:
        try:
            return await self._driver.drive(flow, listener)
        except RunComfyError as error:
            error.of(self, self._seen)
            raise

    def __reduce__(self) -> tuple[Any, ...]:
        return AsyncJob, (None, self._handle, self._reader, self._reference)
