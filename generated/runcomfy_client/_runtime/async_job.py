"""Jobs and results of the asyncio client: the same names, to be awaited."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Generator, Iterable
from pathlib import Path
from typing import Any, TypeVar

from .async_driver import AsyncDriver, AsyncListener
from .base_job import (
    BaseJob,
    BaseResult,
    OutputReader,
    TimedCall,
    begin_call,
    raise_unbound,
)
from .download.fetch import Progress
from .download.save import save_files
from .errors import RunComfyError
from .job_handle import JobHandle
from .lifecycle import cancel, poll, run
from .lifecycle.steps import Flow
from .protocol import Cancellation, Status
from .retry_and_timeouts import DEFAULT_JOB_TIMEOUT, REQUEST_TIMEOUT

OutputT = TypeVar("OutputT")
T = TypeVar("T")


class AsyncResult(BaseResult[OutputT]):
    """The outcome of a job, from the asyncio client."""

    __slots__ = ("_driver",)

    def __init__(
        self,
        driver: AsyncDriver,
        handle: JobHandle,
        raw: dict[str, Any],
        reader: OutputReader[OutputT],
    ) -> None:
        super().__init__(handle, raw, reader)
        self._driver = driver

    async def download(
        self,
        folder: str | os.PathLike[str],
        *,
        hosts: str | Iterable[str] = (),
        limit: int | None = None,
        on_progress: Progress | None = None,
    ) -> list[Path]:
        """Save every file in a folder; see ``Result.download``."""
        context = self._driver.config.flow_context()
        try:
            return await self._driver.drive(
                save_files(
                    context, self._handle, self.files, folder, hosts, limit, on_progress
                )
            )
        except RunComfyError as error:
            self._about(error)
            raise


class AsyncJob(BaseJob[OutputT]):
    """A job of the asyncio client. Awaiting it is awaiting its result."""

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
        """Read the state once; see ``Job.status``."""
        context, deadline = self._span(timeout)
        status = await self._drive(poll.poll_once(context, self._handle, deadline))
        self._seen = status.state
        return status

    def updates(
        self, timeout: float | None = DEFAULT_JOB_TIMEOUT
    ) -> AsyncIterator[Status]:
        """Each change of state, up to and with the last; see ``Job.updates``."""
        context, deadline = self._span(timeout)
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
        """Wait for the outcome; see ``Job.result``."""
        context, deadline = self._span(timeout)
        poller = poll.Poller(self._handle, context.now(), self._reference)
        flow = run.wait_and_record(context, poller, deadline, cancel=False)
        content = await self._drive(flow, on_update)
        return AsyncResult(self._driver, self._handle, content, self._reader)

    async def cancel(self, timeout: float = REQUEST_TIMEOUT) -> Cancellation:
        """Cancel if the job is still queued; the outcome says whether it was."""
        context, deadline = self._span(timeout)
        return await self._drive(
            cancel.cancel(context, self._handle, deadline, self._reference)
        )

    def __await__(self) -> Generator[Any, None, AsyncResult[OutputT]]:
        return self.result().__await__()

    def _span(self, timeout: float | None) -> TimedCall:
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
