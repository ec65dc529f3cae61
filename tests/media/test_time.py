"""The time of a call is for its checks too: when it is over, nothing is sent any more."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from media.test_client import Input, picture
from runcomfy_runtime.client_config import SystemClock
from runcomfy_runtime.errors import InputRejected, NotSent
from runcomfy_runtime.media import FetchPolicy, Inspector
from runcomfy_runtime.report import Problem, ProblemVerdict
from runcomfy_runtime.rule import Rule
from runcomfy_runtime.testing import FakeQueue
from support.file_server import PRIVATE, HttpRequest, Send, serving

Ask = Callable[..., Any]
LONG = 600.0
"""Seconds that a server here would be waited for, if nothing else were a limit."""


@pytest.fixture(params=["run", "submit"])
def call(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["blocking", "async"])
def ask(request: pytest.FixtureRequest, call: str) -> Ask:
    """``run`` or ``submit`` of either client of a queue."""

    def blocking(
        queue: FakeQueue, given: Input, timeout: float, **settings: Any
    ) -> Any:
        with queue.client(**settings) as client:
            return getattr(client, call)(given, timeout=timeout)

    def asynchronous(
        queue: FakeQueue, given: Input, timeout: float, **settings: Any
    ) -> Any:
        async def main() -> Any:
            async with queue.async_client(**settings) as client:
                return await getattr(client, call)(given, timeout=timeout)

        return asyncio.run(main())

    return blocking if request.param == "blocking" else asynchronous


class Slow:
    """A judge who takes his time, and notes how much of it he was given."""

    def __init__(
        self, queue: FakeQueue, seconds: float, verdict: ProblemVerdict | None = None
    ) -> None:
        self.queue = queue
        self.seconds = seconds
        self.verdict: ProblemVerdict | None = verdict
        self.given: list[float] = []

    def within(self, seconds: float) -> Slow:
        self.given.append(seconds)
        return self

    def __call__(
        self, rules: Sequence[Rule], payload: Mapping[str, Any]
    ) -> list[Problem]:
        self.queue.clock.sleep(self.seconds)
        if self.verdict is None:
            return []
        return [Problem(pointer="", code="x", message="hm", verdict=self.verdict)]


GOOD = Input(image_urls=[picture(15)])


def test_when_the_checks_took_all_the_time_nothing_is_sent(ask: Ask) -> None:
    queue = FakeQueue()
    with pytest.raises(NotSent, match="nothing was sent") as caught:
        ask(queue, GOOD, 1, judges=[Slow(queue, 3)])
    assert queue.requests == []
    assert not caught.value.may_be_billed


def test_what_is_left_after_the_checks_is_for_the_job(ask: Ask) -> None:
    queue = FakeQueue()
    ask(queue, GOOD, 30, judges=[Slow(queue, 3)])
    assert len(queue.jobs) == 1


def test_each_judge_is_told_what_is_left_for_it(ask: Ask) -> None:
    queue = FakeQueue()
    first, second = Slow(queue, 3), Slow(queue, 4)
    ask(queue, GOOD, 30, judges=[first, second])
    assert (first.given, second.given) == ([30], [27])


def test_no_judge_is_asked_when_no_time_is_left(ask: Ask) -> None:
    queue = FakeQueue()
    late = Slow(queue, 3, "fail")
    with pytest.raises(NotSent):
        ask(queue, GOOD, 1, judges=[Slow(queue, 3), late])
    assert late.given == []


def test_what_is_certain_is_told_even_if_it_came_late(ask: Ask) -> None:
    queue = FakeQueue()
    with pytest.raises(InputRejected, match="hm"):
        ask(queue, GOOD, 1, judges=[Slow(queue, 3, "fail")])


def test_what_is_unknown_for_want_of_time_does_not_refuse_the_input(ask: Ask) -> None:
    queue = FakeQueue()
    judges = [Slow(queue, 3, "unknown")]
    with pytest.raises(NotSent):
        ask(queue, GOOD, 1, judges=judges, media_checks="strict")
    assert queue.requests == []


def test_a_store_that_hangs_is_waited_for_no_longer_than_the_call_may_take(
    ask: Ask,
) -> None:
    over = threading.Event()

    def hang(request: HttpRequest, send: Send) -> None:
        over.wait(LONG)

    queue = FakeQueue()
    with serving(hang, None, PRIVATE) as server:
        origin = f"{PRIVATE}:{server.port}"
        policy = FetchPolicy(private=frozenset({origin}), seconds=LONG)
        given = Input(image_urls=[f"http://{origin}/{n}.jpg" for n in range(3)])
        judges = [Inspector(policy=policy, at_once=1)]
        try:
            with pytest.raises(NotSent, match="nothing was sent"):
                ask(queue, given, 0.3, judges=judges, clock=SystemClock())
        finally:
            over.set()
    assert queue.requests == []
    assert len(server.requests) == 1  # there was no time for the others


def test_an_inspector_says_which_files_it_had_no_time_for() -> None:
    ticks = iter([0.0, 1.0, 2.0, 3.0])
    inspector = Inspector(at_once=1, clock=lambda: next(ticks)).within(1.5)
    rule = Rule(pointer="/x/*", metric="width_pixels", operator=">", limit="14")
    found = inspector.inspect([rule], {"x": [picture(15), picture(16), picture(17)]})
    problems = [problem for each in found for problem in each.problems()]
    assert [(each.pointer, each.verdict, each.actual) for each in problems] == [
        ("/x/1", "unknown", "too_costly"),
        ("/x/2", "unknown", "too_costly"),
    ]


def test_an_inspector_never_gives_itself_more_time() -> None:
    assert Inspector(seconds=2).within(5).seconds == 2
    assert Inspector(seconds=5).within(2).seconds == 2
