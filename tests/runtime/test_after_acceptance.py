"""The moments after a job was accepted: no interrupt and no listener loses its id."""

from __future__ import annotations

import asyncio
import json
import logging
import opcode
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.observer import Exchanged, Hooks
from runcomfy_runtime.sqlite_journal import SqliteJournal
from runcomfy_runtime.testing import FakeQueue
from runcomfy_runtime.transport import Request, Response

CALLS: dict[str, Callable[[RunComfy], object]] = {
    "run": lambda client: client.run("vendor/model", {}),
    "submit": lambda client: client.submit("vendor/model", {}),
}


class Interruption:
    """Ctrl-C at one instruction of the runtime, counted from the answer to the submit on."""

    def __init__(self, at: int) -> None:
        self.queue = FakeQueue()
        self.queue.answer("*", output={}, queued=50)
        self.came = False
        self._left = at
        self._counting = False

    def send(self, request: Request) -> Any:
        self._counting = False
        outcome = self.queue.send(request)
        self._counting = request.paid
        return outcome

    def _trace(self, frame: FrameType, event: str, _: object) -> Any:
        if "runcomfy_runtime" not in frame.f_code.co_filename:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode" and self._counting and not _returning(frame):
            self._left -= 1
            if not self._left:
                self._counting, self.came = False, True
                signal.raise_signal(signal.SIGINT)
        return self._trace

    def during(self, call: Callable[[RunComfy], object]) -> BaseException | None:
        before = sys.gettrace()
        with self.queue.client(transport=self) as client:
            sys.settrace(self._trace)
            try:
                call(client)
            except BaseException as error:
                return error
            finally:
                self._counting = False
                sys.settrace(before)
        return None


def _returning(frame: FrameType) -> bool:
    """Whether this is the instruction at which a function is left: no signal is handled there."""
    return frame.f_code.co_code[frame.f_lasti] == opcode.opmap["RETURN_VALUE"]


def interruptions(
    call: Callable[[RunComfy], object],
) -> Iterator[tuple[Interruption, BaseException | None]]:
    """Every moment from the answer to the submit to the next request, or to the end."""
    at = 1
    while True:
        interruption = Interruption(at)
        error = interruption.during(call)
        if not interruption.came:
            return
        yield interruption, error
        at += 1


@pytest.mark.parametrize("name", ["run", "submit"])
def test_ctrl_c_at_any_instruction_after_the_answer_names_the_job(name: str) -> None:
    before = signal.getsignal(signal.SIGINT)
    moments = cleaned = 0
    for interruption, error in interruptions(CALLS[name]):
        moments += 1
        cleaned += "cancel" in interruption.queue.kinds
        assert isinstance(error, KeyboardInterrupt), moments
        assert "fake-1" in " ".join(getattr(error, "__notes__", [])), moments
        assert signal.getsignal(signal.SIGINT) is before, moments
    assert moments > 100
    # It is not cancelled if Ctrl-C comes just as Python passes through an outer generator.
    assert cleaned >= (0.98 * moments if name == "run" else 0)


class Left(BaseException):
    """What a hook of the user's raises to end the program."""


def leaving(exchanged: Exchanged) -> None:
    if exchanged.method == "POST" and "/v1/models/" in exchanged.url:
        raise Left("mine")


@pytest.fixture(params=["sync", "async"])
def call(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Calls a method of either client of a fake queue, made with these settings."""

    def called(queue: FakeQueue, method: str, **settings: Any) -> Any:
        if request.param == "sync":
            with queue.client(**settings) as client:
                return getattr(client, method)("vendor/model", {})

        async def main() -> Any:
            async with queue.async_client(**settings) as client:
                return await getattr(client, method)("vendor/model", {})

        return asyncio.run(main())

    return called


@pytest.mark.parametrize("method", ["run", "submit"])
def test_a_hook_that_ends_the_program_does_so_after_the_id_is_noted(
    call: Callable[..., Any], method: str, tmp_path: Path
) -> None:
    queue, path = FakeQueue(), tmp_path / "jobs.db"
    queue.answer("*", queued=50)
    hooks = Hooks(on_request=leaving)
    with pytest.raises(Left) as caught:
        call(queue, method, hooks=hooks, journal=path)
    assert "fake-1" in caught.value.__notes__[0]
    assert ("cancel" in queue.kinds) is (method == "run")
    with SqliteJournal(path) as journal:
        assert [entry.request_id for entry in journal.entries()] == ["fake-1"]


def test_a_hook_that_ends_the_program_wins_over_a_refusal_and_tells_of_it(
    call: Callable[..., Any],
) -> None:
    queue = FakeQueue()
    queue.fault("submit", Response(400, {}, b'{"error_code": 400002}'))
    with pytest.raises(Left) as caught:
        call(queue, "run", hooks=Hooks(on_request=leaving))
    assert "HTTP 400" in caught.value.__notes__[0]


@pytest.fixture
def broken_log() -> Iterator[None]:
    class Broken(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            raise ValueError("broken filter")

    log, broken = logging.getLogger("runcomfy"), Broken()
    before = log.level
    log.setLevel(logging.DEBUG)
    log.addFilter(broken)
    yield
    log.removeFilter(broken)
    log.setLevel(before)


@pytest.mark.usefixtures("broken_log")
def test_a_log_that_cannot_be_written_to_changes_nothing(
    call: Callable[..., Any], tmp_path: Path
) -> None:
    def fail(_: Any) -> None:
        raise RuntimeError("my hook")

    queue = FakeQueue()
    queue.fault("status", Response(503))
    hooks = Hooks(on_request=fail, on_retry=fail)
    made = call(queue, "run", hooks=hooks, journal=tmp_path / "jobs.db")
    assert made.request_id == "fake-1"


NAMED: list[tuple[Any, dict[str, str], str]] = [
    ({"status": "in_queue"}, {"location": "/v1/requests/abc123"}, "abc123"),
    ({"status": "in_queue"}, {"location": "/v1/requests/abc123?a=b"}, "abc123"),
    ({"request_id": None}, {"location": "https://h/v1/requests/abc/status"}, "abc"),
    ({"request_id": "a/b"}, {"location": "/v1/requests/abc123"}, "abc123"),
    ({"data": {"request_id": "abc123", "status": "in_queue"}}, {}, "abc123"),
    ([{"request_id": "abc123"}], {}, "abc123"),
    ({"request_id": 12345}, {}, "12345"),
    ({"data": {"request_id": 12345}}, {}, "12345"),
]


@pytest.mark.parametrize(("body", "headers", "request_id"), NAMED)
def test_an_id_that_came_is_kept_wherever_it_stands(
    call: Callable[..., Any], body: Any, headers: dict[str, str], request_id: str
) -> None:
    queue = FakeQueue()
    queue.fault("submit", Response(202, headers, json.dumps(body).encode()))
    assert call(queue, "submit").request_id == request_id


@pytest.mark.parametrize(
    "body",
    [
        {"request_id": True},
        {"request_id": 1.5},
        {"input": {"request_id": "mine"}},
        {"status": "in_queue"},
    ],
)
def test_what_is_no_id_is_not_taken_for_one(
    call: Callable[..., Any], body: dict[str, Any]
) -> None:
    queue = FakeQueue()
    queue.fault("submit", Response(202, {}, json.dumps(body).encode()))
    with pytest.raises(errors.SubmitOutcomeUnknown) as caught:
        call(queue, "submit")
    assert caught.value.accepted
