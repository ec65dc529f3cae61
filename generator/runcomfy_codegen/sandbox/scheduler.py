"""When each job runs: how long it takes, and which jobs it waits for."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from runcomfy_runtime.protocol import Phase

from ..ir.model import MediaKind
from .clock import Seed
from .job import Drive, JobPlan, JobRecord, job_state

SecondsRange = tuple[float, float]


@dataclass(frozen=True, slots=True)
class DurationProfile:
    """Shortest and longest seconds in the queue and running, at speed 1."""

    queued: SecondsRange
    running: SecondsRange


PROFILES: Mapping[MediaKind, DurationProfile] = MappingProxyType(
    {
        MediaKind.IMAGE: DurationProfile(queued=(0.5, 0.8), running=(1.5, 2.5)),
        MediaKind.AUDIO: DurationProfile(queued=(0.5, 0.8), running=(1.5, 2.5)),
        MediaKind.VIDEO: DurationProfile(queued=(0.6, 0.9), running=(2.0, 3.5)),
    }
)
"""Shorter than those of the live API: every job ends within 10 seconds."""


@dataclass(frozen=True, slots=True)
class JobPlanner:
    """Makes the plan of each job. ``speed`` 2 halves every duration."""

    seed: Seed
    speed: float = 1.0
    polls: tuple[int, int] = (2, 2)
    profiles: Mapping[MediaKind, DurationProfile] = field(
        default_factory=lambda: PROFILES
    )

    def plan(self, request_id: str, kind: MediaKind) -> JobPlan:
        """The plan of one job; the same for the same seed and request."""
        draws = self.seed.draws("pace", request_id)
        profile = self.profiles[kind]
        plan = JobPlan(
            queued=draws.uniform(*profile.queued),
            running=draws.uniform(*profile.running),
            queued_polls=self.polls[0],
            running_polls=self.polls[1],
            ahead=draws.randint(2, 4),
        )
        return replace(
            plan, queued=plan.queued / self.speed, running=plan.running / self.speed
        )


# With workers, only some of an account's jobs run at once. Jobs start in the order of
# acceptance, and none before its own time in the queue is over. A job that a fault delays lets
# the others pass until its delay is over.


def reschedule(
    jobs: Collection[JobRecord], now: float, workers: int
) -> tuple[JobRecord, ...]:
    """The jobs of an account whose start has changed, with their new plans.

    Called after each acceptance and each cancellation. 0 workers set no limit. Running jobs
    stay as they are; a waiting job starts when a worker is free.
    """
    if not workers:
        return ()
    running = [job.ends_at for job in jobs if _runs(job, now)]
    waiting = sorted((job for job in jobs if _waits(job, now)), key=_order)
    free = heapq.nlargest(workers, running)
    free += [now] * (workers - len(free))
    heapq.heapify(free)
    planned = [_assign(job, free) for job in waiting]
    pairs = zip(planned, waiting, strict=True)
    return tuple(new for new, old in pairs if new is not old)


def queue_position(job: JobRecord, jobs: Collection[JobRecord], now: float) -> int:
    """The queue position of a waiting job among those of its account, from 1."""
    before = (other for other in jobs if _order(other) < _order(job))
    return 1 + sum(_waits(other, now) for other in before)


def queue_behind(plan: JobPlan, jobs: Sequence[JobRecord], now: float) -> JobPlan:
    """The plan of a new job without workers: it does not leave the queue before older jobs.

    ``jobs`` are the newest jobs of the account, in order of acceptance.
    """
    last = _last_waiting(jobs, now)
    if last is None:
        return plan
    position = job_state(last, now).queue_position or 0
    queued = max(plan.queued, last.begins_at - now)
    return replace(plan, queued=queued, ahead=position + 1)


def _last_waiting(jobs: Sequence[JobRecord], now: float) -> JobRecord | None:
    for job in reversed(jobs):
        if job.plan.delayed or job.cancelled_at is not None:
            continue
        if job_state(job, now).phase is Phase.QUEUED:
            return job
        if job.drive is Drive.TIME:
            return None  # jobs start in order: no earlier one waits either
    return None


def _order(job: JobRecord) -> tuple[float, int]:
    return job.submitted_at + job.plan.delayed, job.number


def _assign(job: JobRecord, free: list[float]) -> JobRecord:
    """The job with its start: it takes the worker that is free first, from then on."""
    held = max(0.0, free[0] - (job.begins_at - job.plan.held))
    if held != job.plan.held:
        job = replace(job, plan=replace(job.plan, held=held))
    heapq.heapreplace(free, job.ends_at)
    return job


def _waits(job: JobRecord, now: float) -> bool:
    return job.cancelled_at is None and now < job.begins_at


def _runs(job: JobRecord, now: float) -> bool:
    return job.cancelled_at is None and job.begins_at <= now < job.ends_at
