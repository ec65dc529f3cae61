"""How long a job must wait for its turn, where only some can run at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .job import Job, Plan


def in_turn(plan: Plan, jobs: Iterable[Job], now: float, workers: int) -> Plan:
    """The plan of one more job, behind an account's others; 0 workers set no limit.

    Jobs run in the order of acceptance. Each waits at least as long as its own plan says,
    and its queue position begins behind those that wait already.
    """
    if not workers:
        return plan
    open_jobs = [job for job in jobs if job.cancelled_at is None and _end(job) > now]
    ends = sorted(map(_end, open_jobs), reverse=True)
    free = ends[workers - 1] if len(ends) >= workers else now
    waiting = sum(job.submitted_at + job.plan.queued > now for job in open_jobs)
    return replace(plan, queued=max(plan.queued, free - now), ahead=waiting + 1)


def _end(job: Job) -> float:
    return job.submitted_at + job.plan.queued + job.plan.running
