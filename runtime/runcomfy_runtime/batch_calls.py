# Made from async_batch_calls.py by runtime/make_sync.py: edit that file, then run the script.
"""The calls of a client for many inputs at once.

The asyncio half is written by hand, and the blocking half is made from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, overload

from .base_job import deadline_after
from .driver import Driver, Listener
from .errors import NotConfigured
from .input_checks import InputChecks
from .job import Result
from .journal import Journal
from .lifecycle.run import OnStop, cancels_queued
from .progress import BatchProgress
from .retry_and_timeouts import DEFAULT_JOB_TIMEOUT
from .submission import output_reader

if TYPE_CHECKING:
    from .batch import Batch
    from .model import ModelInput
    from .named_batch import NamedBatch

OutputT = TypeVar("OutputT")
TypedPair: TypeAlias = "tuple[type[ModelInput[OutputT]], Mapping[str, Any]]"
"""The class of an input, and a mapping for it."""


class BatchCalls:
    """The part of a client that runs many inputs."""

    _driver: Driver
    _checks: InputChecks

    @overload
    def map(
        self,
        inputs: Iterable[ModelInput[OutputT] | TypedPair[OutputT]],
        /,
        *,
        concurrency: int = ...,
        ordered: bool = ...,
        return_exceptions: Literal[False] = ...,
        timeout: float | None = ...,
        name: str | None = ...,
        total_concurrency: int | None = ...,
        on_update: Listener | None = ...,
        on_stop: OnStop = ...,
        progress: BatchProgress = ...,
    ) -> Batch[Result[OutputT]]: ...

    @overload
    def map(
        self,
        inputs: Iterable[ModelInput[OutputT] | TypedPair[OutputT]],
        /,
        *,
        concurrency: int = ...,
        ordered: bool = ...,
        return_exceptions: Literal[True],
        timeout: float | None = ...,
        name: str | None = ...,
        total_concurrency: int | None = ...,
        on_update: Listener | None = ...,
        on_stop: OnStop = ...,
        progress: BatchProgress = ...,
    ) -> Batch[Result[OutputT] | Exception]: ...

    @overload
    def map(
        self,
        inputs: Iterable[tuple[str, Mapping[str, Any]]],
        /,
        *,
        concurrency: int = ...,
        ordered: bool = ...,
        return_exceptions: Literal[False] = ...,
        timeout: float | None = ...,
        name: str | None = ...,
        total_concurrency: int | None = ...,
        on_update: Listener | None = ...,
        on_stop: OnStop = ...,
        progress: BatchProgress = ...,
    ) -> Batch[Result[dict[str, Any]]]: ...

    @overload
    def map(
        self,
        inputs: Iterable[tuple[str, Mapping[str, Any]]],
        /,
        *,
        concurrency: int = ...,
        ordered: bool = ...,
        return_exceptions: Literal[True],
        timeout: float | None = ...,
        name: str | None = ...,
        total_concurrency: int | None = ...,
        on_update: Listener | None = ...,
        on_stop: OnStop = ...,
        progress: BatchProgress = ...,
    ) -> Batch[Result[dict[str, Any]] | Exception]: ...

    def map(
        self,
        inputs: Iterable[Any],
        /,
        *,
        concurrency: int = 8,
        ordered: bool = True,
        return_exceptions: bool = False,
        timeout: float | None = DEFAULT_JOB_TIMEOUT,
        name: str | None = None,
        total_concurrency: int | None = None,
        on_update: Listener | None = None,
        on_stop: OnStop = "cancel_queued",
        progress: BatchProgress = False,
    ) -> Batch[Any]:
        """Run many inputs, at most ``concurrency`` jobs at a time, and yield their results.

        An input is an ``Input``, or a pair of it or a model id and a mapping. Results and errors have
        its ``index`` and the ``input`` itself; they come in the order of the inputs unless
        ``ordered=False``. The first error ends the batch, unless ``return_exceptions``. With a
        journal, give a ``name``: a batch that was killed continues when it is mapped again
        under it, and pays for nothing twice. With a journal in PostgreSQL, many processes may
        map the same inputs under one name, and ``total_concurrency`` limits all of them.
        ``timeout`` is for each job. To leave the loop early, enter the batch with ``with``.
        """
        from .batch import Batch  # few programs need it
        from .batch_items import BatchItems

        journal = self._driver.config.journal
        return Batch(
            self._driver,
            BatchItems(inputs, name, journal, self._checks, total_concurrency),
            concurrency=concurrency,
            ordered=ordered,
            return_exceptions=return_exceptions,
            timeout=deadline_after(0.0, timeout),
            cancel=cancels_queued(on_stop),
            listener=on_update,
            progress=progress,
        )

    @overload
    def batch(
        self, name: str, model: type[ModelInput[OutputT]], /
    ) -> NamedBatch[OutputT]: ...

    @overload
    def batch(self, name: str, model: None = None, /) -> NamedBatch[dict[str, Any]]: ...

    def batch(
        self, name: str, model: type[ModelInput[Any]] | None = None, /
    ) -> NamedBatch[Any]:
        """A named batch as the journal knows it: counts, results, failures, what is unknown.

        With the model's ``Input`` the results are typed. Raises ``NotConfigured`` if there is no
        journal.
        """
        from .named_batch import NamedBatch  # few programs need it

        reader, _ = output_reader(model)
        return NamedBatch(self._driver, self._open_journal(), name, reader)

    def _open_journal(self) -> Journal:
        journal = self._driver.config.journal
        if journal is None:
            raise NotConfigured("this client keeps no journal: give journal=PATH")
        return journal
