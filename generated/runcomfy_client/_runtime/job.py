"""Jobs and results of the blocking client."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from .base_job import (
    BaseJob,
    BaseResult,
    OutputReader,
    OutputT,
    TimedCall,
    begin_call,
    raise_unbound,
)
from .driver import Driver, Listener
from .errors import RunComfyError
from .job_handle import JobHandle
from .lifecycle import cancel, poll, run
from .lifecycle.steps import Flow, add_job_note
from .protocol import Cancellation, Status
from .retry_and_timeouts import DEFAULT_JOB_TIMEOUT, REQUEST_TIMEOUT

if TYPE_CHECKING:
    from pathlib import Path

    from .download.fetch import Progress

# What a finished job gave: the typed output, its files, and the answer as it came.


class Result(BaseResult[OutputT]):
    """The outcome of a job, from the blocking client."""

    __slots__ = ("_driver",)

    def __init__(
        self,
        driver: Driver,
        handle: JobHandle,
        raw: dict[str, Any],
        reader: OutputReader[OutputT],
    ) -> None:
        super().__init__(handle, raw, reader)
        self._driver = driver

    def download(
        self,
        folder: str | os.PathLike[str],
        *,
        hosts: str | Iterable[str] = (),
        limit: int | None = None,
        on_progress: Progress | None = None,
    ) -> list[Path]:
        """Save every file in a folder, and return the paths in the order of ``files``.

        Files come whole or not at all, under names made of the request id. They are fetched
        from RunComfy's hosts, from the configured server, and from ``hosts``, without the
        token. ``limit`` is in bytes, for each file (2 GiB if not given). ``on_progress`` is
        called with the path, the bytes so far, and the total if it is known; what it raises
        ends the download and passes through. Raises ``DownloadError``.
        """
        from .download.save import (
            save_files as saved,  # files, which not every client has to do with
        )

        context = self._driver.config.flow_context()
        try:
            return self._driver.drive(
                saved(
                    context, self._handle, self.files, folder, hosts, limit, on_progress
                )
            )
        except RunComfyError as error:
            self._about(error)
            raise


T = TypeVar("T")
"""Seconds that a job is waited for unless the caller says otherwise; videos take long."""


class Job(BaseJob[OutputT]):
    """A job of the blocking client."""

    __slots__ = ("_bound",)

    def __init__(
        self,
        driver: Driver | None,
        handle: JobHandle,
        reader: OutputReader[OutputT],
        reference: str = "",
    ) -> None:
        super().__init__(handle, reader, reference)
        self._bound = driver

    @property
    def _driver(self) -> Driver:
        return self._bound or raise_unbound()

    def status(self, timeout: float | None = REQUEST_TIMEOUT) -> Status:
        """Read the state once. Trouble on the way is tried again for ``timeout`` seconds."""
        context, deadline = self._span(timeout)
        status = self._drive(poll.poll_once(context, self._handle, deadline))
        self._seen = status.state
        return status

    def updates(self, timeout: float | None = DEFAULT_JOB_TIMEOUT) -> Iterator[Status]:
        """Each change of state, up to and with the last. Leaving early does not touch the job.

        Ends in silence when the time is over; ``result()`` tells the outcome.
        """
        context, deadline = self._span(timeout)
        poller = poll.Poller(self._handle, context.now())
        return self._updates(poll.poll_changes(context, poller, deadline))

    def _updates(self, flow: Flow[None]) -> Iterator[Status]:
        try:
            for status in self._driver.updates(flow):
                self._seen = status.state
                yield status
        except RunComfyError as error:
            error.of(self, self._seen)
            raise

    def result(
        self,
        timeout: float | None = DEFAULT_JOB_TIMEOUT,
        *,
        on_update: Listener | None = None,
    ) -> Result[OutputT]:
        """Wait for the outcome, at most ``timeout`` seconds (None: for ever).

        Raises ``JobFailed``, ``JobCancelled``, ``JobTimeout``, ``PollInterrupted``. Giving up
        the wait leaves the job as it is.
        """
        context, deadline = self._span(timeout)
        poller = poll.Poller(self._handle, context.now(), self._reference)
        flow = run.wait_and_record(context, poller, deadline, cancel=False)
        content = self._drive(flow, on_update)
        return Result(self._driver, self._handle, content, self._reader)

    def cancel(self, timeout: float = REQUEST_TIMEOUT) -> Cancellation:
        """Cancel if the job is still queued; the outcome says whether it was."""
        context, deadline = self._span(timeout)
        return self._drive(
            cancel.cancel(context, self._handle, deadline, self._reference)
        )

    def _span(self, timeout: float | None) -> TimedCall:
        try:
            return begin_call(self._driver.config, timeout)
        except RunComfyError as error:
            error.of(self, self._seen)
            raise

    def _drive(self, flow: Flow[T], listener: Listener | None = None) -> T:
        try:
            return self._driver.drive(flow, listener)
        except RunComfyError as error:
            error.of(self, self._seen)
            raise

    def __reduce__(self) -> tuple[Any, ...]:
        return Job, (None, self._handle, self._reader, self._reference)


def attach_job(
    error: BaseException,
    driver: Driver,
    handle: JobHandle | None,
    reader: OutputReader[Any],
    reference: str,
) -> None:
    """See that whoever is stopped by this learns of the job, if it was accepted."""
    if handle is None:
        return
    if isinstance(error, RunComfyError):
        error.of(Job(driver, handle, reader, reference))
    else:
        add_job_note(error, handle)
