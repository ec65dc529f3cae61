"""A job that the server has accepted: look at it, wait for it, cancel it, keep its token."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, NamedTuple, NoReturn, TypeVar

from .driver import Driver, Listener
from .errors import BadSetting, NotConfigured, RunComfyError
from .flow import cancel, run, wait
from .flow.note import mention
from .flow.pace import FOREVER, REQUEST_TIMEOUT
from .flow.step import Flow, Terms
from .result import OutputT, Reader, Result
from .status import Cancellation, Status
from .ticket import Ticket
from .world import World

T = TypeVar("T")

DEFAULT_WAIT = 3600.0
"""Seconds that a job is waited for unless the caller says otherwise; videos take long."""


class Handle(Generic[OutputT]):
    """What a job is, apart from who drives it. It pickles, and then knows no client."""

    __slots__ = ("_reader", "_reference", "_seen", "_ticket")

    def __init__(
        self, ticket: Ticket, reader: Reader[OutputT], reference: str = ""
    ) -> None:
        self._ticket = ticket
        self._reader = reader
        self._reference = reference
        self._seen: str | None = None
        """The last status word that was read through this handle."""

    @property
    def request_id(self) -> str:
        """The id that the API gave the job."""
        return self._ticket.request_id

    @property
    def model_id(self) -> str:
        """The model it runs; empty for a job that was taken up by its bare request id."""
        return self._ticket.model_id

    def token(self) -> str:
        """A text from which ``client.job(token, …)`` takes the job up again, in any process.

        It holds no secret, and it is safe in URLs and file names.
        """
        return self._ticket.encode()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Handle) and self.token() == other.token()

    def __hash__(self) -> int:
        return hash(self._ticket.request_id)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.request_id} of {self.model_id or '?'}>"


def seconds_until(now: float, timeout: float | None) -> float:
    """The deadline for a timeout in seconds; None is for ever. Raises ``BadSetting``."""
    if timeout is None:
        return FOREVER
    try:
        usable = timeout >= 0
    except TypeError:
        usable = False
    if not usable:
        raise BadSetting(
            "timeout must be a number of seconds that is not negative, or None to wait for "
            f"ever, not {timeout!r:.40}"
        )
    return now + timeout


class Span(NamedTuple):
    """A call that begins now: its terms, and its deadline by their clock."""

    terms: Terms
    until: float


def span(world: World, timeout: float | None) -> Span:
    """The span of a call that may take so many seconds. Raises ``NotConfigured``."""
    terms = world.terms()
    return Span(terms, seconds_until(terms.now(), timeout))


def unbound() -> NoReturn:
    """Refuse to work without a client."""
    raise NotConfigured(
        "this job came out of a pickle and knows no client: use client.job(job.token(), …)"
    )


class Job(Handle[OutputT]):
    """A job of the blocking client."""

    __slots__ = ("_bound",)

    def __init__(
        self,
        driver: Driver | None,
        ticket: Ticket,
        reader: Reader[OutputT],
        reference: str = "",
    ) -> None:
        super().__init__(ticket, reader, reference)
        self._bound = driver

    @property
    def _driver(self) -> Driver:
        return self._bound or unbound()

    def status(self, timeout: float | None = REQUEST_TIMEOUT) -> Status:
        """Read the state once. Trouble on the way is tried again for ``timeout`` seconds."""
        terms, until = self._span(timeout)
        status = self._drive(wait.glance(terms, self._ticket, until))
        self._seen = status.state
        return status

    def updates(self, timeout: float | None = DEFAULT_WAIT) -> Iterator[Status]:
        """Each change of state, up to and with the last. Leaving early does not touch the job.

        Ends in silence when the time is over; ``result()`` tells the outcome.
        """
        terms, until = self._span(timeout)
        watch = wait.Watch(self._ticket, terms.now())
        return self._updates(wait.changes(terms, watch, until))

    def _updates(self, flow: Flow[None]) -> Iterator[Status]:
        try:
            for status in self._driver.updates(flow):
                self._seen = status.state
                yield status
        except RunComfyError as error:
            error.of(self, self._seen)
            raise

    def result(
        self, timeout: float | None = DEFAULT_WAIT, *, on_update: Listener | None = None
    ) -> Result[OutputT]:
        """Wait for the outcome, at most ``timeout`` seconds (None: for ever).

        Raises ``JobFailed``, ``JobCancelled``, ``JobTimeout``, ``PollInterrupted``. Giving up
        the wait leaves the job as it is.
        """
        terms, until = self._span(timeout)
        watch = wait.Watch(self._ticket, terms.now(), self._reference)
        flow = run.conclude(terms, watch, until, cancel=False)
        content = self._drive(flow, on_update)
        return Result(self._driver, self._ticket, content, self._reader)

    def cancel(self, timeout: float = REQUEST_TIMEOUT) -> Cancellation:
        """Cancel if the job is still queued; the outcome says whether it was."""
        terms, until = self._span(timeout)
        return self._drive(cancel.cancel(terms, self._ticket, until, self._reference))

    def _span(self, timeout: float | None) -> Span:
        try:
            return span(self._driver.world, timeout)
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
        return Job, (None, self._ticket, self._reader, self._reference)


def told(
    error: BaseException,
    driver: Driver,
    ticket: Ticket | None,
    reader: Reader[Any],
    reference: str,
) -> None:
    """See that whoever is stopped by this learns of the job, if it was accepted."""
    if ticket is None:
        return
    if isinstance(error, RunComfyError):
        error.of(Job(driver, ticket, reader, reference))
    else:
        mention(error, ticket)
