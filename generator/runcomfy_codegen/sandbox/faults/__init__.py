"""What can go wrong between a client and the API, on demand and the same way every time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from runcomfy_runtime.protocol import Phase

from ..http_messages import Request, Response
from ..job import Job, State, state
from ..routes import LOOKING, Action, Route

# The moment in which a call is answered, and may be struck by a fault.


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A call with all that matters for its answer, and for a fault that may strike it.

    ``job`` is the account's own (for output files, anybody's). ``nth`` counts, from 1, the requests this rule has matched for the same job, or for the
    same account where there is no job. ``now`` is in seconds since 1970.
    """

    route: Route
    request: Request
    account: str
    now: float
    job: Job | None = None
    nth: int = 1
    options: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def state(self) -> State | None:
        """Where the job stands, if there is one."""
        return state(self.job, self.now) if self.job else None

    @property
    def phase(self) -> Phase | None:
        """What that means."""
        return self.state.phase if self.state else None


Instead = Callable[[Situation], Response | None]
"""Answers in place of the API, which does not act then; None lets it act after all."""
After = Callable[[Situation, Response], Response]
"""Changes the answer after the API has acted; gives back the same where there is nothing to do."""
Alters = Callable[[Situation, Job], Job]
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
    can: frozenset[Action] = frozenset(Action) - LOOKING
    instead: Instead | None = None
    after: After | None = None
    alters: Alters | None = None


SUBMIT = frozenset({Action.SUBMIT})
STATUS = frozenset({Action.STATUS})
RESULT = frozenset({Action.RESULT})
CANCEL = frozenset({Action.CANCEL})
FILE = frozenset({Action.FILE})
POLLS = STATUS | RESULT
API = frozenset(Action) - LOOKING - {Action.FILE, Action.OPENAPI}
