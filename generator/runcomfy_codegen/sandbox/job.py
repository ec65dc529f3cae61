"""A job: its record, and its state as a function of the record and the time."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from runcomfy_runtime.protocol import PHASES, Phase

from .output_files import JobOutput


class Drive(StrEnum):
    """What moves a job on: the clock, being asked about, or a hand."""

    TIME = "time"
    POLLS = "polls"
    STEPS = "steps"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPlan:
    """How a job will go, settled when it is accepted.

    Durations are in seconds of the sandbox's clock; polls and steps are counts. ``delayed``
    is what a fault adds to its own time in the queue, ``held`` the time that it waits beyond
    both for its turn, ``ahead`` the queue position it starts with.
    """

    queued: float
    running: float
    delayed: float = 0.0
    held: float = 0.0
    queued_polls: int = 2
    running_polls: int = 2
    queued_steps: int = 2
    running_steps: int = 1
    ahead: int = 1
    fails: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """An accepted request, as it is remembered.

    ``body`` is the input as JSON text, ``input_sha256`` the same for the same input,
    ``magic`` the fault rules in it. ``output`` is what it will hand out, whatever models the
    next sandbox has. ``told_begun`` is how often it was asked about since it left the queue,
    3 at most, ``told_end`` how often its end has been told, 2 at most.
    """

    request_id: str
    model_id: str
    account: str
    number: int
    body: str
    price: float
    submitted_at: float
    plan: JobPlan
    output: JobOutput
    drive: Drive = Drive.TIME
    polls: int = 0
    steps: int = 0
    moved_at: float = 0.0
    cancelled_at: float | None = None
    told_begun: int = 0
    told_end: int = 0
    magic: str = ""
    input_sha256: str = ""

    @property
    def begins_at(self) -> float:
        """When it leaves the queue, if time moves it."""
        plan = self.plan
        return self.submitted_at + plan.queued + plan.delayed + plan.held

    @property
    def ends_at(self) -> float:
        """When it is done, if time moves it."""
        return self.begins_at + self.plan.running

    @property
    def touched_at(self) -> float:
        """When something was last done to it from outside."""
        return max(self.submitted_at, self.moved_at, self.cancelled_at or 0.0)

    def polled(self, now: float) -> JobRecord:
        """The job after one more question about it."""
        job = self
        if self.drive is Drive.POLLS and not job_state(self, now).phase.terminal:
            job = replace(self, polls=self.polls + 1, moved_at=now)
        phase = job_state(job, now).phase
        begun, ended = phase is not Phase.QUEUED, phase.terminal
        if (begun and job.told_begun < 3) or (ended and job.told_end < 2):
            job = replace(
                job,
                told_begun=min(job.told_begun + begun, 3),
                told_end=min(job.told_end + ended, 2),
            )
        return job

    def stepped(self, now: float) -> JobRecord:
        """The job after a push by hand."""
        if self.drive is not Drive.STEPS or job_state(self, now).phase.terminal:
            return self
        return replace(self, steps=self.steps + 1, moved_at=now)

    def cancelled(self, now: float) -> JobRecord:
        """The job after its cancellation; only a queued one may be cancelled."""
        return replace(self, cancelled_at=now)


@dataclass(frozen=True, slots=True)
class JobState:
    """Where a job stands. Times in seconds since 1970."""

    phase: Phase
    queue_position: int | None = None
    finished_at: float | None = None

    @property
    def status_word(self) -> str:
        """The published word of ``/status``, which has none for failure."""
        return _WORDS[Phase.SUCCEEDED if self.phase is Phase.FAILED else self.phase]

    @property
    def result_word(self) -> str:
        """The published word of ``/result``."""
        return _WORDS[self.phase]


# The table tells the published words first; of each phase that one is spoken here.
_WORDS = {meant: word for word, meant in reversed(tuple(PHASES.items()))}


def job_state(job: JobRecord, now: float) -> JobState:
    """Where the job stands at ``now``. No timer ever runs: this is asked for when needed."""
    if job.cancelled_at is not None:
        return JobState(Phase.CANCELLED, finished_at=job.cancelled_at)
    progress = _progress(job, now)
    if progress < 1:
        return JobState(
            Phase.QUEUED, queue_position=math.ceil(job.plan.ahead * (1 - progress))
        )
    if progress < 2:
        return JobState(Phase.RUNNING)
    ended = Phase.FAILED if job.plan.fails else Phase.SUCCEEDED
    return JobState(ended, finished_at=_finished_at(job))


def _progress(job: JobRecord, now: float) -> float:
    """0 to 1 while queued, 1 to 2 while running, 2 or more when finished."""
    plan = job.plan
    match job.drive:
        case Drive.TIME:
            waits = plan.queued + plan.delayed + plan.held
            return _through(now - job.submitted_at, waits, plan.running)
        case Drive.POLLS:
            return _through(job.polls - 1, plan.queued_polls, plan.running_polls)
        case Drive.STEPS:
            return _through(job.steps, plan.queued_steps, plan.running_steps)


def _through(done: float, queued: float, running: float) -> float:
    done = max(done, 0.0)
    if done < queued:
        return done / queued
    if done - queued < running:
        return 1 + (done - queued) / running
    return 2.0


def _finished_at(job: JobRecord) -> float:
    if job.drive is Drive.TIME:
        return job.ends_at
    return job.moved_at


FAILURE_MESSAGE = "The model could not finish this request."


def charge(job: JobRecord) -> float:
    """What the job costs its account, in US dollars: nothing once cancelled, or if it fails."""
    return 0.0 if job.cancelled_at is not None or job.plan.fails else job.price
