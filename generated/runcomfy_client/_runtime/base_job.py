"""What the jobs and results of both clients have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Generic, NamedTuple, NoReturn, TypeVar, cast

from .client_config import ClientConfig
from .errors import BadSetting, NotConfigured, RunComfyError
from .escaping import printable
from .files import File, digest, result_files, urls
from .job_handle import JobHandle
from .lifecycle.steps import FlowContext, add_job_note
from .protocol import result_members, status_word
from .retry_and_timeouts import FOREVER

_SHOWN_FILES = 3
OutputT = TypeVar("OutputT")
OutputReader = Callable[[object], OutputT]


def untyped_output(output: object) -> dict[str, Any]:
    """The output of a model without a class: an object unchanged, any other value wrapped."""
    return (
        cast(dict[str, Any], output) if isinstance(output, dict) else {"output": output}
    )


class BaseResult(Generic[OutputT]):
    """The outcome of a job that succeeded.

    Reading ``output`` never fails: values that do not fit the published output schema are kept
    unchanged. ``raw`` is the server's whole answer: an object, or whatever JSON it sent.
    """

    __slots__ = ("_handle", "_reader", "files", "index", "input", "output", "raw")

    def __init__(
        self, handle: JobHandle, raw: Any, reader: OutputReader[OutputT]
    ) -> None:
        content = result_members(raw)
        self.index: int | Any = None
        """In a batch, the index of the input that this is the result of."""
        self.input: Any = None
        """In a batch, that input, as it was given to ``map``."""
        self._handle = handle
        self._reader = reader
        self.raw: Any = raw
        self.output: OutputT = reader(content.get("output"))
        echoed = handle.echoes
        if "input" in content:
            echoed = (*echoed, *map(digest, urls(content["input"])))
        self.files: tuple[File, ...] = result_files(content, echoed)

    @property
    def request_id(self) -> str:
        """The id of the job."""
        return self._handle.request_id

    @property
    def model_id(self) -> str:
        """The model that ran."""
        return self._handle.model_id

    @property
    def cost(self) -> float | None:
        """US dollars, if the server was asked (``include_cost=True``) and knows it yet."""
        cost: object = result_members(self.raw).get("cost")
        if isinstance(cost, (int, float)) and not isinstance(cost, bool):
            return float(cost)
        return None

    def _attach_job(self, error: RunComfyError) -> None:
        """Make an error of a download name its job: the files are paid for."""
        error.of(self._handle, status_word(result_members(self.raw)))

    def __repr__(self) -> str:
        urls = [file.url.partition("?")[0] for file in self.files[:_SHOWN_FILES]]
        more = len(self.files) - len(urls)
        names = ", ".join([*urls, f"and {more} more"] if more else urls)
        return (
            f"<{type(self).__name__} {self.model_id} {self.request_id} files=[{names}]>"
        )

    def _repr_html_(self) -> str:
        from .notebook import result_html

        facts: dict[str, object] = {"model": self.model_id, "job": self.request_id}
        if self.cost is not None:
            facts["cost"] = f"${self.cost:g}"
        return result_html(facts, self.files, self.raw)

    def __rich__(self) -> object:
        from .notebook import FILE_COLUMNS, file_rows, rich_table

        title = f"{self.model_id} {self.request_id}"
        return rich_table(FILE_COLUMNS, file_rows(self.files), title)


class BaseJob(Generic[OutputT]):
    """A job, whichever client drives it. It can be pickled; an unpickled job has no client."""

    __slots__ = ("_handle", "_reader", "_reference", "_seen")

    def __init__(
        self, handle: JobHandle, reader: OutputReader[OutputT], reference: str = ""
    ) -> None:
        self._handle = handle
        self._reader = reader
        self._reference = reference
        self._seen: str | None = None
        """The last status word that was read through this object."""

    @property
    def request_id(self) -> str:
        """The id that the API gave the job."""
        return self._handle.request_id

    @property
    def model_id(self) -> str:
        """The model it runs; empty for a job that was resumed by its bare request id."""
        return self._handle.model_id

    def token(self) -> str:
        """A text from which ``client.job(token, …)`` resumes the job, in any process.

        It contains no secret and is safe in URLs and file names.
        """
        return self._handle.token()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BaseJob) and self.token() == other.token()

    def __hash__(self) -> int:
        return hash(self._handle.request_id)

    def __repr__(self) -> str:
        seen = f", {printable(self._seen, 40)}" if self._seen else ""
        model = self.model_id or "?"
        return f"<{type(self).__name__} {self.request_id} of {model}{seen}>"

    def _repr_html_(self) -> str:
        from .notebook import facts_html

        return facts_html(self._facts())

    def __rich_repr__(self) -> Iterator[tuple[str, object]]:
        yield from self._facts().items()

    def _facts(self) -> dict[str, object]:
        seen = {"last seen": self._seen} if self._seen else {}
        return {"job": self.request_id, "model": self.model_id or "?", **seen}


def deadline_after(now: float, timeout: float | None) -> float:
    """The deadline for a timeout in seconds; None means none. Raises ``BadSetting``."""
    if timeout is None:
        return FOREVER
    try:
        usable = timeout >= 0
    except TypeError:
        usable = False
    if not usable:
        raise BadSetting(
            "timeout must be a number of seconds that is not negative, or None to wait without "
            f"a limit, not {timeout!r:.40}"
        )
    return now + timeout


class TimedCall(NamedTuple):
    """A call that begins now: the context of its flow, and its deadline by that clock."""

    context: FlowContext
    deadline: float


def begin_call(config: ClientConfig, timeout: float | None) -> TimedCall:
    """Begin a call that may take ``timeout`` seconds. Raises ``NotConfigured``."""
    context = config.flow_context()
    return TimedCall(context, deadline_after(context.now(), timeout))


def raise_unbound() -> NoReturn:
    """Refuse to work without a client."""
    raise NotConfigured(
        "this job or result was unpickled and has no client: use client.job(token, …) with "
        "the job's token or request id"
    )


def attach_job(error: BaseException, job: BaseJob[Any]) -> None:
    """Make an error carry its job; an error that is not ours gets a note with the token."""
    if isinstance(error, RunComfyError):
        error.of(job)
    else:
        add_job_note(error, job._handle)  # pyright: ignore[reportPrivateUsage]
