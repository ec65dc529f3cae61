"""A batch in PostgreSQL that many processes share: each input is claimed, and paid, once."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.lifecycle.steps import Intent
from runcomfy_runtime.testing import NOT_SENT, FakeQueue
from runcomfy_runtime.transport import Response
from runtime.specimen import good
from support.journal_stores import Store
from support.postgres import PostgresServer
from support.scripted_server import Reply, ScriptedServer, result, status, submitted

TOKEN = "rc-0123456789-secret"
PROGRAM = """
import asyncio, sys, time
from runcomfy_runtime.transport import Response
from runtime.specimen import good
from support.journal_stores import Store
from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.client import RunComfy
side, journal, url, first, count, most = sys.argv[1:]
inputs = (good(tags=[number]) for number in range(int(first), int(first) + int(count)))
settings = dict(token="rc-0123456789-secret", base_url=url, journal=journal, media_checks="off")
options = dict(name="books", return_exceptions=True, concurrency=4)
options["total_concurrency"] = int(most) or None
def show(made):
    print(getattr(made, "request_id", None) or type(made).__name__, flush=True)
async def main():
    async with AsyncRunComfy(**settings) as client:
        async for made in client.map(inputs, **options):
            show(made)
if side == "async":
    asyncio.run(main())
else:
    with RunComfy(**settings) as client:
        for made in client.map(inputs, **options):
            show(made)
"""
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    return postgres.new_schema()


@pytest.fixture
def queue_server(server: ScriptedServer) -> ScriptedServer:
    """A server that numbers its jobs; every one succeeds at once."""
    numbers, lock = iter(range(1, 10_000)), threading.Lock()

    def submit(_: Any) -> Reply:
        with lock:
            return submitted(f"req-{next(numbers)}")

    server.on("submit", submit)
    server.on("status", status("completed"))
    server.on("result", result({"image": "https://files.runcomfy.net/a.png"}))
    return server


def begin(
    side: str,
    url: str,
    server: ScriptedServer,
    count: int,
    *,
    first: int = 0,
    most: int = 0,
) -> subprocess.Popen[str]:
    words = [side, url, server.url, str(first), str(count), str(most)]
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *words],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        text=True,
    )


def lines(process: subprocess.Popen[str]) -> list[str]:
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return output.split()


def sent(server: ScriptedServer) -> list[int]:
    submits = (seen for seen in server.seen if seen.kind == "submit")
    return sorted(json.loads(seen.body)["tags"][0] for seen in submits)


def client_of(server: ScriptedServer, url: str) -> RunComfy:
    return RunComfy(token=TOKEN, base_url=server.url, journal=url, media_checks="off")


def mapped(client: RunComfy, numbers: range, **more: Any) -> list[Any]:
    inputs = [good(tags=[number]) for number in numbers]
    options = {"name": "books", "return_exceptions": True, **more}
    return list(client.map(inputs, **options))


def test_each_input_is_claimed_by_one_of_the_processes(
    queue_server: ScriptedServer, url: str
) -> None:
    running = [begin(side, url, queue_server, 40) for side in ("sync", "async", "sync")]
    parts = [lines(process) for process in running]
    everything = [line for part in parts for line in part]
    assert len(everything) == len(set(everything)) == 40
    assert sent(queue_server) == list(range(40))
    with client_of(queue_server, url) as client:
        assert mapped(client, range(40)) == []  # nothing is left to claim
        assert len(mapped(client, range(45))) == 5  # inputs were added
        batch = client.batch("books")
        assert batch.counts() == {"succeeded": 45}
        read = {made.request_id for made in batch.results()}
        assert read >= set(everything)
        assert len(read) == 45
        assert (batch.failures(), batch.unknown(), batch.jobs()) == ([], [], [])
    assert sent(queue_server) == list(range(45))


@pytest.mark.parametrize("side", ["sync", "async"])
def test_what_a_dead_process_had_claimed_is_taken_over(
    queue_server: ScriptedServer, url: str, side: str
) -> None:
    queue_server.on("status", status("in_progress"))
    killed = begin(side, url, queue_server, 6)
    limit = time.monotonic() + 30
    while queue_server.count("status") < 4:
        assert time.monotonic() < limit
        time.sleep(0.01)
    killed.kill()
    killed.communicate()
    queue_server.on("status", status("completed"))
    with client_of(queue_server, url) as client:
        made = {made.request_id for made in mapped(client, range(6))}
        assert client.batch("books").counts() == {"succeeded": 6}
    assert len(made) == 6
    assert sent(queue_server) == list(range(6))


def test_a_process_ends_when_the_rest_is_claimed_by_others_that_live(url: str) -> None:
    queue = FakeQueue()
    with queue.client(journal=url) as first, queue.client(journal=url) as second:
        inputs = [good(tags=[number]) for number in range(6)]
        with first.map(inputs, name="books", concurrency=2) as batch:
            next(batch)
            began = time.monotonic()
            other = mapped(second, range(6))
            assert len(other) in (2, 3)
            assert time.monotonic() - began < 6  # one renewal proves that it lives
            rest = list(batch)
        assert len(rest) + len(other) == 5
        assert first.batch("books").counts() == {"succeeded": 6}
    assert len(queue.jobs) == 6


def test_an_unknown_submit_is_reported_once_and_goes_on_when_it_is_settled(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    queue = FakeQueue()
    queue.fault("submit", acts=True)
    with queue.client(journal=url) as client:
        made = mapped(client, range(3), concurrency=1)
        assert [type(each).__name__ for each in made] == [
            *("SubmitOutcomeUnknown", "Result", "Result")
        ]
        assert "settle" in caplog.text
        assert mapped(client, range(3)) == []
        (entry,) = client.batch("books").unknown()
        assert client.batch("books").counts() == {"succeeded": 2, "unknown": 1}
        client.journal.settle(entry.reference, accepted=False)
        (made,) = mapped(client, range(3))
        assert made.request_id == "fake-4"
        assert mapped(client, range(3)) == []


def test_an_intent_of_a_dead_process_is_unknown_and_never_sent_again(
    queue_server: ScriptedServer, url: str
) -> None:
    queue_server.on("submit", Reply(fault="hang"))
    killed = begin("sync", url, queue_server, 1)
    limit = time.monotonic() + 30
    while queue_server.count("submit") < 1:
        assert time.monotonic() < limit
        time.sleep(0.01)
    killed.kill()
    killed.communicate()
    with client_of(queue_server, url) as client:
        (made,) = mapped(client, range(1))
        assert isinstance(made, errors.SubmitOutcomeUnknown)
        (entry,) = client.batch("books").unknown()
        client.journal.settle(entry.reference, request_id="req-1")
        assert [made.request_id for made in mapped(client, range(1))] == ["req-1"]
    assert queue_server.count("submit") == 1


@pytest.mark.parametrize("side", ["sync", "async"])
def test_what_the_caller_did_not_finish_with_is_handed_out_again(
    url: str, side: str
) -> None:
    queue = FakeQueue()
    inputs = [good(tags=[number]) for number in range(5)]

    def leave(client: RunComfy) -> None:
        with client.map(inputs, name="books") as batch:
            for _ in batch:
                raise ZeroDivisionError

    async def leave_async() -> None:
        async with queue.async_client(journal=url) as client:
            async with client.map(inputs, name="books") as batch:
                async for _ in batch:
                    raise ZeroDivisionError

    with queue.client(journal=url) as client:
        with pytest.raises(ZeroDivisionError):
            asyncio.run(leave_async()) if side == "async" else leave(client)
        assert len(mapped(client, range(5))) == 5
        assert mapped(client, range(5)) == []


def test_a_failure_of_the_job_is_final_and_any_other_is_for_a_later_run(
    url: str,
) -> None:
    queue = FakeQueue()
    queue.answer("*", error="broken")
    with queue.client(journal=url) as client:
        (failed,) = mapped(client, range(1))
        assert isinstance(failed, errors.JobFailed)
        queue.fault("submit", NOT_SENT, times=100)
        made = mapped(client, range(3))
        assert {type(each).__name__ for each in made} == {"NotSent"}
        assert len(made) == 2
        queue._faults.clear()
        assert len(mapped(client, range(3), total_concurrency=1)) == 2
        assert client.batch("books").counts() == {"failed": 3}
        assert len(client.batch("books").failures()) == 3


def test_a_cancelled_job_is_submitted_again_by_a_later_run(url: str) -> None:
    queue = FakeQueue()
    queue.answer("*", queued=1e9)
    with queue.client(journal=url) as client:
        (late,) = mapped(client, range(1), timeout=20)
        assert isinstance(late, errors.JobTimeout)  # it was queued, and is cancelled
        assert client.batch("books").counts() == {"cancelled": 1}
        queue.answer("*")
        (made,) = mapped(client, range(1))
        assert made.request_id == "fake-2"
        assert client.batch("books").counts() == {"succeeded": 1}


def test_a_batch_has_one_model_and_one_server(url: str) -> None:
    queue = FakeQueue()
    with queue.client(journal=url) as client:
        mapped(client, range(1))
        sent_before = len(queue.requests)
        other = good().model_copy()
        type_of = type(good())

        class Other(type_of):  # type: ignore[misc,valid-type]
            MODEL_ID = "vendor/another"

        with pytest.raises(errors.BadSetting, match="vendor/another"):
            list(
                client.map(
                    [Other(**other.model_dump(exclude_unset=True))], name="books"
                )
            )
        assert len(queue.requests) == sent_before
    with RunComfy(token=TOKEN, base_url="https://b.test", journal=url) as elsewhere:
        with pytest.raises(errors.BadSetting, match="https://b.test"):
            list(elsewhere.map([good(tags=[9])], name="books"))


def test_all_processes_together_keep_to_the_total_concurrency(
    queue_server: ScriptedServer, url: str
) -> None:
    lock, flying, highest = threading.Lock(), set[str](), [0]
    numbers = iter(range(1, 1000))

    def submit(_: Any) -> Reply:
        with lock:
            name = f"req-{next(numbers)}"
            flying.add(name)
            highest[0] = max(highest[0], len(flying))
        return submitted(name)

    def read(request: Any) -> Reply:
        flying.discard(request.path.split("/")[3])
        return result({"image": "https://files.runcomfy.net/a.png"})

    queue_server.on("submit", submit)
    queue_server.on("result", read)
    running = [begin("sync", url, queue_server, 24, most=3) for _ in range(2)]
    assert sum(len(lines(process)) for process in running) == 24
    assert highest[0] <= 3


def test_a_pause_after_429_holds_for_every_process(
    queue_server: ScriptedServer, url: str
) -> None:
    busy = Reply({}, status=429, headers={"retry-after": "3"})
    times: list[float] = []
    numbers = iter(range(1, 100))

    def submit(_: Any) -> Reply:
        times.append(time.monotonic())
        return busy if len(times) == 1 else submitted(f"req-{next(numbers)}")

    queue_server.on("submit", submit)
    first = begin("sync", url, queue_server, 8)
    while not times:
        time.sleep(0.01)
    time.sleep(0.3)
    other = begin("async", url, queue_server, 8)
    assert len(lines(first)) + len(lines(other)) == 8
    assert min(times[1:]) - times[0] >= 2.9
    assert len(times) == 9


def test_a_total_concurrency_needs_a_shared_journal(tmp_path: Path) -> None:
    with FakeQueue().client(journal=tmp_path / "jobs.db") as client:
        with pytest.raises(errors.BadSetting, match="postgresql://"):
            client.map([good()], name="n", total_concurrency=3)


@pytest.mark.parametrize("most", [None, 2])
def test_inputs_may_be_endless_for_the_memory(url: str, most: int | None) -> None:
    taken = 0

    def inputs() -> Any:
        nonlocal taken
        for number in range(2000):
            taken += 1
            yield good(tags=[number])

    queue = FakeQueue()
    with queue.client(journal=url) as client:
        with client.map(
            inputs(), name="books", concurrency=4, total_concurrency=most
        ) as batch:
            for _ in range(5):
                next(batch)
            assert taken <= 256


def test_a_cancelled_map_gives_its_claims_back(url: str) -> None:
    queue = FakeQueue()
    queue.answer("*", queued=0, running=1e9)
    inputs = [good(tags=[number]) for number in range(6)]

    async def cancelled() -> None:
        async with queue.async_client(journal=url) as client:
            batch = client.map(inputs, name="books", timeout=None)
            waiting = asyncio.ensure_future(batch.__anext__())
            while len(queue.jobs) < 6:
                await asyncio.sleep(0.01)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting

    asyncio.run(cancelled())
    queue.clock.advance(2e9)
    with queue.client(journal=url) as client:
        assert len(mapped(client, range(6))) == 6
    assert len(queue.jobs) == 6


@pytest.mark.parametrize("side", ["sync", "async"])
def test_a_batch_in_a_file_is_reported_the_same_way(tmp_path: Path, side: str) -> None:
    queue = FakeQueue()
    path = tmp_path / "jobs.db"

    async def read() -> tuple[Any, ...]:
        async with queue.async_client(journal=path) as client:
            batch = client.batch("books", type(good()))
            results = [made async for made in batch.results()]
            return (
                await batch.counts(),
                results,
                await batch.failures(),
                await batch.unknown(),
            )

    with queue.client(journal=path) as client:
        queue.fault("submit", acts=True)
        mapped(client, range(3), concurrency=1)
        queue.answer("*", error="broken")
        mapped(client, range(3, 4))
        batch = client.batch("books", type(good()))
        found = (
            batch.counts(),
            list(batch.results()),
            batch.failures(),
            batch.unknown(),
        )
    if side == "async":
        found = asyncio.run(read())
    counts, results, failures, unknown = found
    assert counts == {"failed": 1, "succeeded": 2, "unknown": 1}
    assert {made.request_id for made in results} == {"fake-2", "fake-3"}
    assert (len(failures), len(unknown)) == (1, 1)


def test_a_client_without_a_journal_has_no_batches() -> None:
    with FakeQueue().client() as client:
        with pytest.raises(errors.NotConfigured, match="keeps no journal"):
            client.batch("books")


def test_a_claim_that_is_committed_after_its_runner_has_ended_is_taken_over(
    postgres: PostgresServer, url: str
) -> None:
    """Its connection broke, the process did not wait for it, and the server went on."""
    queue = FakeQueue()
    schema = url.rpartition("%3D")[2]
    with queue.client(journal=url) as client:
        mapped(client, range(2))
        ((runner,),) = postgres.execute(f"SELECT name FROM {schema}.runcomfy_runner")
        postgres.execute(
            f"UPDATE {schema}.runcomfy_item SET runner = '{runner}', closed = ''"
        )
        assert len(mapped(client, range(2))) == 2
        postgres.execute(f"UPDATE {schema}.runcomfy_runner SET lease_until = 1")
        mapped(client, range(3))
        assert len(postgres.execute(f"SELECT 1 FROM {schema}.runcomfy_runner")) == 1
    assert len(queue.jobs) == 3


@pytest.fixture
def set_clock(postgres: PostgresServer, url: str) -> Callable[[int], None]:
    """Sets the clock of the database, for this journal alone."""
    schema = url.rpartition("%3D")[2]
    postgres.execute(f"CREATE TABLE {schema}.clock AS SELECT 0 AS seconds")
    postgres.execute(
        f"CREATE FUNCTION {schema}.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS "
        "'SELECT pg_catalog.clock_timestamp() + seconds * interval ''1 s'' "
        f"FROM {schema}.clock'"
    )

    def set_clock(seconds: int) -> None:
        postgres.execute(f"UPDATE {schema}.clock SET seconds = {seconds}")

    return set_clock


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_a_batch_goes_on_after_the_clock_was_set(
    queue_server: ScriptedServer,
    url: str,
    set_clock: Callable[[int], None],
    seconds: int,
) -> None:
    """A failover to a machine whose clock differs: by then, a process had died."""
    own_clock = f"{url}%2Cpg_catalog"
    queue_server.on("status", status("in_progress"))
    killed = begin("sync", own_clock, queue_server, 4)
    limit = time.monotonic() + 30
    while queue_server.count("status") < 4:
        assert time.monotonic() < limit
        time.sleep(0.01)
    with client_of(queue_server, own_clock) as client:
        (late,) = mapped(client, range(4, 5), timeout=1)
        assert isinstance(late, errors.JobTimeout)  # for a later run
        killed.kill()
        killed.communicate()
        set_clock(seconds)
        queue_server.on("status", status("completed"))
        began = time.monotonic()
        made = mapped(client, range(5))
        assert time.monotonic() - began < 30
        assert len({each.request_id for each in made}) == 5
        assert client.batch("books").counts() == {"succeeded": 5}
    assert sent(queue_server) == list(range(5))


def test_what_a_dead_process_recorded_ahead_counts_as_not_accepted(
    store: Store,
) -> None:
    queue = FakeQueue()
    with queue.client(journal=store.location) as client:
        journal: Any = client._driver.config.journal
        ahead = Intent(
            "books/v/m/0/1", "v/m", "0", 1.0, batch="books", ahead=True, base_url="b"
        )
        journal.note(ahead)
        journal.close()
        store.end_leases()
        batch = client.batch("books")
        assert batch.counts() == {"not accepted": 1}
        assert batch.unknown() == []
        assert batch.counts() == {"not accepted": 1}


@pytest.mark.parametrize("side", ["sync", "async"])
def test_a_result_that_cannot_be_read_may_be_one_of_the_results(
    tmp_path: Path, side: str
) -> None:
    queue = FakeQueue()
    path = tmp_path / "jobs.db"
    gone = Response(403, {}, b'{"error_code": 403001, "error_message": "gone"}')
    with queue.client(journal=path) as client:
        mapped(client, range(3))
        queue.fault("status", gone)
        with pytest.raises(errors.ApiError):
            list(client.batch("books").results())
        queue.fault("status", gone)
        read: list[Any] = list(client.batch("books").results(return_exceptions=True))

    async def read_async() -> list[Any]:
        async with queue.async_client(journal=path) as client:
            queue.fault("status", gone)
            results = client.batch("books").results(return_exceptions=True)
            return [made async for made in results]

    if side == "async":
        read = asyncio.run(read_async())
    first, *others = read
    assert isinstance(first, errors.ApiError)
    assert first.request_id
    assert len({made.request_id for made in others} - {first.request_id}) == 2
