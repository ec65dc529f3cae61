"""Many jobs, apart from who drives them: one flow for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, Protocol

from . import answer, errors
from .call import Asked, asked
from .flow.gate import Gate
from .flow.line import Line, in_line
from .flow.run import Course, run
from .flow.step import Flow, Terms
from .flow.submit import REPEATABLE, Call
from .result import as_it_came
from .ticket import decode
from .validation import Checks


class Noted(Protocol):
    """What a journal knows of one job."""

    @property
    def token(self) -> str:
        """The job's token; empty if it is not known to have been accepted."""
        ...

    @property
    def state(self) -> str:
        """How it ended; empty if it has not."""
        ...


class Memory(Protocol):
    """Who remembers what an earlier run of the same batch has submitted."""

    def find(self, reference: str) -> Noted | None:
        """What is known of the job under a reference."""
        ...


class Stopped(BaseException):
    """Thrown into the flows of a batch that ends early. Never leaves the batch."""


def width(concurrency: int) -> int:
    """How many jobs may be under way at a time. Raises ``BadSetting`` for less than one."""
    if concurrency < 1:
        raise errors.BadSetting(
            f"map: concurrency is {concurrency}; it is the number of jobs under way at a "
            "time, so give at least 1"
        )
    return concurrency


class Item(NamedTuple):
    """One job of a batch."""

    place: int
    asked: Asked
    course: Course
    flow: Flow[answer.Document]


_NOTHING = Asked(Call("", b"", "", ""), as_it_came)


def _raised(error: Exception) -> Flow[answer.Document]:
    """A flow that only fails."""
    yield from ()
    raise error


class Plan:
    """The items of a batch, made one by one as there is room for them."""

    def __init__(
        self,
        inputs: Iterable[Any],
        name: str | None,
        memory: Memory | None,
        checks: Checks | None = None,
    ) -> None:
        if name is not None and memory is None:
            raise errors.NotConfigured(
                "a named batch is continued from a journal: give RunComfy(journal=…)"
            )
        self._inputs = enumerate(inputs)
        self._name = name
        self._memory = memory
        self._checks = checks
        self._seen: Counter[str] = Counter()

    def items(
        self, terms: Terms, line: Line, timeout: float, *, cancel: bool
    ) -> Iterator[Item]:
        """Each item with its flow, whose time begins when it is taken from here."""
        gate = Gate(line)
        for index, given in self._inputs:
            course = Course()
            try:
                what = asked(given, None, self._checks)
            except errors.InputRejected as error:
                yield Item(index, _NOTHING, course, _raised(error))
                continue
            if self._name is not None:
                what = self._named(what)
            until = terms.now() + timeout
            flow = self._flow(terms, what, course, until, cancel, gate)
            yield Item(index, what, course, in_line(terms, flow, line, until))

    def _named(self, what: Asked) -> Asked:
        """With a reference that is the same in every run: of what is sent, not of its place."""
        sha256 = what.call.payload_sha256
        self._seen[sha256] += 1
        model = what.call.model_id
        reference = f"{self._name}/{model}/{sha256}/{self._seen[sha256]}"
        return what._replace(call=what.call._replace(reference=reference))

    def _flow(
        self,
        terms: Terms,
        what: Asked,
        course: Course,
        until: float,
        cancel: bool,
        gate: Gate,
    ) -> Flow[answer.Document]:
        noted = None
        if self._name is not None and self._memory is not None:
            noted = self._memory.find(what.call.reference)
        if noted is not None and noted.state not in REPEATABLE:
            if not noted.token:
                raise _unknown(what)
            course.ticket = decode(noted.token, base_url=terms.base_url)
        return (
            yield from run(terms, what.call, course, until, cancel=cancel, gate=gate)
        )


def _unknown(what: Asked) -> errors.SubmitOutcomeUnknown:
    return errors.SubmitOutcomeUnknown(
        f"an earlier run of this batch meant to submit this to {what.call.model_id}, and was "
        "stopped before it knew the outcome. It may be running and may be billed; it is not "
        "sent again",
        payload_sha256=what.call.payload_sha256,
        reference=what.call.reference,
    )
