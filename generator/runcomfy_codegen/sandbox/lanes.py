"""Whose turn it is, where only some of an account's jobs can run at once.

Jobs run in the order of acceptance, and none before its own time in the queue is over.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection
from dataclasses import replace

from .job import Job


def in_turn(jobs: Collection[Job], now: float, workers: int) -> tuple[Job, ...]:
    """Those of an account's jobs, in order of acceptance, whose turn has changed.

    Asked after each acceptance and each cancellation; 0 workers set no limit. What has begun
    stays as it is, and what waits begins when one of the workers is free.
    """
    if not workers:
        return ()
    running = [job.ends_at for job in jobs if _runs(job, now)]
    waiting = [job for job in jobs if _waits(job, now)]
    free = heapq.nlargest(workers, running)
    free += [now] * (workers - len(free))
    heapq.heapify(free)
    turned = [_placed(job, free) for job in waiting]
    pairs = zip(turned, waiting, strict=True)
    return tuple(new for new, old in pairs if new is not old)


def position(job: Job, jobs: Collection[Job], now: float) -> int:
    """The queue position of a waiting job: how many of its account wait before it, and one."""
    return 1 + sum(each.number < job.number and _waits(each, now) for each in jobs)


def _placed(job: Job, free: list[float]) -> Job:
    """The job with its turn: it takes the worker that is free first, from then on."""
    held = max(0.0, free[0] - job.submitted_at - job.plan.queued)
    if held != job.plan.held:
        job = replace(job, plan=replace(job.plan, held=held))
    heapq.heapreplace(free, job.ends_at)
    return job


def _waits(job: Job, now: float) -> bool:
    return job.cancelled_at is None and now < job.begins_at


def _runs(job: Job, now: float) -> bool:
    return job.cancelled_at is None and job.begins_at <= now < job.ends_at
