"""What a flow can ask of its driver, and the types of a flow."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Generator
from typing import NamedTuple, Protocol, TypeVar

from .. import errors
from ..base_url import origin
from ..job_handle import JobHandle
from ..protocol import Status
from ..secret import Token
from ..transport import Outcome, Request


class Send(NamedTuple):
    """Send this, and give back what came of it."""

    request: Request


class Sleep(NamedTuple):
    """Let so many seconds pass."""

    seconds: float


class Retry(NamedTuple):
    """Something will be tried again, and why."""

    doing: str
    reason: str
    attempt: int
    pause: float
    request_id: str | None = None


class UnknownStatus(NamedTuple):
    """A status word that this client does not know. The wait goes on."""

    request_id: str
    word: str


class Intent(NamedTuple):
    """A paid request is about to be sent: to be on disk before it is."""

    reference: str
    model_id: str
    payload_sha256: str
    at: float
    timeout: float = math.inf
    """Seconds that writing it may take. After that it fails, and nothing is sent."""


class Accepted(NamedTuple):
    """The server took the job."""

    reference: str
    handle: JobHandle


class Ended(NamedTuple):
    """A job, or the attempt to submit one, has come to an end that will not change."""

    reference: str
    """The intent it came from; empty for a job that was taken up by its token."""
    request_id: str
    state: str


class JournalFailed(NamedTuple):
    """The journal could not be written when it was too late to stop. The job goes on."""

    handle: JobHandle
    reason: str


Event = Status | Retry | UnknownStatus | Accepted | JournalFailed


class Emit(NamedTuple):
    """Tell those who listen."""

    event: Event


class WriteJournal(NamedTuple):
    """Write this in the journal, and go on only when it is written."""

    entry: Intent | Accepted | Ended


class RunTask(NamedTuple):
    """Run this, which may block (it reads or writes files)."""

    task: Callable[[], None]
    on_loop: Callable[[], Awaitable[None]] | None = None
    """The same for an event loop. If there is none, the task runs in a thread there."""


class Semaphore(Protocol):
    """Lets so many be under way at a time; the others wait."""

    async def acquire(self) -> object:
        """Wait for one's turn."""
        ...

    def release(self) -> None:
        """Give the turn to the next."""
        ...


class Acquire(NamedTuple):
    """Wait for one's turn, and go on with it. The flow itself gives it back."""

    semaphore: Semaphore


Step = Send | Sleep | Emit | WriteJournal | RunTask | Acquire
T = TypeVar("T")
Flow = Generator[Step, Outcome | None, T]
"""A flow that comes to a ``T``. Only ``Send`` is answered with something."""


class FlowContext(NamedTuple):
    """What a flow needs of the world: where the server is, two clocks, and chance."""

    base_url: str
    token: Token
    now: Callable[[], float]
    """A monotonic clock, in seconds: deadlines and pauses go by it."""
    today: Callable[[], float]
    """Seconds since 1970: what is told to people and other machines."""
    random: Callable[[], float]
    """Evenly spread in 0 … 1."""
    journal: bool = False
    """Whether there is a journal to note things in."""
    include_cost: bool = False
    """Whether to ask the server for the cost along with a result."""


def send(request: Request) -> Flow[Outcome]:
    """Send, and return what came of it."""
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
) -> Request:
    """A request to the API. It has the token only if it goes to the configured server."""
    base_url = context.base_url
    here = url.startswith(base_url + "/") or origin(url) == origin(base_url)
    token = context.token if here else None
    return Request(method, url, body, timeout, (), paid, token)


# Writing the end and the beginning of jobs in the journal, when it is too late to stop.


def record_accepted(context: FlowContext, acquire: Accepted) -> Flow[None]:
    """Write the id down. Now that the job is paid for, not even a full disk may lose it."""
    if not context.journal:
        return
    try:
        yield WriteJournal(acquire)
    except errors.JournalError as error:
        yield Emit(JournalFailed(acquire.handle, str(error)))
    except GeneratorExit:
        raise
    except BaseException as error:
        error.add_note(job_note(acquire.handle))
        raise


def record_ended(
    context: FlowContext, reference: str, handle: JobHandle, state: str
) -> Flow[None]:
    """Note the end of a job. A journal that fails now fails nothing."""
    if context.journal:
        try:
            yield WriteJournal(Ended(reference, handle.request_id, state))
        except errors.JournalError as error:
            yield Emit(JournalFailed(handle, str(error)))


def job_note(handle: JobHandle) -> str:
    """What to tell of an accepted job to whoever stops here."""
    return (
        f"The RunComfy job {handle.request_id} was accepted and goes on. "
        f"{resume_hint(handle)}"
    )


def add_job_note(error: BaseException, handle: JobHandle) -> None:
    """Name the job to whoever is stopped, unless a note of the error does."""
    told = getattr(error, "__notes__", ())
    if not any(handle.request_id in note for note in told):
        error.add_note(job_note(handle))


RESUME_LABEL = "Its token: "
"""What stands before a job's token in a note, for those who read notes."""


def resume_hint(handle: JobHandle) -> str:
    """What it takes to take a job up again."""
    return RESUME_LABEL + handle.encode()
