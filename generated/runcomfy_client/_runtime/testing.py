"""For your own tests: the queue API in memory, and a clock that does not really wait.

queue = FakeQueue()
queue.answer("vendor/model", output={"image": "https://files.runcomfy.net/a.png"})
with queue.client() as client:
    result = client.run("vendor/model", {"prompt": "a boat"})   # no network, no waiting
"""

from __future__ import annotations

import asyncio
import heapq
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from .client import RunComfy
from .error_codes import NOT_FOUND
from .protocol import CancelOutcome, StatusWord
from .transport import Lost, Outcome, Reached, Request, Response

if TYPE_CHECKING:
    from .async_client import AsyncRunComfy

__all__ = ["NOT_SENT", "FakeJob", "FakeQueue", "VirtualClock"]


class VirtualClock:
    """A clock for both clients. Hours of polling take milliseconds."""

    def __init__(self, today: float = 1_700_000_000.0) -> None:
        self.slept: list[float] = []
        """Every sleep that was asked for, in seconds."""
        self._start = today
        self._passed = 0.0
        self._sleepers: list[tuple[float, int]] = []
        self._numbers = count()

    def now(self) -> float:
        """Seconds since this clock was made."""
        return self._passed

    def today(self) -> float:
        """Seconds since 1970, by the date the clock was made with."""
        return self._start + self._passed

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._passed += max(0.0, seconds)

    def sleep(self, seconds: float) -> None:
        """Let time pass, at once."""
        self.slept.append(seconds)
        self.advance(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Let time pass at once, after every earlier sleeper has woken."""
        self.slept.append(seconds)
        sleeper = (self._passed + max(0.0, seconds), next(self._numbers))
        heapq.heappush(self._sleepers, sleeper)
        try:
            await asyncio.sleep(0)
            while self._sleepers[0] != sleeper:
                await asyncio.sleep(0)
            self._passed = max(self._passed, sleeper[0])
        finally:
            self._sleepers.remove(sleeper)
            heapq.heapify(self._sleepers)


_BASE_URL = "https://fake.runcomfy.test"
_LOST = Lost(Reached.SENT, "the connection was cut by the test")
NOT_SENT = Lost(Reached.NOTHING_SENT, "the connection was refused by the test")
"""A fault: the request never left."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The output of a model, and how long it takes, in seconds."""

    output: Any = None
    error: Any = None
    queued: float = 1.0
    running: float = 2.0


@dataclass(slots=True)
class FakeJob:
    """A job that the fake queue accepted."""

    request_id: str
    model_id: str
    payload: dict[str, Any]
    answer: Answer
    submitted_at: float
    cancelled: bool = False

    def state(self, now: float) -> str:
        """The published status word at a moment."""
        age = now - self.submitted_at
        if self.cancelled:
            return StatusWord.CANCELLED
        if age < self.answer.queued:
            return StatusWord.IN_QUEUE
        return (
            StatusWord.IN_PROGRESS
            if age < self.answer.queued + self.answer.running
            else StatusWord.COMPLETED
        )


class FakeQueue:
    """A queue that accepts every job and answers as ``answer`` and ``fault`` say.

    It is a transport of the blocking client; ``asynchronous`` is one of the asyncio client.
    ``requests`` and ``jobs`` hold what was received.
    """

    def __init__(self, clock: VirtualClock | None = None) -> None:
        self.clock = clock or VirtualClock()
        self.requests: list[Request] = []
        self.jobs: dict[str, FakeJob] = {}
        self.asynchronous = _Asynchronous(self)
        self._answers: dict[str, Answer] = {}
        self._faults: dict[str, deque[tuple[Outcome, bool]]] = {}

    def client(self, **settings: Any) -> RunComfy:
        """A blocking client of this queue. ``settings`` are those of ``RunComfy``."""
        chosen: dict[str, Any] = {**self._settings(), "transport": self, **settings}
        return RunComfy(**chosen)

    def async_client(self, **settings: Any) -> AsyncRunComfy:
        """An asyncio client of this queue."""
        from .async_client import AsyncRunComfy  # asyncio, which not every test needs

        here: dict[str, Any] = {"transport": self.asynchronous}
        return AsyncRunComfy(**{**self._settings(), **here, **settings})

    def _settings(self) -> dict[str, Any]:
        return {
            # Tests take milliseconds: no media are fetched unless the test asks for it.
            "media_checks": "off",
            "token": "fake-token",
            "base_url": _BASE_URL,
            "clock": self.clock,
        }

    def answer(
        self,
        model_id: str,
        *,
        output: Any = None,
        error: Any = None,
        queued: float = 1.0,
        running: float = 2.0,
    ) -> None:
        """Set the output of a model from now on; ``"*"`` means every other model.

        With ``error`` its jobs are completed for ``/status`` and failed for ``/result``, like
        those of the real API.
        """
        self._answers[model_id] = Answer(output, error, queued, running)

    def fault(
        self, kind: str, outcome: Outcome = _LOST, *, times: int = 1, acts: bool = False
    ) -> None:
        """Set the outcome of the next requests of a kind (submit, status, result, cancel).

        With ``acts`` the queue executes the request first: an accepted job whose answer is lost.
        """
        self._faults.setdefault(kind, deque()).extend([(outcome, acts)] * times)

    def send(self, request: Request) -> Outcome:
        """Answer a request."""
        self.requests.append(request)
        path = request.url.removeprefix(_BASE_URL).partition("?")[0]
        kind = "submit" if path.startswith("/v1/models/") else path.rpartition("/")[2]
        faults = self._faults.get(kind)
        if faults:
            outcome, acts = faults.popleft()
            if acts:
                self._handled(kind, path, request)
            return outcome
        return self._handled(kind, path, request)

    @property
    def kinds(self) -> list[str]:
        """The kinds of the requests so far, in order."""
        return [_kind(request) for request in self.requests]

    def _handled(self, kind: str, path: str, request: Request) -> Response:
        if kind == "submit":
            return self._submit(unquote(path.removeprefix("/v1/models/")), request.body)
        job = self.jobs.get(path.removeprefix("/v1/requests/").partition("/")[0])
        if job is None:
            missing = {"error_code": NOT_FOUND.code, "error_message": "no such request"}
            return _json(missing, 404)
        if kind == "status":
            return _json(self._status(job))
        return _json(self._cancel(job) if kind == "cancel" else self._result(job))

    def _submit(self, model_id: str, body: bytes | None) -> Response:
        answer = self._answers.get(model_id) or self._answers.get("*") or Answer({})
        request_id = f"fake-{len(self.jobs) + 1}"
        payload: dict[str, Any] = json.loads(body or b"{}")
        self.jobs[request_id] = FakeJob(
            request_id, model_id, payload, answer, self.clock.now()
        )
        return _json({"request_id": request_id, "status": StatusWord.IN_QUEUE})

    def _status(self, job: FakeJob) -> dict[str, Any]:
        word = job.state(self.clock.now())
        position = {"queue_position": 0} if word == StatusWord.IN_QUEUE else {}
        return {"request_id": job.request_id, "status": word, **position}

    def _result(self, job: FakeJob) -> dict[str, Any]:
        status = self._status(job)
        if status["status"] != StatusWord.COMPLETED:
            return status
        if job.answer.error is not None:
            return {**status, "status": StatusWord.FAILED, "error": job.answer.error}
        return {**status, "output": job.answer.output}

    def _cancel(self, job: FakeJob) -> dict[str, Any]:
        can = job.state(self.clock.now()) == StatusWord.IN_QUEUE
        job.cancelled = job.cancelled or can
        outcome = CancelOutcome.CANCELLED if can else CancelOutcome.NOT_CANCELLABLE
        return {"request_id": job.request_id, "outcome": outcome.value}


class _Asynchronous:
    """The queue as the transport of the asyncio client."""

    def __init__(self, queue: FakeQueue) -> None:
        self._queue = queue

    async def send(self, request: Request) -> Outcome:
        """Answer a request."""
        return self._queue.send(request)


def _kind(request: Request) -> str:
    path = request.url.partition("?")[0]
    return "submit" if "/v1/models/" in path else path.rpartition("/")[2]


def _json(content: Mapping[str, Any], status: int = 200) -> Response:
    headers = {"content-type": "application/json"}
    return Response(status, headers, json.dumps(content).encode())
