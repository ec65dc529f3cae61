"""What can go wrong between a client and the API, on demand and the same way every time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from runcomfy_runtime.protocol import Phase

from ..http_messages import ApiRequest, ApiResponse
from ..job import JobRecord, JobState, job_state
from ..routes import UNLOGGED, Action, Route

# The moment in which a call is answered, and may be struck by a fault.


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultContext:
    """A call with all that matters for its answer, and for a fault that may strike it.

    ``job`` is the account's own (for output files, anybody's). ``nth`` counts, from 1, the requests this rule has matched for the same job, or for the
    same account where there is no job. ``now`` is in seconds since 1970.
    """

    route: Route
    request: ApiRequest
    account: str
    now: float
    job: JobRecord | None = None
    nth: int = 1
    options: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def state(self) -> JobState | None:
        """Where the job stands, if there is one."""
        return job_state(self.job, self.now) if self.job else None

    @property
    def phase(self) -> Phase | None:
        """What that means."""
        return self.state.phase if self.state else None


Replacement = Callable[[FaultContext], ApiResponse | None]
"""Answers in place of the API, which does not act then; None lets it act after all."""
ResponseChange = Callable[[FaultContext, ApiResponse], ApiResponse]
"""Changes the answer after the API has acted; gives back the same where there is nothing to do."""
JobChange = Callable[[FaultContext, JobRecord], JobRecord]
"""Changes the job that a submit has made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way to go wrong.

    ``on`` are the calls it strikes unless a rule says otherwise, ``can`` those that a rule
    may say: the others it could not change.
    """

    name: str
    says: str
    on: frozenset[Action]
    can: frozenset[Action] = frozenset(Action) - UNLOGGED
    instead: Replacement | None = None
    after: ResponseChange | None = None
    alters: JobChange | None = None


SUBMIT = frozenset({Action.SUBMIT})
STATUS = frozenset({Action.STATUS})
RESULT = frozenset({Action.RESULT})
CANCEL = frozenset({Action.CANCEL})
FILE = frozenset({Action.FILE})
POLLS = STATUS | RESULT
API = frozenset(Action) - UNLOGGED - {Action.FILE, Action.OPENAPI}
