"""The asyncio client: the names of the blocking one, to be awaited."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, overload

from .async_batch import AsyncBatch
from .async_driver import AsyncDriver, AsyncListener
from .async_job import AsyncJob, AsyncResult
from .base_job import begin_call, deadline_after
from .batch_items import BatchItems
from .client_config import Clock, make_config, open_journal
from .errors import NotConfigured, RunComfyError
from .http.lazy import LazyAsyncTransport
from .input_checks import InputCheck, InputChecks, MediaChecks
from .job_handle import decode_token
from .journal import Journal, JournalJobs
from .lifecycle import run
from .lifecycle.run import submit_and_announce
from .lifecycle.stop import OnStop, cancels_queued
from .observer import Hooks
from .report import Report
from .retry_and_timeouts import DEFAULT_JOB_TIMEOUT, MAX_RETRY_AFTER
from .submission import output_reader, prepare_submission

if TYPE_CHECKING:
    from .media.fetch.policy import FetchPolicy
    from .model import ModelInput
    from .transport import AsyncTransport

OutputT = TypeVar("OutputT")


class AsyncRunComfy:
    """A client of RunComfy's model API for asyncio; see ``RunComfy``.

    It may be used in one event loop after another: each has its own connections, which are
    closed when the loop ends.
    """

    def __init__(
        self,
        *,
        token: str | None = None,
        base_url: str | None = None,
        hooks: Hooks | None = None,
        include_cost: bool = False,
        transport: AsyncTransport | None = None,
        clock: Clock | None = None,
        random: Callable[[], float] | None = None,
        media_checks: MediaChecks = "warn",
        media_policy: FetchPolicy | None = None,
        judges: Iterable[InputCheck] = (),
        locale: str | None = None,
        journal: str | os.PathLike[str] | Journal | None = None,
    ) -> None:
        config = make_config(
            token, base_url, hooks, include_cost, clock, random, open_journal(journal)
        )
        self._driver = AsyncDriver(config, transport or LazyAsyncTransport())
        self._checks = InputChecks(media_checks, judges, locale, media_policy)

    @overload
    async def run(
        self,
        what: ModelInput[OutputT],
        /,
        *,
        timeout: float | None = ...,
        on_update: AsyncListener | None = ...,
        on_stop: OnStop = ...,
    ) -> AsyncResult[OutputT]: ...

    @overload
    async def run(
        self,
        what: str,
        payload: Mapping[str, Any],
        /,
        *,
        timeout: float | None = ...,
        on_update: AsyncListener | None = ...,
        on_stop: OnStop = ...,
    ) -> AsyncResult[dict[str, Any]]: ...

    async def run(
        self,
        what: ModelInput[Any] | str,
        payload: Mapping[str, Any] | None = None,
        /,
        *,
        timeout: float | None = DEFAULT_JOB_TIMEOUT,
        on_update: AsyncListener | None = None,
        on_stop: OnStop = "cancel_queued",
    ) -> AsyncResult[Any]:
        """Submit, wait and return the result; see ``RunComfy.run``.

        Cancelling the task stops the wait like Ctrl-C does, with the same clean-up.
        ``on_update`` may be a coroutine function.
        """
        submission, reader = prepare_submission(what, payload, self._checks)
        context, deadline = begin_call(self._driver.config, timeout)
        progress = run.JobProgress()
        flow = run.run(
            context, submission, progress, deadline, cancel=cancels_queued(on_stop)
        )
        try:
            content = await self._driver.drive(flow, on_update)
        except RunComfyError as error:
            if progress.handle is not None:
                error.of(
                    AsyncJob(
                        self._driver, progress.handle, reader, submission.reference
                    )
                )
            raise
        assert progress.handle is not None
        return AsyncResult(self._driver, progress.handle, content, reader)

    @overload
    async def submit(
        self, what: ModelInput[OutputT], /, *, timeout: float | None = ...
    ) -> AsyncJob[OutputT]: ...

    @overload
    async def submit(
        self, what: str, payload: Mapping[str, Any], /, *, timeout: float | None = ...
    ) -> AsyncJob[dict[str, Any]]: ...

    async def submit(
        self,
        what: ModelInput[Any] | str,
        payload: Mapping[str, Any] | None = None,
        /,
        *,
        timeout: float | None = MAX_RETRY_AFTER,
    ) -> AsyncJob[Any]:
        """Submit, and return the job at once. ``timeout`` is for the submitting alone.

        Raises ``SubmitOutcomeUnknown`` when it cannot be known whether the job was accepted:
        a paid request is not sent again then.
        """
        submission, reader = prepare_submission(what, payload, self._checks)
        context, deadline = begin_call(self._driver.config, timeout)
        flow = submit_and_announce(context, submission, run.JobProgress(), deadline)
        handle = await self._driver.drive(flow)
        return AsyncJob(self._driver, handle, reader, submission.reference)

    @overload
    def job(
        self, token: str, model: type[ModelInput[OutputT]], /
    ) -> AsyncJob[OutputT]: ...

    @overload
    def job(self, token: str, model: None = None, /) -> AsyncJob[dict[str, Any]]: ...

    def job(
        self, token: str, model: type[ModelInput[Any]] | None = None, /
    ) -> AsyncJob[Any]:
        """Take up a job by its token or its request id. Nothing is sent.

        With the model's ``Input`` the result is typed. Raises ``BadJobToken``.
        """
        reader, model_id = output_reader(model)
        base_url = self._driver.config.settings.server()
        return AsyncJob(
            self._driver,
            decode_token(token, base_url=base_url, model_id=model_id),
            reader,
        )

    @overload
    def map(
        self,
        inputs: Iterable[ModelInput[OutputT]],
        /,
        *,
        concurrency: int = ...,
        ordered: bool = ...,
        return_exceptions: Literal[False] = ...,
        timeout: float | None = ...,
        name: str | None = ...,
        on_update: AsyncListener | None = ...,
        on_stop: OnStop = ...,
    ) -> AsyncBatch[AsyncResult[OutputT]]: ...

    @overload
    def map(
        self,
        inputs: Iterable[ModelInput[OutputT]],
        /,
        *,
        concurrency: int = ...,
        ordered: bool = ...,
        return_exceptions: Literal[True],
        timeout: float | None = ...,
        name: str | None = ...,
        on_update: AsyncListener | None = ...,
        on_stop: OnStop = ...,
    ) -> AsyncBatch[AsyncResult[OutputT] | Exception]: ...

    def map(
        self,
        inputs: Iterable[ModelInput[Any]],
        /,
        *,
        concurrency: int = 8,
        ordered: bool = True,
        return_exceptions: bool = False,
        timeout: float | None = DEFAULT_JOB_TIMEOUT,
        name: str | None = None,
        on_update: AsyncListener | None = None,
        on_stop: OnStop = "cancel_queued",
    ) -> AsyncBatch[Any]:
        """Run many inputs at once; see ``RunComfy.map``. ``async with`` ends it early."""
        return AsyncBatch(
            self._driver,
            BatchItems(inputs, name, self._driver.config.journal, self._checks),
            concurrency=concurrency,
            ordered=ordered,
            return_exceptions=return_exceptions,
            timeout=deadline_after(0.0, timeout),
            cancel=cancels_queued(on_stop),
            listener=on_update,
        )

    @property
    def journal(self) -> JournalJobs[AsyncJob[dict[str, Any]]]:
        """The jobs noted in the journal. Raises ``NotConfigured`` if there is none."""
        journal = self._driver.config.journal
        if journal is None:
            raise NotConfigured("this client keeps no journal: give journal=PATH")
        return JournalJobs(journal, self.job)

    @overload
    async def validate(
        self, what: ModelInput[Any], /, *, locale: str | None = ...
    ) -> Report: ...

    @overload
    async def validate(
        self,
        what: type[ModelInput[Any]],
        document: object,
        /,
        *,
        locale: str | None = ...,
    ) -> Report: ...

    async def validate(
        self,
        what: ModelInput[Any] | type[ModelInput[Any]],
        document: object = None,
        /,
        *,
        locale: str | None = None,
    ) -> Report:
        """Check an input, or a document against a model's ``Input``. Problems are not raised.

        Files are read in threads, and URLs on the event loop: it is never blocked.
        """
        return await self._checks.report_async(what, document, locale)

    async def aclose(self) -> None:
        """Close the connections of the running loop. The next use opens new ones."""
        if self._driver.config.journal is not None:
            self._driver.config.journal.close()
        close = getattr(self._driver.transport, "aclose", None)
        if close is not None:
            await close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._driver.config.settings.base_url or ''}>"
