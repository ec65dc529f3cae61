"""Whatever the server and the network do, in whatever order: three promises hold.

Never two accepted submits for one call, never a lost id after acceptance, and always an end by
the deadline plus the time of one request. The flow is driven step by step, and hypothesis is
the world: it answers, loses, delays and refuses, interrupts at any step, raises in callbacks,
and lets the disk fill up.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from runcomfy_runtime import errors
from runcomfy_runtime.access import Token
from runcomfy_runtime.lifecycle.run import JobProgress, run
from runcomfy_runtime.lifecycle.steps import (
    Emit,
    Ended,
    FlowContext,
    Intent,
    Send,
    Sleep,
    WriteJournal,
)
from runcomfy_runtime.lifecycle.submit import NOT_ACCEPTED
from runcomfy_runtime.lifecycle.submit_outcome import Submission
from runcomfy_runtime.protocol import Status
from runcomfy_runtime.retry_and_timeouts import REQUEST_TIMEOUT
from runcomfy_runtime.transport import Lost, Outcome, Reached, Request, Response
from support.examples import examples

BASE = "https://api.test"
DEADLINE = 100.0
WORDS = [
    "in_queue",
    "in_progress",
    "completed",
    "cancelled",
    "failed",
    "odd",
    "succeeded",
]


Fuse = Callable[[Any], tuple[BaseException, bool]]
FUSES: dict[str, Fuse] = {
    "interrupt": lambda step: (KeyboardInterrupt(), True),
    "held back": lambda step: (KeyboardInterrupt(), not isinstance(step, WriteJournal)),
    "disk": lambda step: (errors.JournalError("full"), isinstance(step, WriteJournal)),
    "callback": lambda step: (
        errors.RunComfyError("of a callback"),
        isinstance(step, Emit) and isinstance(step.event, Status),
    ),
}
"""What can be raised at a step, and whether it can be at this one."""


class World(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.time = 0.0
        self.accepted: list[str] = []
        self.posts = 0
        self.told = False
        """Whether the id of the accepted job came over the wire."""
        self.notes: list[Any] = []
        self.fuse: tuple[str, int] | None = None
        self.ended: Any = None
        self.over = False
        self.progress = JobProgress()
        context = FlowContext(
            *(BASE, Token("t"), lambda: self.time, lambda: 1e9 + self.time),
            lambda: 0.5,
            journal=True,
        )
        submission = Submission("vendor/model", b"{}", "0" * 64, "ref")
        self.flow = run(context, submission, self.progress, DEADLINE, cancel=True)
        self.step = self._advance(None)

    def _advance(
        self, answer: Outcome | None, error: BaseException | None = None
    ) -> Any:
        """Let the flow go on to the next request or pause, unless the fuse burns down."""
        try:
            while True:
                step = (
                    self.flow.send(answer) if error is None else self.flow.throw(error)
                )
                answer, error = None, self._burnt_down(step)
                if error is None and isinstance(step, (Send, Sleep)):
                    return step
                if error is None and isinstance(step, WriteJournal):
                    self.notes.append(step.entry)
        except StopIteration as stop:
            self.over, self.ended = True, stop.value
        except BaseException as ended:
            self.over, self.ended = True, ended
        return None

    def _burnt_down(self, step: Any) -> BaseException | None:
        """What is raised at this step, if anything is."""
        if self.fuse is None:
            return None
        kind, steps = self.fuse
        error, fits = FUSES[kind](step)
        if steps or not fits:
            self.fuse = (kind, max(0, steps - 1))
            return None
        self.fuse = None
        return error

    @property
    def request(self) -> Request | None:
        return self.step.request if isinstance(self.step, Send) else None

    @property
    def posting(self) -> bool:
        return self.request is not None and "/v1/models/" in self.request.url

    def _answered(self, outcome: Outcome, seconds: float) -> None:
        assert self.request is not None
        self.posts += self.posting and not (
            isinstance(outcome, Lost) and outcome.reached is Reached.NOTHING_SENT
        )
        self.time += min(seconds, self.request.timeout)
        self.step = self._advance(outcome)

    def _accept(self) -> str:
        self.accepted.append(f"id-{len(self.accepted) + 1}")
        return self.accepted[-1]

    seconds = st.floats(0, 40)

    @precondition(lambda self: self.posting)
    @rule(seconds=seconds, beside=st.sampled_from([{}, {"error_code": 400002}]))
    def accepts(self, seconds: float, beside: dict[str, Any]) -> None:
        body = json.dumps({"request_id": self._accept(), **beside}).encode()
        self.told = True
        self._answered(Response(200, {}, body), seconds)

    @precondition(lambda self: self.posting)
    @rule()
    def accepts_while_ctrl_c_is_held_back(self) -> None:
        self.fuse = ("held back", 0)
        self.accepts(1.0, {})

    @precondition(lambda self: self.posting)
    @rule()
    def accepts_and_a_second_ctrl_c_loses_the_answer(self) -> None:
        self._accept()
        self.posts += 1
        self.step = self._advance(None, KeyboardInterrupt())

    @precondition(lambda self: self.posting)
    @rule(seconds=seconds, cut=st.integers(0, 24))
    def accepts_and_the_answer_breaks_off(self, seconds: float, cut: int) -> None:
        body = json.dumps({"request_id": self._accept()}).encode()[:cut]
        self.told = b'"id-1"' in body
        self._answered(Lost(Reached.ANSWER_BEGAN, "cut", 200, {}, body), seconds)

    @precondition(lambda self: self.posting)
    @rule(
        seconds=seconds,
        acts=st.booleans(),
        status=st.sampled_from([0, 500, 502, 504, 408, 409]),
    )
    def loses_the_answer(self, seconds: float, acts: bool, status: int) -> None:
        if acts:
            self._accept()
        self._answered(
            Response(status) if status else Lost(Reached.SENT, "gone"), seconds
        )

    @precondition(lambda self: self.posting)
    @rule(hint=st.sampled_from(["", "0", "3", "60", "200", "x"]))
    def is_busy(self, hint: str) -> None:
        self.posts -= 1
        self._answered(Response(429, {"retry-after": hint}), 0.1)

    @precondition(lambda self: self.posting)
    @rule(code=st.sampled_from([400001, 400002, 400004]))
    def refuses(self, code: int) -> None:
        self._answered(
            Response(400, {}, json.dumps({"error_code": code}).encode()), 0.1
        )

    @precondition(lambda self: self.request is not None)
    @rule(seconds=seconds)
    def cannot_be_reached(self, seconds: float) -> None:
        self._answered(Lost(Reached.NOTHING_SENT, "refused"), seconds)

    @precondition(lambda self: self.request is not None and not self.posting)
    @rule(word=st.sampled_from(WORDS), seconds=seconds, output=st.booleans())
    def tells_a_state(self, word: str, seconds: float, output: bool) -> None:
        content = {
            "request_id": "id-1",
            "status": word,
            **({"output": {}} if output else {}),
        }
        self._answered(Response(200, {}, json.dumps(content).encode()), seconds)

    @precondition(lambda self: self.request is not None and not self.posting)
    @rule(
        seconds=seconds,
        outcome=st.sampled_from(
            [
                Lost(Reached.SENT, "gone"),
                Response(503),
                Response(200, {}, b"<html>"),
                Response(404),
                Response(400, {}, b'{"error_code": 400005}'),
                Response(200, {}, b'{"outcome": "cancelled"}'),
                Response(200, {}, b'{"outcome": "not_cancellable"}'),
                Response(429, {"retry-after": "30"}),
            ]
        ),
    )
    def is_in_trouble(self, seconds: float, outcome: Outcome) -> None:
        self._answered(outcome, seconds)

    @precondition(lambda self: isinstance(self.step, Sleep))
    @rule()
    def lets_time_pass(self) -> None:
        self.time += self.step.seconds
        self.step = self._advance(None)

    @precondition(lambda self: self.step is not None)
    @rule()
    def is_interrupted(self) -> None:
        self.step = self._advance(None, KeyboardInterrupt())

    @precondition(lambda self: self.step is not None and self.fuse is None)
    @rule(
        kind=st.sampled_from(["interrupt", "callback", "disk"]), steps=st.integers(0, 6)
    )
    def lights_a_fuse(self, kind: str, steps: int) -> None:
        """Some steps from now, whichever they are, something is raised."""
        self.fuse = (kind, steps)

    @precondition(lambda self: self.over)
    @rule()
    def rests(self) -> None:
        """Nothing can happen any more."""

    @invariant()
    def never_two_accepted_submits(self) -> None:
        assert self.posts <= 1
        assert len(self.accepted) <= 1

    @invariant()
    def ends_in_time(self) -> None:
        assert self.time <= DEADLINE + REQUEST_TIMEOUT

    @invariant()
    def never_posts_without_an_intent_on_disk(self) -> None:
        if self.posting:
            assert isinstance(self.notes[-1], Intent)

    @invariant()
    def never_notes_an_accepted_job_as_free(self) -> None:
        last = self.notes[-1] if self.notes else None
        if isinstance(last, Ended) and last.state == NOT_ACCEPTED:
            assert not self.accepted

    @invariant()
    def never_loses_the_id(self) -> None:
        if not self.over or not self.accepted:
            return
        error = self.ended if isinstance(self.ended, BaseException) else None
        (request_id,) = self.accepted
        notes = "".join(getattr(error, "__notes__", ()))
        if not self.told:
            unknown = isinstance(error, errors.SubmitOutcomeUnknown)
            assert unknown or "may be running" in notes
        elif error is None:
            assert self.progress.handle is not None
            assert self.progress.handle.request_id == request_id
        elif isinstance(error, errors.RunComfyError):
            assert error.request_id == request_id
            assert error.may_be_billed or self.tells_of_a_cancelled_job(error)
        else:
            assert request_id in notes

    def tells_of_a_cancelled_job(self, error: errors.RunComfyError) -> bool:
        return error.last_status == "cancelled"

    @invariant()
    def raises_only_what_is_meant_for_callers(self) -> None:
        assert not isinstance(self.ended, BaseException) or isinstance(
            self.ended, (errors.RunComfyError, KeyboardInterrupt)
        )

    def teardown(self) -> None:
        while self.step is not None:
            if isinstance(self.step, Sleep):
                self.lets_time_pass()
            elif self.posting:
                self.accepts(1.0, {})
            else:
                self.tells_a_state("in_progress", 1.0, False)
            self.never_two_accepted_submits()
            self.ends_in_time()
        self.never_loses_the_id()


World.TestCase.settings = examples(300, stateful_step_count=40)
TestWorld = World.TestCase
