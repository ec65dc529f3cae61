"""Faults: what can go wrong between a client and the API, on demand and repeatable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from runcomfy_runtime.protocol import Phase

from ..http_messages import ApiRequest, ApiResponse
from ..job import JobRecord, JobState, job_state
from ..routes import UNLOGGED, Action, Route


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultContext:
    """A call, with everything that its answer and a fault depend on.

    ``job`` is the account's own job; for output files, the job of any account. ``options``
    are those of the rule that strikes. ``now`` is in seconds since 1970.
    """

    route: Route
    request: ApiRequest
    account: str
    now: float
    job: JobRecord | None = None
    options: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def state(self) -> JobState | None:
        """The state of the job, if there is a job."""
        return job_state(self.job, self.now) if self.job else None

    @property
    def phase(self) -> Phase | None:
        """The phase of the job, if there is a job."""
        return self.state.phase if self.state else None

    def seconds(self, default: float) -> float:
        """The option ``seconds`` of the rule."""
        return float(self.options.get("seconds", default))


ANY = frozenset(Action) - UNLOGGED
SUBMIT = frozenset({Action.SUBMIT})
STATUS = frozenset({Action.STATUS})
RESULT = frozenset({Action.RESULT})
CANCEL = frozenset({Action.CANCEL})
FILE = frozenset({Action.FILE})
POLLS = STATUS | RESULT
API = ANY - {Action.FILE, Action.OPENAPI}

ReplaceResponse = Callable[[FaultContext], ApiResponse | None]
"""Answers in place of the API, which then does nothing. None lets the API answer."""
ChangeResponse = Callable[[FaultContext, ApiResponse], ApiResponse]
"""Changes the answer after the API has acted. Returns the same object if nothing changes."""
ChangeJob = Callable[[FaultContext, JobRecord], JobRecord]
"""Changes the job that a submit has made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way to go wrong, with one of three effects.

    ``on`` are the calls that it strikes unless a rule names others. ``allowed`` are the calls
    that a rule may name; the fault has no effect on any other.
    """

    name: str
    description: str
    on: frozenset[Action]
    allowed: frozenset[Action] = ANY
    replace_response: ReplaceResponse | None = None
    change_response: ChangeResponse | None = None
    change_job: ChangeJob | None = None
