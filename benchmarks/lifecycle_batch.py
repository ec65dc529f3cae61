"""Timing ``map`` on the sandbox of this product, beside httpx by hand doing the same.

By hand means: the same three requests a job, as many under way at the same time, and nothing
else: no journal, no retries, no deadlines, no types.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from typing import Any, ClassVar, NamedTuple

import httpx

from runcomfy_codegen.sandbox import Sandbox
from runcomfy_runtime.async_batch import CONNECTIONS
from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.model import ModelInput, ModelOutput
from runcomfy_runtime.observer import Hooks
from sandbox import INPUT, MODEL_ID, model

JOBS = 256
REQUESTS = 3
"""A job's requests where it is done before it is first asked about."""
TOKEN = "benchmark-token"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}


class Output(ModelOutput):
    """Anything."""


class Input(ModelInput[Output]):
    """What the sandbox's model takes."""

    MODEL_ID: ClassVar[str] = MODEL_ID
    image_urls: list[str]
    prompt: str


def inputs() -> Iterator[Input]:
    """The inputs of a batch, no two alike."""
    for number in range(JOBS):
        yield Input(image_urls=INPUT["image_urls"], prompt=f"boat {number}")  # type: ignore[arg-type]


def _serve(ready: Connection) -> None:
    with Sandbox({MODEL_ID: model()}, balance=1e9, speed=1e9) as sandbox:
        ready.send(sandbox.url)
        ready.recv()


@contextmanager
def sandbox() -> Iterator[str]:
    """The URL of a sandbox, in its own process, in which jobs take no time."""
    ours, theirs = Pipe()
    process = get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    theirs.close()  # so that a sandbox which cannot start is not waited for
    url = str(ours.recv())
    try:
        yield url
    finally:
        ours.send(None)
        process.join()


def mapped(url: str, hooks: Hooks | None = None) -> float:
    """Seconds for a batch of the blocking client, which sends one request at a time."""
    given = list(inputs())
    with RunComfy(token=TOKEN, base_url=url, hooks=hooks, media_checks="off") as client:
        began = time.perf_counter()
        assert len(list(client.map(given))) == JOBS
        return time.perf_counter() - began


def by_hand(url: str) -> float:
    """The same with httpx."""
    bodies = [given.payload() for given in inputs()]
    with httpx.Client(headers=HEADERS, base_url=url) as client:
        began = time.perf_counter()
        for body in bodies:
            job = client.post(f"/v1/models/{MODEL_ID}", json=body).json()["request_id"]
            state = client.get(f"/v1/requests/{job}/status").json()["status"]
            assert state == "completed"
            assert client.get(f"/v1/requests/{job}/result").json()["output"]
        return time.perf_counter() - began


async def mapped_async(url: str, hooks: Hooks | None = None) -> float:
    """Seconds for a batch of the asyncio client, all jobs under way at once."""
    given = list(inputs())
    async with AsyncRunComfy(
        token=TOKEN, base_url=url, hooks=hooks, media_checks="off"
    ) as client:
        began = time.perf_counter()
        results = [result async for result in client.map(given, concurrency=JOBS)]
        assert len(results) == JOBS
        return time.perf_counter() - began


async def by_hand_async(url: str) -> float:
    """The same with httpx: a task a job, and as many requests at a time as our client has."""
    bodies = [given.payload() for given in inputs()]
    turns = asyncio.Semaphore(CONNECTIONS)

    async def read(asked: Callable[[], Awaitable[httpx.Response]]) -> Any:
        async with turns:
            return (await asked()).json()

    async with httpx.AsyncClient(headers=HEADERS, base_url=url) as client:

        async def job(body: dict[str, Any]) -> None:
            said = await read(lambda: client.post(f"/v1/models/{MODEL_ID}", json=body))
            path = f"/v1/requests/{said['request_id']}"
            state = await read(lambda: client.get(f"{path}/status"))
            assert state["status"] == "completed"
            assert (await read(lambda: client.get(f"{path}/result")))["output"]

        began = time.perf_counter()
        await asyncio.gather(*map(job, bodies))
        return time.perf_counter() - began


class Pair(NamedTuple):
    """One way to send, by hand and by ours."""

    name: str
    by_hand: Callable[[str], float]
    ours: Callable[..., float]


PAIRS = (
    Pair("blocking, 1 request at a time", by_hand, mapped),
    Pair(
        f"asyncio, {CONNECTIONS} requests at a time",
        lambda url: asyncio.run(by_hand_async(url)),
        lambda url, hooks=None: asyncio.run(mapped_async(url, hooks)),
    ),
)


def requests_of(pair: Pair, url: str) -> int:
    """How many requests our batch sends."""
    seen: list[object] = []
    pair.ours(url, Hooks(on_request=seen.append))
    return len(seen)
