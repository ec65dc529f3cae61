# Made from async_client.py by runtime/make_sync.py: edit that file, then run the script.
"""The client of RunComfy's model API.

The asyncio client is written by hand, and the blocking client is made from it: what is said
here is true of both.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

from .base_job import OutputReader, attach_job, begin_call
from .batch_calls import BatchCalls
from .catalog_calls import CatalogCalls
from .client_config import Clock, make_config
from .driver import Driver, Listener
from .errors import BadJobToken
from .input_checks import InputCheck, InputChecks, MediaChecks, StatedLimits
from .job import Job, Result
from .job_handle import decode_token
from .journal import Journal
from .journal_jobs import JournalJobs
from .lifecycle.run import JobProgress, OnStop, cancels_queued, run, submit_and_announce
from .local_files import Host, LocalFilePolicy, LocalFiles
from .observer import Hooks
from .report import Report
from .retry_and_timeouts import DEFAULT_JOB_TIMEOUT, SUBMIT_TIMEOUT
from .submission import output_reader, prepare_submission
from .wrong_use import wrong_token

if TYPE_CHECKING:
    from .media.fetch.policy import FetchPolicy
    from .model import ModelInput
    from .transport import Transport

OutputT = TypeVar("OutputT")


class RunComfy(BatchCalls, CatalogCalls):
    """A client of RunComfy's model API.

    Creating one needs no token and opens no connection. If ``token`` or ``base_url`` is not
    given, it is read from the environment when the first request is sent. Threads may share
    the blocking client, and it keeps working in a forked child. The asyncio client may be used
    in one event loop after another: each loop has its own connections, which are closed when
    the loop ends.

    With ``journal``, a path, every job is recorded on disk before it is paid for, and
    ``client.journal`` finds it again. ``media_checks`` says whether the files of an input are
    checked before a submit, ``stated_limits`` whether limits that only descriptions state
    refuse an input, ``media_policy`` what that check may fetch (your own hosts:
    ``private``); ``checks`` are your own, of every input (``judges`` is their earlier name).
    A ``Path`` in an input is refused, unless ``local_files="inline"`` sends the content, or
    ``host`` puts the file where RunComfy can read it, and returns its https URL.
    ``locale`` is the language of published messages (``ru``). ``hooks`` are called for requests
    and retries. ``transport``, ``clock`` and ``random`` are for tests.
    """

    def __init__(
        self,
        *,
        token: str | None = None,
        base_url: str | None = None,
        hooks: Hooks | None = None,
        include_cost: bool = False,
        transport: Transport | None = None,
        clock: Clock | None = None,
        random: Callable[[], float] | None = None,
        media_checks: MediaChecks = "warn",
        stated_limits: StatedLimits = "enforce",
        media_policy: FetchPolicy | None = None,
        checks: Iterable[InputCheck] = (),
        judges: Iterable[InputCheck] = (),
        local_files: LocalFiles = "refuse",
        host: Host | None = None,
        locale: str | None = None,
        journal: str | os.PathLike[str] | Journal | None = None,
    ) -> None:
        config = make_config(
            token, base_url, hooks, include_cost, clock, random, journal
        )
        self._driver = Driver(config, transport)
        self._checks = InputChecks(
            *(media_checks, (*checks, *judges), locale, media_policy, stated_limits),
            LocalFilePolicy(local_files, host),
        )

    @overload
    def run(
        self,
        what: ModelInput[OutputT],
        /,
        *,
        timeout: float | None = ...,
        on_update: Listener | None = ...,
        on_stop: OnStop = ...,
    ) -> Result[OutputT]: ...

    @overload
    def run(
        self,
        what: type[ModelInput[OutputT]],
        payload: Mapping[str, Any],
        /,
        *,
        timeout: float | None = ...,
        on_update: Listener | None = ...,
        on_stop: OnStop = ...,
    ) -> Result[OutputT]: ...

    @overload
    def run(
        self,
        what: str,
        payload: Mapping[str, Any],
        /,
        *,
        timeout: float | None = ...,
        on_update: Listener | None = ...,
        on_stop: OnStop = ...,
    ) -> Result[dict[str, Any]]: ...

    def run(
        self,
        what: ModelInput[Any] | type[ModelInput[Any]] | str,
        payload: Mapping[str, Any] | None = None,
        /,
        *,
        timeout: float | None = DEFAULT_JOB_TIMEOUT,
        on_update: Listener | None = None,
        on_stop: OnStop = "cancel_queued",
    ) -> Result[Any]:
        """Submit, wait and return the result of an ``Input``, or of a model and a mapping.

        The model is the class ``Input``, which checks the mapping, or a model id. ``timeout``
        is in seconds and covers everything together; None means no limit.
        ``on_update`` gets each change of state; in asyncio it may be a coroutine function. If
        the deadline, Ctrl-C, a cancelled task or an exception of ``on_update`` stops the wait,
        a queued job is cancelled, unless ``on_stop`` is ``"detach"``.
        """
        submission, reader, _ = prepare_submission(what, payload, self._checks)
        context, deadline = begin_call(self._driver.config, timeout)
        progress = JobProgress()
        flow = run(
            *(context, submission, progress, deadline), cancel=cancels_queued(on_stop)
        )
        try:
            content = self._driver.drive(flow, on_update)
            assert progress.handle is not None
            return Result(self._driver, progress.handle, content, reader)
        except BaseException as error:
            self._attach_job(error, progress, reader, submission.reference)
            raise

    @overload
    def submit(
        self, what: ModelInput[OutputT], /, *, timeout: float | None = ...
    ) -> Job[OutputT]: ...

    @overload
    def submit(
        self,
        what: type[ModelInput[OutputT]],
        payload: Mapping[str, Any],
        /,
        *,
        timeout: float | None = ...,
    ) -> Job[OutputT]: ...

    @overload
    def submit(
        self, what: str, payload: Mapping[str, Any], /, *, timeout: float | None = ...
    ) -> Job[dict[str, Any]]: ...

    def submit(
        self,
        what: ModelInput[Any] | type[ModelInput[Any]] | str,
        payload: Mapping[str, Any] | None = None,
        /,
        *,
        timeout: float | None = SUBMIT_TIMEOUT,
    ) -> Job[Any]:
        """Submit, and return the job at once. ``timeout`` covers the submit alone.

        Raises ``SubmitOutcomeUnknown`` if it cannot be known whether the job was accepted:
        a paid request is not sent again then.
        """
        submission, reader, _ = prepare_submission(what, payload, self._checks)
        context, deadline = begin_call(self._driver.config, timeout)
        progress = JobProgress()
        flow = submit_and_announce(context, submission, progress, deadline)
        try:
            handle = self._driver.drive(flow)
            return Job(self._driver, handle, reader, submission.reference)
        except BaseException as error:
            self._attach_job(error, progress, reader, submission.reference)
            raise

    def _attach_job(
        self,
        error: BaseException,
        progress: JobProgress,
        reader: OutputReader[Any],
        reference: str,
    ) -> None:
        """Make an error name its job, if the job was accepted."""
        if progress.handle is not None:
            job = Job(self._driver, progress.handle, reader, reference)
            attach_job(error, job)

    @overload
    def job(self, token: str, model: type[ModelInput[OutputT]], /) -> Job[OutputT]: ...

    @overload
    def job(self, token: str, model: None = None, /) -> Job[dict[str, Any]]: ...

    def job(
        self, token: str, model: type[ModelInput[Any]] | None = None, /
    ) -> Job[Any]:
        """Resume a job by its token or its request id. Nothing is sent.

        With the model's ``Input`` the result is typed. Raises ``BadJobToken``.
        """
        wrong = wrong_token(token)
        if wrong:
            raise BadJobToken(wrong)
        reader, model_id = output_reader(model)
        base_url = self._driver.config.settings.server()
        return Job(
            self._driver,
            decode_token(token, base_url=base_url, model_id=model_id),
            reader,
        )

    @property
    def journal(self) -> JournalJobs[Job[dict[str, Any]]]:
        """The jobs in the journal. Raises ``NotConfigured`` if there is no journal."""
        server = self._driver.config.settings.server
        return JournalJobs(self._open_journal(), self.job, server)

    @overload
    def validate(
        self, what: ModelInput[Any], /, *, locale: str | None = ...
    ) -> Report: ...

    @overload
    def validate(
        self,
        what: type[ModelInput[Any]],
        document: object,
        /,
        *,
        locale: str | None = ...,
    ) -> Report: ...

    @overload
    def validate(
        self, what: str, document: Mapping[str, Any], /, *, locale: str | None = ...
    ) -> Report: ...

    def validate(
        self,
        what: ModelInput[Any] | type[ModelInput[Any]] | str,
        document: object = None,
        /,
        *,
        locale: str | None = None,
    ) -> Report:
        """Check an input, or a document against a model's ``Input``. Problems are not raised.

        These are the checks that ``run``, ``submit`` and ``map`` make before anything is
        paid. For a model id and a payload, only your own ``checks`` run.
        ``locale`` is the language of the messages of media rules, by default the client's. A
        message that was not published in it is in the package's own language.
        """
        return self._checks.report(what, document, locale)

    def close(self) -> None:
        """Close the connections and the journal (in asyncio, those of the running loop)."""
        self._driver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """A client with the same settings, journal and transport, and connections of its own."""
        twin = copy(self)
        twin._driver = self._driver.without_connections()
        return twin

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._driver.config.settings.base_url or ''}>"
