"""Waits that end early, and what every error says of the job that it leaves."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.testing import FakeQueue
from runcomfy_runtime.transport import Lost, Reached, Response
from runtime.side import OUTPUT, Side
from runtime.specimen import Input
from support.scripted_server import REQUEST_ID, Reply, ScriptedServer, result, status

CANCELLED = Reply({"request_id": REQUEST_ID, "outcome": "cancelled"})


class Mine(BaseException):
    """Neither an error of the client nor an Exception at all."""


def raising(error: BaseException) -> Any:
    def listen(_: Any) -> None:
        raise error

    return listen


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("mine"),
        Mine("mine"),
        errors.RunComfyError("mine"),
        errors.JobFailed("mine"),
        errors.MissingToken("mine"),
        errors.JobTimeout("mine").concerning("another-job", "in_progress"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_a_callback_raises_the_queued_job_is_cancelled(
    server: ScriptedServer, side: Side, error: BaseException
) -> None:
    server.on(
        "status",
        lambda _: status("cancelled" if server.count("cancel") else "in_queue"),
    )
    server.on("cancel", CANCELLED)
    with pytest.raises(type(error), match="mine") as caught:
        side.run(on_update=raising(error))
    assert server.kinds == ["submit", "status", "cancel", "status"]
    assert caught.value is error
    assert f"{REQUEST_ID} is cancelled." in error.__notes__[-1]


def test_an_error_of_ours_that_a_callback_raises_tells_of_the_job(
    server: ScriptedServer, side: Side
) -> None:
    server.on("status", status("in_progress"))
    with pytest.raises(errors.RunComfyError, match="mine") as caught:
        side.run(on_update=raising(errors.RunComfyError("mine")))
    error = caught.value
    assert (error.request_id, error.last_status) == (REQUEST_ID, "in_progress")
    assert error.may_be_billed
    assert error.job is not None
    assert error.job.request_id == REQUEST_ID
    assert server.count("cancel") == 0


def test_an_error_about_another_job_keeps_that_job(
    server: ScriptedServer, side: Side
) -> None:
    server.on("status", status("in_progress"))
    other = errors.JobFailed("mine").concerning("another-job", "failed")
    with pytest.raises(errors.JobFailed) as caught:
        side.run(on_update=raising(other))
    assert (caught.value.request_id, caught.value.last_status) == (
        "another-job",
        "failed",
    )
    assert caught.value.job is None
    assert REQUEST_ID in caught.value.__notes__[-1]


def test_a_clean_up_that_fails_does_not_hide_why_the_wait_ended() -> None:
    queue = FakeQueue()
    queue.answer("*", queued=1e6)
    real = queue.send

    def send(request: Any) -> Any:
        if request.url.endswith("/cancel"):
            raise errors.BadSetting("the proxy is gone")
        return real(request)

    queue.send = send  # type: ignore[method-assign]
    with queue.client() as client:
        with pytest.raises(RuntimeError, match="mine") as caught:
            client.run("v/m", {}, on_update=raising(RuntimeError("mine")))
        with pytest.raises(errors.JobTimeout) as late:
            client.run("v/m", {}, timeout=5)
    assert "fake-1 is still queued." in caught.value.__notes__[-1]
    assert late.value.outcome == "still_queued"


SAID: list[tuple[int, dict[str, Any], type[errors.RunComfyError]]] = [
    (http_status, {"status": "failed", "error": "out of memory"}, errors.JobFailed)
    for http_status in (400, 404, 409, 410, 422, 500, 502, 503)
]
SAID += [
    (http_status, {"status": "cancelled"}, errors.JobCancelled)
    for http_status in (400, 422, 500)
]
SAID += [(422, {"status": "failed", "error_code": 422001}, errors.JobFailed)]


@pytest.mark.parametrize(("http_status", "content", "kind"), SAID)
@pytest.mark.parametrize("where", ["result", "status"])
def test_a_document_that_says_how_the_job_ended_is_believed_at_any_http_status(
    server: ScriptedServer,
    side: Side,
    http_status: int,
    content: dict[str, Any],
    kind: type[errors.RunComfyError],
    where: str,
) -> None:
    server.on("result", Reply(content, http_status))
    if where == "status":
        server.on("status", Reply(content, http_status))
    with pytest.raises(kind) as caught:
        side.run(timeout=60)
    assert type(caught.value) is kind
    assert caught.value.last_status == content["status"]
    assert server.count("status") == 1
    assert server.count("result") <= 1


@pytest.mark.parametrize(
    ("http_status", "content", "kind"),
    [
        (401, {"status": "failed", "message": "token"}, errors.AuthError),
        (403, {"status": "failed", "message": "not yours"}, errors.PermissionDenied),
        (400, {"status": "failed", "error_code": 400004}, errors.AuthError),
        (200, {"status": "failed", "error_code": 400004}, errors.AuthError),
        (403, {"status": "failed", "code": 403001}, errors.PermissionDenied),
    ],
)
def test_a_refused_token_is_not_taken_for_a_failed_job(
    server: ScriptedServer,
    side: Side,
    http_status: int,
    content: dict[str, Any],
    kind: type[errors.RunComfyError],
) -> None:
    server.on("result", Reply(content, http_status))
    with pytest.raises(kind):
        side.run()


@pytest.mark.parametrize(
    "passing",
    [
        Reply({"status": "error", "message": "gateway"}, 502),
        Reply({"status": "failed", "message": "slow down"}, 429),
    ],
)
def test_trouble_of_the_server_is_not_taken_for_a_failed_job(
    server: ScriptedServer, side: Side, passing: Reply
) -> None:
    server.on("result", passing, result(OUTPUT))
    assert side.run().output == OUTPUT


def test_an_end_without_an_outcome_is_told_as_that(
    server: ScriptedServer, side: Side
) -> None:
    word = "completed"
    server.on("status", status(word))
    server.on("result", result(None, "in_progress"))
    with pytest.raises(errors.JobTimeout) as caught:
        side.run(timeout=5)
    error = caught.value
    assert error.outcome == "ended"
    assert error.last_status == word
    assert f"is '{word}'" in str(error)
    assert "no result" in str(error)
    assert "it is completed" not in str(error)
    assert error.may_be_billed


BROKEN = Response(403, {}, b'{"error_code": 403001, "error_message": "not yours"}')
CALLS: dict[str, Any] = {
    "status": lambda job: job.status(),
    "updates": lambda job: list(job.updates()),
    "result": lambda job: job.result(),
    "cancel": lambda job: job.cancel(),
}


@pytest.mark.parametrize("call", CALLS)
def test_every_error_of_a_job_carries_the_job(call: str) -> None:
    queue = FakeQueue()
    with queue.client() as client:
        job = client.submit("vendor/model", {})
        job.status()
        queue.fault("status", BROKEN, times=9)
        queue.fault("cancel", BROKEN, times=9)
        with pytest.raises(errors.PermissionDenied) as caught:
            CALLS[call](job)
    error = caught.value
    assert (error.job, error.request_id) == (job, "fake-1")
    assert error.last_status == "in_queue"
    assert error.may_be_billed


@pytest.mark.parametrize("call", CALLS)
def test_every_error_of_an_async_job_carries_the_job(call: str) -> None:
    queue = FakeQueue()

    async def told(job: Any) -> None:
        if call == "updates":
            async for _ in job.updates():
                pass
        else:
            await CALLS[call](job)

    async def main() -> None:
        async with queue.async_client() as client:
            job = await client.submit("vendor/model", {})
            await job.status()
            queue.fault("status", BROKEN, times=9)
            queue.fault("cancel", BROKEN, times=9)
            with pytest.raises(errors.PermissionDenied) as caught:
                await told(job)
            assert (caught.value.job, caught.value.request_id) == (job, "fake-1")
            assert caught.value.last_status == "in_queue"
            assert caught.value.may_be_billed

    asyncio.run(main())


@pytest.mark.parametrize("call", CALLS)
def test_a_job_without_a_token_to_ask_with_says_which_job_it_is(
    call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from runcomfy_runtime.client import RunComfy

    with RunComfy() as client:
        job = client.job("fake-1", Input)
        with pytest.raises(errors.MissingToken) as caught:
            CALLS[call](job)
    assert caught.value.job == job
    assert caught.value.request_id == "fake-1"
    assert caught.value.may_be_billed


def test_updates_that_lose_the_server_tell_the_last_state() -> None:
    queue = FakeQueue()
    queue.answer("*", queued=0, running=1e6)
    told: list[str] = []
    with queue.client() as client:
        job = client.submit("vendor/model", {})

        def follow() -> None:
            for update in job.updates():
                told.append(update.state)
                queue.fault("status", Lost(Reached.SENT, "cut"), times=500)

        with pytest.raises(errors.PollInterrupted) as caught:
            follow()
    assert told == ["in_progress"]
    assert caught.value.last_status == "in_progress"
    assert caught.value.job == job


def test_a_job_remembers_its_last_state_only_here(tmp_path: Path) -> None:
    import pickle

    queue = FakeQueue()
    with queue.client() as client:
        job = client.submit("vendor/model", {})
        before = pickle.dumps(job)
        job.status()
        assert pickle.dumps(job) == before


LOST_READ = Reply(fault="close")


def test_a_gateway_that_is_in_trouble_says_nothing_of_the_job(
    server: ScriptedServer, side: Side
) -> None:
    trouble = Reply({"status": "error", "message": "gateway"}, 502)
    server.on("status", lambda _: trouble if "cancel" in server.kinds else QUEUED)
    server.on("cancel", trouble)
    with pytest.raises(errors.JobTimeout) as caught:
        side.run(timeout=3)
    assert caught.value.outcome == "still_queued"
    assert caught.value.last_status == "in_queue"
    assert "result" not in server.kinds


@pytest.mark.parametrize(
    ("said", "outcome", "billed"),
    [
        ({"outcome": "cancelled"}, "cancelled", False),
        ({"outcome": "cancelled", "status": "in_queue"}, "cancelled", False),
        ({"outcome": "not_cancellable"}, "unknown", True),
        (
            {"outcome": "not_cancellable", "status": "in_progress"},
            "still_running",
            True,
        ),
    ],
)
def test_without_the_read_that_confirms_it_a_cancel_is_believed(
    server: ScriptedServer,
    side: Side,
    said: dict[str, Any],
    outcome: str,
    billed: bool,
) -> None:
    server.on("status", lambda _: LOST_READ if "cancel" in server.kinds else QUEUED)
    server.on("cancel", Reply({"request_id": REQUEST_ID, **said}))
    with pytest.raises(errors.JobTimeout) as caught:
        side.run(timeout=3)
    assert caught.value.outcome == outcome
    assert caught.value.may_be_billed is billed


QUEUED = status("in_queue")


@pytest.mark.parametrize("on_stop", ["cancel", "Detach", None])
def test_a_word_that_says_nothing_of_stopping_is_refused(
    server: ScriptedServer, side: Side, on_stop: Any
) -> None:
    with pytest.raises(errors.BadSetting, match="on_stop must be 'cancel_queued'"):
        side.run(on_stop=on_stop)
    assert server.seen == []
