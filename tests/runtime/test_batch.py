"""Many jobs: few at a time, in order, and what happens when something stops them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.job import Job
from runcomfy_runtime.testing import FakeQueue
from runcomfy_runtime.transport import Request, Response
from runtime.specimen import Input, good


def inputs(count: int) -> list[Input]:
    return [good(tags=[number]) for number in range(count)]


def numbers(queue: FakeQueue) -> list[int]:
    return [job.payload["tags"][0] for job in queue.jobs.values()]


@pytest.fixture
def queue() -> FakeQueue:
    made = FakeQueue()
    made.answer(
        "*", output={"image": "https://files.runcomfy.net/a.png"}, queued=2, running=5
    )
    return made


def running(queue: FakeQueue) -> int:
    now = queue.clock.now()
    return sum(
        job.state(now) in ("in_queue", "in_progress") for job in queue.jobs.values()
    )


def test_results_come_in_the_order_of_the_inputs(queue: FakeQueue) -> None:
    slow, fast = "vendor/specimen/edit", "*"
    queue.answer(slow, output={}, queued=0, running=1)
    order = iter([30, 1, 10])
    real = queue.send

    def send(request: Request) -> Any:
        if "/v1/models/" in request.url:
            queue.answer(slow, output={"tag": fast}, queued=0, running=next(order))
        return real(request)

    queue.send = send  # type: ignore[method-assign]
    with queue.client() as client:
        ids = [result.request_id for result in client.map(inputs(3))]
    assert ids == ["fake-1", "fake-2", "fake-3"]


def test_results_come_as_they_come_when_order_does_not_matter(queue: FakeQueue) -> None:
    waits = iter([30, 1, 10])
    real = queue.send

    def send(request: Request) -> Any:
        if "/v1/models/" in request.url:
            queue.answer("*", output={}, queued=0, running=next(waits))
        return real(request)

    queue.send = send  # type: ignore[method-assign]
    with queue.client() as client:
        ids = [result.request_id for result in client.map(inputs(3), ordered=False)]
    assert ids == ["fake-2", "fake-3", "fake-1"]


def test_no_more_jobs_are_under_way_than_allowed(queue: FakeQueue) -> None:
    most = 0

    def watch(_: Any) -> None:
        nonlocal most
        most = max(most, running(queue))

    with queue.client() as client:
        results = list(client.map(inputs(20), concurrency=3, on_update=watch))
    assert len(results) == 20
    assert most == 3


def test_inputs_are_taken_only_when_there_is_room(queue: FakeQueue) -> None:
    taken: list[int] = []

    def source() -> Iterator[Input]:
        for number in range(1000):
            taken.append(number)
            yield good(tags=[number])

    with queue.client() as client, client.map(source(), concurrency=4) as batch:
        next(batch)
    assert len(taken) <= 8


def test_the_first_error_ends_the_batch_and_gives_the_running_jobs_back(
    queue: FakeQueue,
) -> None:
    real = queue.send

    def send(request: Request) -> Any:
        if "/v1/models/" in request.url and len(queue.jobs) == 2:
            return Response(422, {}, b'{"detail": "bad"}')
        return real(request)

    queue.send = send  # type: ignore[method-assign]
    with queue.client() as client:
        batch = client.map(inputs(10), concurrency=3)
        with pytest.raises(errors.SubmitRefused, match="bad") as caught:
            list(batch)
        assert "(input 2 of the batch)" in caught.value.__notes__
        assert all(isinstance(job, Job) for job in batch.jobs)
        states = {job.state(queue.clock.now()) for job in queue.jobs.values()}
    assert len(queue.jobs) == 2
    assert batch.jobs == [] or states <= {"in_progress", "completed"}


def test_errors_are_given_out_as_results_when_asked_for(queue: FakeQueue) -> None:
    queue.answer("*", error="out of memory")
    bad: Any = object()
    with queue.client() as client:
        outcomes = list(client.map([good(), bad, good()], return_exceptions=True))
    assert [type(outcome) for outcome in outcomes] == [
        errors.JobFailed,
        errors.InputRejected,
        errors.JobFailed,
    ]
    assert isinstance(outcomes[0], errors.JobFailed)
    assert outcomes[0].job is not None
    assert outcomes[0].job.request_id == "fake-1"


def test_a_429_pauses_submits_and_never_reads(queue: FakeQueue) -> None:
    queue.answer("*", output={}, queued=0, running=60)
    real, log = queue.send, []
    busy = [Response(429, {"retry-after": "20"})]

    def send(request: Request) -> Any:
        kind = "submit" if "/v1/models/" in request.url else "read"
        log.append((kind, queue.clock.now()))
        if kind == "submit" and len(queue.jobs) == 2 and busy:
            return busy.pop()
        return real(request)

    queue.send = send  # type: ignore[method-assign]
    with queue.client() as client:
        assert len(list(client.map(inputs(4), concurrency=4))) == 4
    submits = [at for kind, at in log if kind == "submit"]
    refused = submits[2]
    reads = [at for kind, at in log if kind == "read" and refused < at < refused + 20]
    assert len(submits) == 5
    assert min(submits[3:]) >= refused + 20
    assert len(reads) > 5


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_429_that_asks_for_too_long_stops_the_submits_and_not_the_reads(
    queue: FakeQueue, asynchronous: bool
) -> None:
    queue.answer("*", output={}, queued=0, running=60)
    real, submits = queue.send, list[float]()

    def send(request: Request) -> Any:
        if request.paid:
            submits.append(queue.clock.now())
            if len(queue.jobs) == 2:
                return Response(429, {"retry-after": "3600"})
        return real(request)

    queue.send = send  # type: ignore[method-assign]
    outcomes: list[Any] = []

    async def mapped() -> None:
        batch = queue.async_client().map(
            inputs(9), concurrency=3, return_exceptions=True
        )
        outcomes.extend([outcome async for outcome in batch])

    if asynchronous:
        asyncio.run(mapped())
    else:
        with queue.client() as client:
            batch = client.map(inputs(9), concurrency=3, return_exceptions=True)
            outcomes.extend(batch)
    kinds = [type(outcome).__name__.removeprefix("Async") for outcome in outcomes]
    assert kinds == ["Result"] * 2 + ["RateLimited"] * 7
    assert len(submits) == 3
    assert all(3000 < limited.retry_after <= 3600 for limited in outcomes[2:])


def test_a_pause_past_the_deadline_is_not_sat_out(queue: FakeQueue) -> None:
    queue.answer("*", output={}, queued=0, running=5)
    queue.fault("submit", Response(429, {"retry-after": "100"}))
    with queue.client() as client:
        batch = client.map(inputs(3), concurrency=1, return_exceptions=True, timeout=50)
        outcomes = list(batch)
    assert [type(outcome).__name__ for outcome in outcomes] == ["RateLimited"] * 3
    assert queue.kinds == ["submit"]
    assert queue.clock.slept == []


def test_an_empty_balance_stops_the_submits_and_lets_the_others_end(
    queue: FakeQueue,
) -> None:
    real = queue.send
    tried: list[Request] = []

    def send(request: Request) -> Any:
        if "/v1/models/" in request.url:
            tried.append(request)
            if len(tried) > 2:
                return Response(
                    400, {}, b'{"error_code": 400002, "error_message": "empty"}'
                )
        return real(request)

    queue.send = send  # type: ignore[method-assign]
    with queue.client() as client:
        outcomes = list(client.map(inputs(9), concurrency=2, return_exceptions=True))
    kinds = [type(outcome).__name__ for outcome in outcomes]
    assert kinds == ["Result"] * 2 + ["NoBalance"] * 7
    assert len(tried) <= 4


def test_an_interrupt_cancels_the_queued_and_gives_the_running_back(
    queue: FakeQueue,
) -> None:
    queued = iter([0.0, 900.0, 0.0])
    real, seen = queue.send, set()

    def send(request: Request) -> Any:
        if "/v1/models/" in request.url:
            queue.answer("*", output={}, queued=next(queued), running=900)
        return real(request)

    def interrupt(update: Any) -> None:
        seen.add(update.request_id)
        if len(seen) == 3:
            raise KeyboardInterrupt

    queue.send = send  # type: ignore[method-assign]
    with queue.client() as client:
        batch = client.map(inputs(10), concurrency=3, on_update=interrupt)
        with pytest.raises(KeyboardInterrupt) as caught:
            list(batch)
        left = [job.request_id for job in batch.jobs]
    states = [job.state(queue.clock.now()) for job in queue.jobs.values()]
    assert states == ["in_progress", "cancelled", "in_progress"]
    assert left == ["fake-1", "fake-3"]
    assert len(caught.value.__notes__) == 3


def test_a_cancelled_task_cancels_the_queued_jobs_of_its_batch(
    queue: FakeQueue,
) -> None:
    queue.answer("*", output={}, queued=10_000)

    async def main() -> list[Any]:
        batch = queue.async_client().map(inputs(5), concurrency=3)

        async def consume() -> None:
            async for _ in batch:
                pass

        task = asyncio.create_task(consume())
        while len(queue.jobs) < 3 and not task.done():
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return batch.jobs

    assert asyncio.run(main()) == []
    assert {job.state(queue.clock.now()) for job in queue.jobs.values()} == {
        "cancelled"
    }


def test_an_async_batch_gives_ordered_results_over_few_connections(
    queue: FakeQueue,
) -> None:
    async def main() -> list[str]:
        # With files to look at first, jobs are submitted in the order in which that ends.
        client = queue.async_client(media_checks="off")
        return [
            result.request_id async for result in client.map(inputs(40), concurrency=20)
        ]

    assert asyncio.run(main()) == [f"fake-{number + 1}" for number in range(40)]


def test_a_named_batch_goes_on_where_it_stopped(
    queue: FakeQueue, tmp_path: Path
) -> None:
    def stop(update: Any) -> None:
        if len(queue.jobs) >= 30 and update.state == "in_progress":
            raise SystemExit

    with queue.client(journal=tmp_path / "jobs.db") as client:
        with pytest.raises(SystemExit):
            list(client.map(inputs(50), name="many", on_update=stop))
    queue.clock.advance(3600)
    with queue.client(journal=tmp_path / "jobs.db") as client:
        results = list(client.map(inputs(50), name="many"))
        assert client.journal.pending() == []
    paid = [job.payload["tags"][0] for job in queue.jobs.values() if not job.cancelled]
    assert sorted(paid) == list(range(50))
    assert [result.raw["output"] for result in results] == [
        results[0].raw["output"]
    ] * 50


def test_the_same_input_twice_is_two_jobs_of_a_named_batch(
    queue: FakeQueue, tmp_path: Path
) -> None:
    with queue.client(journal=tmp_path / "jobs.db") as client:
        list(client.map([good(), good()], name="twins"))
        list(client.map([good(), good(), good()], name="twins"))
    assert len(queue.jobs) == 3


def test_an_unknown_submit_of_a_named_batch_is_never_sent_again(
    queue: FakeQueue, tmp_path: Path
) -> None:
    queue.fault("submit", acts=True)
    with queue.client(journal=tmp_path / "jobs.db") as client:
        for _ in range(2):
            outcomes = list(client.map(inputs(2), name="many", return_exceptions=True))
            assert [type(outcome).__name__ for outcome in outcomes] == [
                "SubmitOutcomeUnknown",
                "Result",
            ]
        assert len(client.journal.unknown()) == 1
    assert numbers(queue) == [0, 1]


def test_a_named_batch_needs_a_journal(queue: FakeQueue) -> None:
    with queue.client() as client, pytest.raises(errors.NotConfigured, match="journal"):
        client.map(inputs(1), name="many")
