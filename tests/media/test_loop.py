"""The asyncio client goes on with everything else while the media of an input are read.

Nothing is timed: whoever reads waits until the loop has turned a few times, so that a loop
that is blocked would wait for itself.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from media import specimens as made
from media.test_client import Input, picture
from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.errors import InputRejected
from runcomfy_runtime.media import FetchPolicy, Inspector
from runcomfy_runtime.report import Problem
from runcomfy_runtime.rule import Rule
from runcomfy_runtime.testing import FakeQueue
from support.file_server import PRIVATE, HttpRequest, Send, serve_file, serving

TURNS = 5
PATIENCE = 30  # seconds; only a loop that is blocked ever waits so long
Wait = Callable[[], bool]


@asynccontextmanager
async def beating() -> AsyncIterator[Wait]:
    """A loop that beats; who waits for it, from a thread, sees whether it turns."""
    waiting, turned = threading.Event(), threading.Event()

    async def beat() -> None:
        turns = 0
        while turns < TURNS:
            turns += waiting.is_set()
            await asyncio.sleep(0.001)
        turned.set()

    def wait() -> bool:
        waiting.set()
        return turned.wait(PATIENCE)

    task = asyncio.ensure_future(beat())
    try:
        yield wait
    finally:
        task.cancel()


class Slow:
    """A judge that blocks, as one that somebody has written without a loop in mind."""

    def __init__(self, wait: Wait) -> None:
        self.wait = wait
        self.turned = False

    def __call__(
        self, rules: Sequence[Rule], payload: Mapping[str, Any]
    ) -> list[Problem]:
        self.turned = self.wait()
        return [Problem(pointer="/image_urls", code="slow", message="no")]


def test_a_judge_that_blocks_does_not_block_the_loop() -> None:
    async def main() -> None:
        async with beating() as wait:
            judge = Slow(wait)
            client = AsyncRunComfy(token="t", media_checks="off", judges=[judge])
            report = await client.validate(Input(image_urls=[picture(15)]))
        assert judge.turned
        assert [problem.code for problem in report.problems] == ["slow"]

    asyncio.run(main())


@pytest.mark.parametrize("call", ["validate", "submit", "run", "map"])
def test_a_slow_server_of_media_does_not_block_the_loop(call: str) -> None:
    queue = FakeQueue()
    turned: list[bool] = []

    async def main() -> None:
        async with beating() as wait:
            serve = serve_file(made.png(14, 99))

            def slow(request: HttpRequest, send: Send) -> None:
                turned.append(wait())
                serve(request, send)

            with serving(slow, None, PRIVATE) as server:
                origin = f"{PRIVATE}:{server.port}"
                inspector = Inspector(policy=FetchPolicy(private=frozenset({origin})))
                client = queue.async_client(judges=[inspector])
                given = Input(image_urls=[f"http://{origin}/narrow.png"])
                assert [each.code for each in await found(client, call, given)] == [
                    "width_pixels"
                ]

    asyncio.run(main())
    assert turned
    assert all(turned)
    assert queue.requests == []


async def found(client: AsyncRunComfy, call: str, given: Input) -> tuple[Problem, ...]:
    """What a call says of an input that breaks a rule."""
    if call == "validate":
        return (await client.validate(given)).problems
    try:
        if call == "map":
            await anext(client.map([given]))
        else:
            await getattr(client, call)(given)
    except InputRejected as refused:
        return refused.report.problems
    raise AssertionError("nothing was refused")


def test_a_document_is_checked_against_schema_and_rules_on_a_loop_too() -> None:
    async def main() -> None:
        client = AsyncRunComfy(token="t")
        wrong = await client.validate(Input, {"image_urls": 5})
        assert [problem.code for problem in wrong.problems] == ["type"]
        narrow = {"image_urls": [picture(15), picture(14)]}
        broken = await client.validate(Input, narrow)
        assert [problem.pointer for problem in broken.problems] == ["/image_urls/1"]
        assert (await client.validate(Input(image_urls=[picture(15)]))).ok

    asyncio.run(main())


def test_a_task_that_is_cancelled_leaves_no_check_behind() -> None:
    """The fetch ends with the task: the server sees its connection close."""
    closed = threading.Event()

    async def main() -> None:
        asked = threading.Event()

        def hang(request: HttpRequest, send: Send) -> None:
            asked.set()
            send(b"HTTP/1.1 200 OK\r\n")
            while not closed.is_set():
                try:
                    send(b"X-Wait: 1\r\n")
                except OSError:
                    closed.set()
                closed.wait(0.01)

        with serving(hang, None, PRIVATE) as server:
            origin = f"{PRIVATE}:{server.port}"
            inspector = Inspector(policy=FetchPolicy(private=frozenset({origin})))
            client = FakeQueue().async_client(judges=[inspector])
            given = Input(image_urls=[f"http://{origin}/never.png"])
            task = asyncio.ensure_future(client.submit(given))
            await asyncio.to_thread(asked.wait, PATIENCE)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(closed.wait, PATIENCE)

    asyncio.run(main())
