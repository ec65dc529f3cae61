"""The two clients are one: for the same answers, the same requests and the same pauses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.errors import RunComfyError
from runcomfy_runtime.testing import VirtualClock
from runcomfy_runtime.transport import Lost, Outcome, Reached, Request, Response
from runtime.specimen import Input, good

BASE = "https://api.test"
GONE = Lost(Reached.SENT, "cut")
UNREACHED = Lost(Reached.NOTHING_SENT, "refused")


def said(http: int = 200, headers: Any = None, **content: Any) -> Response:
    return Response(http, headers or {}, json.dumps(content).encode())


TAKEN = said(request_id="r-1")
QUEUED, RUNNING, DONE = (
    said(status=word) for word in ("in_queue", "in_progress", "completed")
)
OUTPUT = said(status="completed", output={"image": f"{BASE}/a.png"})

SCRIPTS: dict[str, list[Outcome]] = {
    "plain": [TAKEN, QUEUED, RUNNING, DONE, OUTPUT],
    "busy": [said(429, {"retry-after": "5"}), TAKEN, DONE, OUTPUT],
    "unreached": [UNREACHED, UNREACHED, TAKEN, DONE, OUTPUT],
    "lost": [GONE],
    "refused": [said(400, error_code=400004)],
    "trouble": [
        TAKEN,
        GONE,
        Response(503),
        said(404),
        QUEUED,
        UNREACHED,
        DONE,
        GONE,
        OUTPUT,
    ],
    "early": [TAKEN, DONE, said(400, error_code=400005), RUNNING, OUTPUT],
    "failed": [TAKEN, DONE, said(status="failed", error="x")],
    "deadline": [
        TAKEN,
        *[QUEUED] * 40,
        said(outcome="cancelled"),
        said(status="cancelled"),
    ],
    "too late": [TAKEN, *[QUEUED] * 40, said(outcome="not_cancellable"), RUNNING],
    "hints": [
        TAKEN,
        said(headers={"retry-after-ms": "1500"}, status="in_queue"),
        DONE,
        OUTPUT,
    ],
}


class Recorder:
    """A transport for both: gives out its answers in turn, and keeps what was sent."""

    def __init__(self, answers: Iterable[Outcome]) -> None:
        self.answers = list(answers)
        self.sent: list[Request] = []

    def answer(self, request: Request) -> Outcome:
        self.sent.append(request._replace(token=None, sink=None))
        cancelling = request.url.endswith("/cancel")
        if cancelling:
            while len(self.answers) > 1 and "outcome" not in str(self.answers[0]):
                self.answers.pop(0)
        outcome = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if request.sink is not None and isinstance(outcome, Response):
            request.sink(outcome._replace(body=b""), outcome.body)
        return outcome


class Blocking(Recorder):
    def send(self, request: Request) -> Outcome:
        return self.answer(request)


class Waiting(Recorder):
    async def send(self, request: Request) -> Outcome:
        return self.answer(request)


def trace(recorder: Recorder, clock: VirtualClock, outcome: object) -> dict[str, Any]:
    return {"sent": recorder.sent, "slept": clock.slept, "outcome": repr(outcome)}


def blocking(script: list[Outcome], use: Callable[[RunComfy], Any]) -> dict[str, Any]:
    clock, transport = VirtualClock(), Blocking(script)
    client = RunComfy(
        token="t", base_url=BASE, transport=transport, clock=clock, random=lambda: 0.5
    )
    try:
        outcome = use(client)
    except RunComfyError as error:
        outcome = error
    return trace(transport, clock, outcome)


def waiting(
    script: list[Outcome], use: Callable[[AsyncRunComfy], Any]
) -> dict[str, Any]:
    clock, transport = VirtualClock(), Waiting(script)
    client = AsyncRunComfy(
        token="t", base_url=BASE, transport=transport, clock=clock, random=lambda: 0.5
    )

    async def main() -> Any:
        try:
            return await use(client)
        except RunComfyError as error:
            return error

    outcome = asyncio.run(main())
    return trace(transport, clock, outcome)


@pytest.mark.parametrize("name", SCRIPTS)
def test_run_is_the_same_for_both_clients(name: str) -> None:
    script = SCRIPTS[name]
    one = blocking(script, lambda client: client.run(good(), timeout=60).raw)

    async def use(client: AsyncRunComfy) -> Any:
        return (await client.run(good(), timeout=60)).raw

    assert waiting(script, use) == one
    assert one["sent"]


def test_every_other_call_is_the_same_for_both_clients(tmp_path: Path) -> None:
    script = [
        TAKEN,
        QUEUED,
        GONE,
        RUNNING,
        DONE,
        GONE,
        OUTPUT,
        said(outcome="not_cancellable"),
    ]
    script += [Response(200, {"content-length": "3"}, b"png")]

    def use(client: RunComfy) -> Any:
        job = client.job(client.submit(good()).token(), Input)
        seen = [job.status(), *job.updates()]
        result = job.result()
        cancelled = job.cancel()
        return (
            seen,
            cancelled,
            result.raw,
            [p.name for p in result.download(tmp_path / "a")],
        )

    async def use_async(client: AsyncRunComfy) -> Any:
        job = client.job((await client.submit(good())).token(), Input)
        seen = [await job.status()] + [update async for update in job.updates()]
        result = await job
        cancelled = await job.cancel()
        names = [p.name for p in await result.download(tmp_path / "b")]
        return seen, cancelled, result.raw, names

    one = blocking(list(script), use)
    assert waiting(list(script), use_async) == one
    assert len(one["sent"]) >= 8
    assert "error" not in one["outcome"].lower()


def test_map_sends_the_same_requests_for_both_clients() -> None:
    script: list[Outcome] = [TAKEN, DONE, OUTPUT] * 3
    one = blocking(
        list(script),
        lambda client: [r.raw for r in client.map([good()] * 3, concurrency=1)],
    )

    async def use(client: AsyncRunComfy) -> Any:
        return [result.raw async for result in client.map([good()] * 3, concurrency=1)]

    assert waiting(list(script), use) == one
    assert len(one["sent"]) == 9
