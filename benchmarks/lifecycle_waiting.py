"""What waiting costs: 1,000 jobs in flight at once, their status reads, CPU and connections."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import ClassVar

from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.model import ModelInput, ModelOutput

JOBS, SECONDS = 1000, 15.0


class _Output(ModelOutput):
    n: int | None = None


class _Input(ModelInput[_Output]):
    MODEL_ID: ClassVar[str] = "vendor/model"
    OUTPUT: ClassVar[type[ModelOutput]] = _Output
    n: int


class _Queue:
    """A server whose jobs run for some seconds, and which counts what it is asked."""

    def __init__(self) -> None:
        self.begun: dict[str, float] = {}
        self.open = self.most = self.reads = 0

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = head.lower().partition(b"content-length: ")[2].split(b"\r")[0]
                await reader.readexactly(int(length or 0))
                body = json.dumps(self._answer(head.split()[1].decode())).encode()
                start = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
                writer.write(start + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open -= 1
            writer.close()

    def _answer(self, path: str) -> dict[str, object]:
        if path == "/counts":
            return {"most": self.most, "reads": self.reads}
        if path.startswith("/v1/models/"):
            name = f"r{len(self.begun)}"
            self.begun[name] = time.monotonic()
            return {"request_id": name}
        name, kind = path.split("/")[3], path.rpartition("/")[2]
        if kind == "result":
            return {"status": "succeeded", "output": {"n": 1}}
        self.reads += 1
        running = time.monotonic() - self.begun[name] < SECONDS
        return {"status": "in_progress" if running else "completed"}


def _run(ready: Connection) -> None:
    async def main() -> None:
        server = await asyncio.start_server(_Queue().serve, "127.0.0.1", 0, backlog=512)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


@contextmanager
def _server() -> Iterator[str]:
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_run, args=(there,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}"
    finally:
        process.terminate()
        process.join()


def _mapped(url: str) -> int:
    with RunComfy(token="t" * 16, base_url=url) as client:
        inputs = (_Input(n=n) for n in range(JOBS))
        return sum(1 for _ in client.map(inputs, concurrency=JOBS))


async def _gathered(url: str) -> int:
    async with AsyncRunComfy(token="t" * 16, base_url=url) as client:
        runs = (client.run(_Input(n=n)) for n in range(JOBS))
        return len(await asyncio.gather(*runs))


def waiting() -> None:
    """Print what 1,000 jobs of 15 seconds each cost a client that waits for all of them."""
    print(f"{JOBS} jobs of {SECONDS:.0f} s in flight at once\n")
    print("| client | status reads a job | CPU a job | most connections | seconds |")
    print("|---|---|---|---|---|")
    for name in ("map", "asyncio.gather"):
        with _server() as url:
            began, cpu = time.monotonic(), time.process_time()
            done = _mapped(url) if name == "map" else asyncio.run(_gathered(url))
            cpu, took = time.process_time() - cpu, time.monotonic() - began
            with urllib.request.urlopen(f"{url}/counts") as answer:
                counts = json.load(answer)
        assert done == JOBS
        print(
            f"| {name} | {counts['reads'] / JOBS:.1f} | {cpu / JOBS * 1000:.1f} ms "
            f"| {counts['most']} | {took:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    waiting()
