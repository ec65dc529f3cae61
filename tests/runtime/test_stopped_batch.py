"""A batch that ends early: nothing more is paid for, nothing that was paid for is lost."""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.client_config import SystemClock
from runcomfy_runtime.protocol import Status
from runcomfy_runtime.testing import FakeQueue, VirtualClock
from runcomfy_runtime.transport import Lost, Outcome, Reached, Request, Response
from runtime.specimen import Input, good

BAD_TOKEN = Response(401, {}, b'{"error_code": 400004, "error_message": "bad token"}')
LONG_PAUSE = Response(429, {"retry-after": "3600"}, b"{}")
DARK = Lost(Reached.SENT, "no answer in time")
AT_ONCE = 8
"""Requests of an asyncio batch that are under way at the same time."""


def inputs(count: int) -> list[Input]:
    return [good(tags=[number]) for number in range(count)]


def number_of(request: Request) -> int:
    number: int = json.loads(request.body or b"{}")["tags"][0]
    return number


def notes(error: BaseException) -> str:
    return "\n".join(getattr(error, "__notes__", ()))


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def asynchronous(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


class Mapped:
    """One ``map`` of either client, read to its end, and what it came to."""

    def __init__(self, queue: FakeQueue, asynchronous: bool, **settings: Any) -> None:
        self._queue = queue
        self._asynchronous = asynchronous
        self._settings = settings
        self.outcomes: list[Any] = []
        self.batch: Any = None

    def read(self, given: list[Input], **options: Any) -> None:
        """Map the inputs. Raises what the batch raises."""
        if self._asynchronous:
            asyncio.run(self._read(given, options))
            return
        client: Any = self._queue.client(**self._settings)
        with client:
            self.batch = client.map(given, **options)
            self.outcomes.extend(self.batch)

    async def _read(self, given: list[Input], options: dict[str, Any]) -> None:
        client: Any = self._queue.async_client(**self._settings)
        async with client:
            self.batch = client.map(given, **options)
            async for outcome in self.batch:
                self.outcomes.append(outcome)


class Slow:
    """An asyncio transport that takes its time, and may answer the first submit at once."""

    def __init__(self, queue: FakeQueue, first: Outcome | None = None) -> None:
        self._queue = queue
        self._first = first
        self.posts = 0

    async def send(self, request: Request) -> Outcome:
        if request.paid:
            self.posts += 1
            if self.posts == 1 and self._first is not None:
                await asyncio.sleep(0.02)
                return self._first
        await asyncio.sleep(0.2)
        return self._queue.send(request)


def real_time() -> FakeQueue:
    queue = FakeQueue()
    queue.clock = SystemClock()  # type: ignore[assignment]
    return queue


def unequal(queue: FakeQueue, first: dict[str, Any]) -> None:
    """Let the job of input 0 take long, and the others no time."""
    real = queue.send

    def send(request: Request) -> Outcome:
        if request.paid:
            quick: dict[str, Any] = {"output": {}, "queued": 0, "running": 1}
            queue.answer("*", **(first if number_of(request) == 0 else quick))
        return real(request)

    queue.send = send  # type: ignore[method-assign]


@pytest.mark.parametrize("refusal", [BAD_TOKEN, LONG_PAUSE], ids=["401", "429"])
def test_what_waits_for_a_connection_is_not_submitted_after_a_refusal(
    refusal: Response,
) -> None:
    queue = real_time()
    transport = Slow(queue, refusal)

    async def main() -> None:
        client = queue.async_client(transport=transport)
        with pytest.raises((errors.AuthError, errors.RateLimited)):
            async for _ in client.map(inputs(32), concurrency=32):
                pass

    asyncio.run(main())
    assert transport.posts == AT_ONCE


def test_without_order_a_refusal_stops_each_submit_that_has_not_left() -> None:
    queue = real_time()
    transport = Slow(queue, BAD_TOKEN)
    outcomes: list[Any] = []

    async def main() -> None:
        client = queue.async_client(transport=transport)
        batch = client.map(inputs(32), concurrency=32, return_exceptions=True)
        outcomes.extend([outcome async for outcome in batch])

    asyncio.run(main())
    refused = [outcome for outcome in outcomes if isinstance(outcome, errors.AuthError)]
    assert transport.posts == AT_ONCE
    assert len(refused) == 32 - AT_ONCE + 1


def test_a_blocking_batch_of_many_stops_its_submits_at_the_first_refusal() -> None:
    queue = FakeQueue()
    queue.fault("submit", BAD_TOKEN)
    with queue.client() as client:
        batch = client.map(inputs(32), concurrency=32, return_exceptions=True)
        kinds = {type(outcome) for outcome in batch}
    assert kinds == {errors.AuthError}
    assert queue.kinds == ["submit"]


async def _cancelled_while_submitting(
    consume: Callable[[], Coroutine[Any, Any, None]], transport: Slow
) -> None:
    task = asyncio.ensure_future(consume())
    while transport.posts < AT_ONCE:
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_a_cancelled_async_batch_pays_for_nothing_that_had_not_left() -> None:
    queue = real_time()
    queue.answer("*", output={}, queued=1000)
    transport = Slow(queue)
    left: list[Any] = []

    async def main() -> None:
        client = queue.async_client(transport=transport)
        batch = client.map(inputs(32), concurrency=32)

        async def consume() -> None:
            async for _ in batch:
                pass

        await _cancelled_while_submitting(consume, transport)
        left.extend(batch.jobs)

    asyncio.run(main())
    assert transport.posts == AT_ONCE
    assert [job.cancelled for job in queue.jobs.values()] == [True] * AT_ONCE
    assert left == []


def test_only_what_is_being_sent_is_an_unknown_intent(tmp_path: Path) -> None:
    queue = real_time()
    queue.answer("*", output={}, queued=1000)
    transport = Slow(queue)
    at_its_height: list[int] = []

    async def consume(client: Any) -> None:
        async for _ in client.map(inputs(24), concurrency=24, name="many"):
            pass

    async def main() -> None:
        async with queue.async_client(
            transport=transport, journal=tmp_path / "jobs.db"
        ) as client:
            task = asyncio.ensure_future(consume(client))
            while transport.posts < AT_ONCE:
                await asyncio.sleep(0.001)
            at_its_height.append(len(client.journal.unknown()))
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert client.journal.unknown() == []

    asyncio.run(main())
    assert at_its_height == [AT_ONCE]


def test_a_submit_whose_time_went_by_in_the_line_is_not_sent() -> None:
    queue = real_time()
    transport = Slow(queue)
    outcomes: list[Any] = []

    async def main() -> None:
        client = queue.async_client(transport=transport)
        batch = client.map(
            inputs(32), concurrency=32, timeout=0.1, return_exceptions=True
        )
        outcomes.extend([outcome async for outcome in batch])

    asyncio.run(main())
    assert transport.posts == AT_ONCE
    unsent = [outcome for outcome in outcomes if isinstance(outcome, errors.NotSent)]
    assert len(unsent) == 32 - AT_ONCE
    assert not any(error.may_be_billed for error in unsent)


def test_an_error_names_the_finished_jobs_whose_results_were_not_given_out(
    asynchronous: bool,
) -> None:
    queue = FakeQueue()
    unequal(queue, {"error": "bad", "queued": 1, "running": 100})
    mapped = Mapped(queue, asynchronous)
    with pytest.raises(errors.JobFailed) as caught:
        mapped.read(inputs(8))
    finished = [f"fake-{number}" for number in range(2, 9)]
    assert mapped.outcomes == []
    assert [job.request_id for job in mapped.batch.jobs] == finished
    for job in mapped.batch.jobs:
        assert notes(caught.value).count(job.token()) == 1
        assert f"The RunComfy job {job.request_id} " in notes(caught.value)


def test_finished_jobs_are_taken_up_again_from_a_batch_that_failed(
    asynchronous: bool,
) -> None:
    queue = FakeQueue()
    unequal(queue, {"error": "bad", "queued": 1, "running": 100})
    mapped = Mapped(queue, asynchronous)
    with pytest.raises(errors.JobFailed):
        mapped.read(inputs(3))
    with queue.client() as client:
        for job in mapped.batch.jobs:
            assert client.job(job.token()).result().raw["output"] == {}
    assert len(mapped.batch.jobs) == 2


def test_ctrl_c_names_the_finished_jobs_whose_results_were_not_given_out() -> None:
    class Interrupting(VirtualClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            if self.now() > 30:
                raise KeyboardInterrupt

    queue = FakeQueue(Interrupting())
    unequal(queue, {"output": {}, "queued": 0, "running": 1000})
    with queue.client() as client:
        batch = client.map(inputs(8))
        with pytest.raises(KeyboardInterrupt) as caught:
            list(batch)
    assert len(batch.jobs) == 8
    for job in batch.jobs:
        assert notes(caught.value).count(job.token()) == 1


def test_a_submit_of_unknown_outcome_that_was_not_given_out_is_told() -> None:
    queue = FakeQueue()
    unequal(queue, {"error": "bad", "queued": 0, "running": 100})
    real = queue.send

    def send(request: Request) -> Outcome:
        lost = request.paid and number_of(request) == 1
        return DARK if lost else real(request)

    queue.send = send  # type: ignore[method-assign]
    with queue.client() as client:
        with pytest.raises(errors.JobFailed) as caught:
            list(client.map(inputs(2)))
    assert "input 1 of the batch" in notes(caught.value)
    assert "no answer says whether it was accepted" in notes(caught.value)


def test_leaving_through_with_tells_each_job_once(asynchronous: bool) -> None:
    queue = FakeQueue()
    unequal(queue, {"error": "bad", "queued": 0, "running": 100})

    def read() -> None:
        with queue.client() as client, client.map(inputs(3)) as batch:
            list(batch)

    async def read_async() -> None:
        async with queue.async_client().map(inputs(3)) as batch:
            async for _ in batch:
                pass

    with pytest.raises(errors.JobFailed) as caught:
        asyncio.run(read_async()) if asynchronous else read()
    assert notes(caught.value).count("fake-2 ") == 1


def test_results_that_were_given_out_are_nobodys_concern_any_more(
    asynchronous: bool,
) -> None:
    mapped = Mapped(FakeQueue(), asynchronous)
    mapped.read(inputs(5), concurrency=2)
    assert len(mapped.outcomes) == 5
    assert mapped.batch.jobs == []


def _breaking_off(job: str) -> Callable[[Status], Coroutine[Any, Any, None]]:
    async def listener(update: Status) -> None:
        if update.request_id == job:
            given_up: asyncio.Future[None] = asyncio.Future()
            given_up.cancel()
            await given_up

    return listener


def test_a_listener_that_is_cancelled_is_the_outcome_of_its_own_input() -> None:
    queue, outcomes = FakeQueue(), list[Any]()

    async def main() -> None:
        batch = queue.async_client().map(
            inputs(8), on_update=_breaking_off("fake-3"), return_exceptions=True
        )
        outcomes.extend([outcome async for outcome in batch])

    asyncio.run(main())
    assert len(outcomes) == 8
    (broken,) = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert isinstance(broken, errors.RunComfyError)
    assert broken.request_id == "fake-3"
    assert broken.job is not None
    assert "input 2 of the batch" in notes(broken)
    assert "cancelled" in str(broken)


def test_a_listener_that_is_cancelled_ends_the_batch_with_an_error_not_in_silence() -> (
    None
):
    async def main() -> None:
        batch = (
            FakeQueue().async_client().map(inputs(8), on_update=_breaking_off("fake-3"))
        )
        with pytest.raises(errors.RunComfyError, match="cancelled"):
            async for _ in batch:
                pass

    asyncio.run(main())


def test_a_lane_that_is_cancelled_before_it_began_is_not_missing() -> None:
    outcomes: list[Any] = []

    async def main() -> None:
        batch = FakeQueue().async_client().map(inputs(3), return_exceptions=True)

        async def consume() -> None:
            outcomes.extend([outcome async for outcome in batch])

        before = asyncio.all_tasks()
        consumer = asyncio.ensure_future(consume())
        await asyncio.sleep(0)
        for task in asyncio.all_tasks() - before - {consumer}:
            task.cancel()
        await consumer

    asyncio.run(main())
    assert len(outcomes) == 3
    assert {type(outcome) for outcome in outcomes} == {errors.RunComfyError}


@pytest.mark.parametrize("concurrency", [0, -1])
def test_a_batch_of_no_jobs_at_a_time_is_refused(
    asynchronous: bool, concurrency: int
) -> None:
    queue = FakeQueue()
    with pytest.raises(errors.BadSetting, match="concurrency.*at least 1"):
        Mapped(queue, asynchronous).read(inputs(1), concurrency=concurrency)
    assert queue.kinds == []


class Dark:
    """A server that answers nothing once it has gone dark: by itself after so many jobs."""

    def __init__(self, queue: FakeQueue, after: int) -> None:
        self._queue = queue
        self._after = after
        self.dark = False

    def send(self, request: Request) -> Outcome:
        answer = self.answer(request)
        if answer is DARK:
            self._queue.clock.advance(request.timeout)
        return answer

    def answer(self, request: Request) -> Outcome:
        if self.dark:
            return DARK
        self.dark = len(self._queue.jobs) == self._after and not request.paid
        return self._queue.send(request)


class DarkAsync:
    """The same for the asyncio client."""

    def __init__(self, queue: FakeQueue, after: int) -> None:
        self._clock = queue.clock
        self.server = Dark(queue, after)

    async def send(self, request: Request) -> Outcome:
        answer = self.server.answer(request)
        if answer is DARK:
            await self._clock.sleep_async(request.timeout)
        return answer


@pytest.mark.parametrize("concurrency", [1, 8, 32])
def test_a_dark_server_cannot_hold_a_batch_long_past_its_deadline(
    asynchronous: bool, concurrency: int
) -> None:
    queue = FakeQueue()
    queue.answer("*", queued=1e6)
    kind = DarkAsync if asynchronous else Dark
    mapped = Mapped(queue, asynchronous, transport=kind(queue, concurrency))
    given = inputs(concurrency)
    mapped.read(given, concurrency=concurrency, timeout=60, return_exceptions=True)
    outcomes = mapped.outcomes
    assert [type(outcome) for outcome in outcomes] == [errors.JobTimeout] * concurrency
    assert all(outcome.job is not None for outcome in outcomes)
    assert queue.clock.now() <= 60 + 12


@pytest.mark.parametrize("concurrency", [8, 32])
def test_ctrl_c_under_a_dark_server_is_cleaned_up_in_ten_seconds(
    concurrency: int,
) -> None:
    queue = FakeQueue()
    queue.answer("*", queued=1e6)
    transport, stopped_at = Dark(queue, after=99), list[float]()
    answer = itertools.count(1)

    def interrupt(_: Status) -> None:
        if next(answer) == concurrency:
            transport.dark = True
            stopped_at.append(queue.clock.now())
            raise KeyboardInterrupt

    with queue.client(transport=transport) as client:
        batch = client.map(
            inputs(concurrency), concurrency=concurrency, on_update=interrupt
        )
        with pytest.raises(KeyboardInterrupt) as caught:
            list(batch)
    assert queue.clock.now() - stopped_at[0] <= 12
    assert len(batch.jobs) == concurrency
    for job in batch.jobs:
        assert notes(caught.value).count(job.token()) == 1


def test_a_cancelled_async_batch_under_a_dark_server_is_cleaned_up_in_ten_seconds() -> (
    None
):
    queue = FakeQueue()
    queue.answer("*", queued=1e6)
    transport = DarkAsync(queue, after=99)

    async def main() -> float:
        client = queue.async_client(transport=transport)
        batch = client.map(inputs(64), concurrency=64)

        async def consume() -> None:
            async for _ in batch:
                pass

        task = asyncio.ensure_future(consume())
        while len(queue.jobs) < 64:
            await asyncio.sleep(0)
        transport.server.dark = True
        stopped_at = queue.clock.now()
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        assert len(batch.jobs) == 64
        assert all(job.token() in notes(caught.value) for job in batch.jobs)
        return queue.clock.now() - stopped_at

    assert asyncio.run(main()) <= 12


def test_a_second_ctrl_c_asks_nothing_more_and_still_names_every_job() -> None:
    queue = FakeQueue()
    queue.answer("*", queued=1e6)
    real, printed = queue.send, itertools.count(1)

    def interrupt(_: Status) -> None:
        if next(printed) == 4:
            raise KeyboardInterrupt("first")

    def send(request: Request) -> Outcome:
        if request.url.endswith("/cancel"):
            queue.requests.append(request)
            raise KeyboardInterrupt("second")
        return real(request)

    queue.send = send  # type: ignore[method-assign]
    with queue.client() as client:
        batch = client.map(inputs(4), on_update=interrupt)
        with pytest.raises(KeyboardInterrupt, match="second") as caught:
            list(batch)
    assert queue.kinds.count("cancel") == 1
    for job in batch.jobs:
        assert job.token() in notes(caught.value)
    assert len(batch.jobs) == 4


def test_a_cancelled_async_batch_gives_the_tokens_of_what_runs_on() -> None:
    queue = real_time()
    queue.answer("*", output={}, queued=0, running=1e9)

    async def main() -> None:
        batch = queue.async_client().map(inputs(4), concurrency=4)
        running: set[str] = set()

        async def consume() -> None:
            async for _ in batch:
                pass

        task = asyncio.ensure_future(consume())
        while len(queue.jobs) < 4 or queue.kinds.count("status") < 4:
            await asyncio.sleep(0.001)
        running.update(job.token() for job in batch.jobs)
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        assert len(running) == 4
        assert all(notes(caught.value).count(token) == 1 for token in running)

    asyncio.run(main())


def test_a_batch_that_is_dropped_unfinished_logs_the_jobs_it_leaves(
    asynchronous: bool, caplog: pytest.LogCaptureFixture
) -> None:
    queue = FakeQueue()
    queue.answer("*", output={}, queued=0, running=2)

    async def drop() -> None:
        async for _ in queue.async_client().map(inputs(20), concurrency=4):
            break

    with caplog.at_level(logging.WARNING, "runcomfy"):
        if asynchronous:
            asyncio.run(drop())
        else:
            for _ in queue.client().map(inputs(20), concurrency=4):
                break
        gc.collect()
    assert len(queue.jobs) >= 2
    for request_id in list(queue.jobs)[1:]:
        assert f"job {request_id} " in caplog.text
    assert "with" in caplog.text
    assert "job fake-1 " not in caplog.text


def test_a_batch_that_was_read_to_its_end_logs_nothing(
    asynchronous: bool, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "runcomfy"):
        mapped = Mapped(FakeQueue(), asynchronous)
        mapped.read(inputs(4), concurrency=2)
        mapped.batch = None
        gc.collect()
    assert len(mapped.outcomes) == 4
    assert caplog.records == []
