"""Whatever the server and the network do, in whatever order: three promises hold.

Never two accepted submits for one call, never a lost id after acceptance, and always an end by
the deadline plus the time of one request. The flow is driven step by step, and hypothesis is
the world: it answers, loses, delays, refuses and interrupts.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from runcomfy_runtime import errors
from runcomfy_runtime.exchange import Lost, Outcome, Reached, Request, Response
from runcomfy_runtime.flow.pace import REQUEST_TIMEOUT
from runcomfy_runtime.flow.run import Course, run
from runcomfy_runtime.flow.step import Send, Sleep, Terms
from runcomfy_runtime.flow.submit import Call
from runcomfy_runtime.secret import Token

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


class World(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.time = 0.0
        self.accepted: list[str] = []
        self.posts = 0
        self.interrupted = False
        self.ended: Any = None
        self.over = False
        self.course = Course()
        terms = Terms(
            BASE, Token("t"), lambda: self.time, lambda: 1e9 + self.time, lambda: 0.5
        )
        call = Call("vendor/model", b"{}", "0" * 64, "ref")
        self.flow = run(terms, call, self.course, DEADLINE, cancel=True)
        self.step = self._advance(None)

    def _advance(
        self, answer: Outcome | None, error: BaseException | None = None
    ) -> Any:
        try:
            step = self.flow.send(answer) if error is None else self.flow.throw(error)
            while not isinstance(step, (Send, Sleep)):
                step = self.flow.send(None)
        except StopIteration as stop:
            self.over, self.ended = True, stop.value
        except BaseException as ended:
            self.over, self.ended = True, ended
        else:
            return step
        return None

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
    @rule(seconds=seconds)
    def accepts(self, seconds: float) -> None:
        body = json.dumps({"request_id": self._accept()}).encode()
        self._answered(Response(200, {}, body), seconds)

    @precondition(lambda self: self.posting)
    @rule(seconds=seconds, cut=st.integers(0, 24))
    def accepts_and_the_answer_breaks_off(self, seconds: float, cut: int) -> None:
        body = json.dumps({"request_id": self._accept()}).encode()[:cut]
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
        self.interrupted = True
        self.step = self._advance(None, KeyboardInterrupt())

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
    def never_loses_the_id(self) -> None:
        if not self.over:
            return
        error = self.ended if isinstance(self.ended, BaseException) else None
        assert error is None or isinstance(
            error, (errors.RunComfyError, KeyboardInterrupt)
        )
        if not self.accepted:
            return
        if isinstance(error, errors.SubmitOutcomeUnknown):
            assert error.may_be_billed
        elif isinstance(error, errors.RunComfyError):
            assert error.request_id == self.accepted[0]
        elif isinstance(error, KeyboardInterrupt):
            assert error.__notes__, "an interrupt tells which job it leaves"
        else:
            assert self.course.ticket is not None

    def teardown(self) -> None:
        while self.step is not None:
            if isinstance(self.step, Sleep):
                self.lets_time_pass()
            elif self.posting:
                self.accepts(1.0)
            else:
                self.tells_a_state("in_progress", 1.0, False)
            self.never_two_accepted_submits()
            self.ends_in_time()
        self.never_loses_the_id()


World.TestCase.settings = settings(
    max_examples=300, stateful_step_count=40, deadline=None
)
TestWorld = World.TestCase
