"""The steps of a flow: what it asks its driver to do."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Generator
from typing import NamedTuple, Protocol, TypeVar

from .. import errors
from ..access import Token, origin
from ..job_handle import JobHandle
from ..protocol import Status
from ..retry_and_timeouts import CLEANUP_TIMEOUT
from ..transport import Lost, Outcome, Request


class Send(NamedTuple):
    """Send a request. The step is answered with its outcome."""

    request: Request


class Sleep(NamedTuple):
    """Wait so many seconds."""

    seconds: float


class Retry(NamedTuple):
    """Something is about to be tried again, and why."""

    doing: str
    reason: str
    attempt: int
    pause: float
    request_id: str | None = None


class UnknownStatus(NamedTuple):
    """A status word that this client does not know. The wait continues."""

    request_id: str
    word: str


class Intent(NamedTuple):
    """A paid request is about to be sent. It is recorded before that."""

    reference: str
    model_id: str
    payload_sha256: str
    at: float
    timeout: float = math.inf
    """Seconds that writing it may take. After that it fails, and nothing is sent."""
    batch: str = ""
    """The name of its batch; empty if it has none."""
    base_url: str = ""
    ahead: bool = False
    """Whether it is recorded ahead of others: ``Sending`` follows before its request."""
    submit_timeout: float = 0.0
    """Seconds that its request may take, once it is sent."""


class Sending(NamedTuple):
    """The request of an intent that was recorded ahead is sent now."""

    reference: str


class Accepted(NamedTuple):
    """The server accepted the job."""

    reference: str
    handle: JobHandle


class Ended(NamedTuple):
    """A job, or the attempt to submit one, has ended. This does not change any more."""

    reference: str
    """The reference of its intent; empty for a job that was resumed by its token."""
    request_id: str
    state: str
    timeout: float = math.inf
    """Seconds that writing it may take. After that it fails, and the job looks pending."""


class OutcomeUnknown(NamedTuple):
    """The answer of a submit is no longer awaited, and its outcome is unknown."""

    reference: str


class Paused(NamedTuple):
    """The server asks for a pause of the submits. A batch may share it between processes."""

    batch: str
    seconds: float


class JournalFailed(NamedTuple):
    """Writing the journal failed after the job was accepted. The job continues."""

    handle: JobHandle
    reason: str


Event = Status | Retry | UnknownStatus | Accepted | JournalFailed


class Emit(NamedTuple):
    """Report an event to the listener and the hooks."""

    event: Event


class WriteJournal(NamedTuple):
    """Write an entry to the journal. The flow continues when it is on disk."""

    entry: Intent | Sending | Accepted | Ended | OutcomeUnknown | Paused


class RunTask(NamedTuple):
    """Run a task that may block, for example one that reads or writes files."""

    task: Callable[[], None]
    on_loop: Callable[[], Awaitable[None]] | None = None
    """The same for an event loop. If there is none, the task runs in a thread there."""
    begin_within: float = math.inf
    """Seconds that it may wait for a thread. Then it raises ``TimeoutError``."""


class Semaphore(Protocol):
    """Limits how many requests are in flight; ``asyncio.Semaphore`` is one."""

    async def acquire(self) -> object:
        """Wait for a free slot."""
        ...

    def release(self) -> None:
        """Free a slot."""
        ...


class Acquire(NamedTuple):
    """Acquire a semaphore. The flow itself releases it."""

    semaphore: Semaphore


Step = Send | Sleep | Emit | WriteJournal | RunTask | Acquire
T = TypeVar("T")
Flow = Generator[Step, Outcome | None, T]
"""A flow that returns a ``T``. Only ``Send`` is answered with a value."""


class FlowContext(NamedTuple):
    """What a flow needs from its client: the server, two clocks, and randomness."""

    base_url: str
    token: Token
    now: Callable[[], float]
    """A monotonic clock, in seconds, for deadlines and pauses."""
    today: Callable[[], float]
    """Seconds since 1970, for times that are shown or stored."""
    random: Callable[[], float]
    """A uniformly distributed number in 0 … 1."""
    journal: bool = False
    """Whether the client has a journal."""
    include_cost: bool = False
    """Whether to ask the server for the cost along with a result."""
    owns: Callable[[str, float], bool] | None = None
    """Whether an intent may still be sent, if that takes so long; None if it needs no lease."""


def send(request: Request) -> Flow[Outcome]:
    """Send a request and return its outcome."""
    outcome = yield Send(request)
    assert outcome is not None
    return outcome


def api_request(
    context: FlowContext,
    method: str,
    url: str,
    body: bytes | None,
    timeout: float,
    *,
    paid: bool = False,
    call_timeout: float = 0.0,
) -> Request:
    """Build a request to the API. It has the token only if it goes to the configured server."""
    base_url = context.base_url
    same_server = url.startswith(base_url + "/") or origin(url) == origin(base_url)
    token = context.token if same_server else None
    return Request(method, url, body, timeout, (), paid, token, None, call_timeout)


def failure_reason(outcome: Outcome) -> str:
    """A few words for a request that failed: why it was lost, or its HTTP status."""
    return outcome.reason if isinstance(outcome, Lost) else f"HTTP {outcome.status}"


# Recording jobs in the journal. The job is paid for by then, so a failure stops nothing.


def record_accepted(context: FlowContext, accepted: Accepted) -> Flow[None]:
    """Record the id. The job is paid for now, so not even a full disk may lose it."""
    if not context.journal:
        return
    try:
        yield WriteJournal(accepted)
    except errors.JournalError as error:
        yield Emit(JournalFailed(accepted.handle, str(error)))
    except GeneratorExit:
        raise
    except BaseException as error:
        error.add_note(job_note(accepted.handle))
        raise


def record_ended(
    context: FlowContext, reference: str, handle: JobHandle, state: str
) -> Flow[None]:
    """Record the end of a job. A journal that fails is only reported."""
    if context.journal:
        try:
            yield WriteJournal(
                Ended(reference, handle.request_id, state, CLEANUP_TIMEOUT)
            )
        except errors.JournalError as error:
            yield Emit(JournalFailed(handle, str(error)))


def job_note(handle: JobHandle) -> str:
    """The note for an error that ends the wait for an accepted job."""
    return (
        f"The RunComfy job {handle.request_id} was accepted and continues. "
        f"{resume_hint(handle)}"
    )


def add_job_note(error: BaseException, handle: JobHandle) -> None:
    """Add the note to an error, unless one of its notes names the job already."""
    notes = getattr(error, "__notes__", ())
    if not any(handle.request_id in note for note in notes):
        error.add_note(job_note(handle))


def settle_hint(reference: str) -> str:
    """How a person decides an unknown submit that is in the journal."""
    return (
        "Look at your requests on RunComfy, then settle it: "
        f'client.journal.settle({reference!r}, accepted=False), or with request_id="…" if '
        "there is such a job (in a shell: runcomfy-codegen jobs settle)"
    )


RESUME_LABEL = "Its token: "
"""What precedes a job's token in a note, for programs that read notes."""


def resume_hint(handle: JobHandle) -> str:
    """The job's token, which resumes it."""
    return RESUME_LABEL + handle.token()
