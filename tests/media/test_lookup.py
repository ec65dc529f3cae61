"""A name that never resolves holds up nobody: neither the loop, nor its threads, nor its end.

Nothing is timed: a resolver that hangs gives up after a while, and must not have had to.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from runcomfy_runtime import daemon_threads
from runcomfy_runtime.media.errors import MediaError, MediaFault
from runcomfy_runtime.media.fetch.policy import FetchPolicy
from runcomfy_runtime.media.prober import probe_async

URL = "https://slow.test/a.jpg"
PATIENCE = 20  # seconds; only a loop that is held up ever waits so long


class Hanging:
    """A resolver that does not answer."""

    def __init__(self) -> None:
        self.asked, self.released = threading.Event(), threading.Event()
        self.gave_up = False

    def __call__(self, *_: object, **__: object) -> list[tuple[object, ...]]:
        self.asked.set()
        self.gave_up = not self.released.wait(PATIENCE)
        raise socket.gaierror(socket.EAI_NONAME, "unknown")


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hanging]:
    hanging = Hanging()
    monkeypatch.setattr(socket, "getaddrinfo", hanging)
    yield hanging
    hanging.released.set()


def test_a_lookup_that_hangs_takes_no_thread_of_the_loop(resolver: Hanging) -> None:
    async def main() -> int:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        task = asyncio.ensure_future(probe_async(URL))
        while not resolver.asked.is_set():
            await asyncio.sleep(0.001)
        answer = await asyncio.to_thread(lambda: 42)
        task.cancel()
        return answer

    assert asyncio.run(main()) == 42
    assert not resolver.gave_up


def test_a_loop_ends_though_a_lookup_hangs(resolver: Hanging) -> None:
    async def main() -> None:
        with pytest.raises(MediaError, match=r"slow\.test") as caught:
            await probe_async(URL, policy=FetchPolicy(seconds=0.1))
        assert caught.value.fault is MediaFault.UNREACHABLE

    asyncio.run(main())
    assert not resolver.gave_up


def test_a_lookup_that_answers_after_the_loop_has_ended_disturbs_nobody(
    resolver: Hanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daemon_threads, "THREAD_IDLE", 0.1)

    async def main() -> None:
        with pytest.raises(MediaError):
            await probe_async(URL, policy=FetchPolicy(seconds=0.1))

    asyncio.run(main())
    resolver.released.set()
    for thread in threading.enumerate():
        if thread.name == "runcomfy-media-lookup":
            thread.join(PATIENCE)
            assert not thread.is_alive()
