"""A job: its record, and its state as a function of the record and the time."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from runcomfy_runtime.protocol import PHASES, Phase, StatusWord

from .output_files import JobOutput


class Drive(StrEnum):
    """What moves a job on: the clock, polls, or steps by hand."""

    TIME = "time"
    POLLS = "polls"
    STEPS = "steps"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPlan:
    """How long a job takes and how it ends, decided when it is accepted.

    Durations are in seconds of the sandbox's clock; polls and steps are counts. The time in
    the queue is ``queued``, plus ``delayed`` by a fault, plus ``held`` until a worker is free.
    ``ahead`` is the first queue position.
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
    """An accepted request.

    ``body`` is the input as JSON text, ``input_sha256`` the hash of its canonical form, and
    ``magic`` the fault rules in it. ``output`` is decided at once, so that it does not depend
    on the models of a later sandbox. ``polls_since_start`` counts the polls since the job left the
    queue, up to 3; ``polls_since_end`` those since its end, up to 2.
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
    polls_since_start: int = 0
    polls_since_end: int = 0
    magic: str = ""
    input_sha256: str = ""

    @property
    def begins_at(self) -> float:
        """When the job leaves the queue, with the drive ``TIME``."""
        plan = self.plan
        return self.submitted_at + plan.queued + plan.delayed + plan.held

    @property
    def ends_at(self) -> float:
        """When the job ends, with the drive ``TIME``."""
        return self.begins_at + self.plan.running

    @property
    def touched_at(self) -> float:
        """When a call last changed the job."""
        return max(self.submitted_at, self.moved_at, self.cancelled_at or 0.0)

    def polled(self, now: float) -> JobRecord:
        """The job after one more poll."""
        job = self
        if self.drive is Drive.POLLS and not job_state(self, now).phase.terminal:
            job = replace(self, polls=self.polls + 1, moved_at=now)
        phase = job_state(job, now).phase
        begun, ended = phase is not Phase.QUEUED, phase.terminal
        if (begun and job.polls_since_start < 3) or (ended and job.polls_since_end < 2):
            job = replace(
                job,
                polls_since_start=min(job.polls_since_start + begun, 3),
                polls_since_end=min(job.polls_since_end + ended, 2),
            )
        return job

    def stepped(self, now: float) -> JobRecord:
        """The job after one step by hand."""
        if self.drive is not Drive.STEPS or job_state(self, now).phase.terminal:
            return self
        return replace(self, steps=self.steps + 1, moved_at=now)

    def cancelled(self, now: float) -> JobRecord:
        """The job after its cancellation. Only a queued job may be cancelled."""
        return replace(self, cancelled_at=now)


@dataclass(frozen=True, slots=True)
class JobState:
    """The state of a job. Times are in seconds since 1970."""

    phase: Phase
    queue_position: int | None = None
    finished_at: float | None = None

    @property
    def status_word(self) -> str:
        """The published word of ``/status``, which has no word for failure."""
        return _WORDS[Phase.SUCCEEDED if self.phase is Phase.FAILED else self.phase]

    @property
    def result_word(self) -> str:
        """The published word of ``/result``: a success is ``succeeded`` there."""
        if self.phase is Phase.SUCCEEDED:
            return StatusWord.SUCCEEDED
        return _WORDS[self.phase]

    @property
    def outcome_word(self) -> str:
        """The word of the sandbox's own lists: that of ``/status``, but ``failed`` is known."""
        return _WORDS[self.phase]


# The table lists published words first: the first word of each phase is the answer.
_WORDS = {meant: word for word, meant in reversed(tuple(PHASES.items()))}


def job_state(job: JobRecord, now: float) -> JobState:
    """The state of the job at ``now``. There is no timer: the state is computed on demand."""
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
            return _part(now - job.submitted_at, waits, plan.running)
        case Drive.POLLS:
            return _part(job.polls - 1, plan.queued_polls, plan.running_polls)
        case Drive.STEPS:
            return _part(job.steps, plan.queued_steps, plan.running_steps)


def _part(done: float, queued: float, running: float) -> float:
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
    """The cost of the job in US dollars. A cancelled or failed job costs nothing."""
    return 0.0 if job.cancelled_at is not None or job.plan.fails else job.price
