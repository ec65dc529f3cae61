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
    """Seconds in the queue and at work, from least to most, at speed 1."""

    queued: SecondsRange
    running: SecondsRange


PROFILES: Mapping[MediaKind, DurationProfile] = MappingProxyType(
    {
        MediaKind.IMAGE: DurationProfile(queued=(0.5, 0.8), running=(1.5, 2.5)),
        MediaKind.AUDIO: DurationProfile(queued=(0.5, 0.8), running=(1.5, 2.5)),
        MediaKind.VIDEO: DurationProfile(queued=(0.6, 0.9), running=(2.0, 3.5)),
    }
)
"""Shorter than the live API, so that every job is done within 10 seconds."""


@dataclass(frozen=True, slots=True)
class JobPlanner:
    """Settles the plan of each job. ``speed`` 2 halves every duration."""

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


# Whose turn it is, where only some of an account's jobs can run at once.
#
# Jobs run in the order of acceptance, and none before its own time in the queue is over. One
# that a fault keeps back lets the others pass until its time has come.


def reschedule(
    jobs: Collection[JobRecord], now: float, workers: int
) -> tuple[JobRecord, ...]:
    """Those of an account's jobs whose turn has changed.

    Asked after each acceptance and each cancellation; 0 workers set no limit. What has begun
    stays as it is, and what waits begins when one of the workers is free.
    """
    if not workers:
        return ()
    running = [job.ends_at for job in jobs if _runs(job, now)]
    waiting = sorted((job for job in jobs if _waits(job, now)), key=_turn)
    free = heapq.nlargest(workers, running)
    free += [now] * (workers - len(free))
    heapq.heapify(free)
    turned = [_placed(job, free) for job in waiting]
    pairs = zip(turned, waiting, strict=True)
    return tuple(new for new, old in pairs if new is not old)


def queue_position(job: JobRecord, jobs: Collection[JobRecord], now: float) -> int:
    """The queue position of a waiting job: how many of its account wait before it, and one."""
    return 1 + sum(_turn(each) < _turn(job) and _waits(each, now) for each in jobs)


def queue_behind(plan: JobPlan, jobs: Sequence[JobRecord], now: float) -> JobPlan:
    """The plan of a new job where nothing is limited: it leaves the queue, which the account's
    newest ``jobs`` in order of acceptance are in, no earlier than the last of them.
    """
    last = _last_waiting(jobs, now)
    if last is None:
        return plan
    place = job_state(last, now).queue_position or 0
    queued = max(plan.queued, last.begins_at - now)
    return replace(plan, queued=queued, ahead=place + 1)


def _last_waiting(jobs: Sequence[JobRecord], now: float) -> JobRecord | None:
    for job in reversed(jobs):
        if job.plan.delayed or job.cancelled_at is not None:
            continue
        if job_state(job, now).phase is Phase.QUEUED:
            return job
        if job.drive is Drive.TIME:
            return None  # nor does one before it: they begin in order
    return None


def _turn(job: JobRecord) -> tuple[float, int]:
    return job.submitted_at + job.plan.delayed, job.number


def _placed(job: JobRecord, free: list[float]) -> JobRecord:
    """The job with its turn: it takes the worker that is free first, from then on."""
    held = max(0.0, free[0] - (job.begins_at - job.plan.held))
    if held != job.plan.held:
        job = replace(job, plan=replace(job.plan, held=held))
    heapq.heapreplace(free, job.ends_at)
    return job


def _waits(job: JobRecord, now: float) -> bool:
    return job.cancelled_at is None and now < job.begins_at


def _runs(job: JobRecord, now: float) -> bool:
    return job.cancelled_at is None and job.begins_at <= now < job.ends_at
