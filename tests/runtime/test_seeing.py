"""Seeing what goes on: hooks, the logger, the fake queue, and what never shows."""

from __future__ import annotations

import asyncio
import logging
import pickle
from pathlib import Path
from typing import Any

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.escaping import printable, quoted
from runcomfy_runtime.lifecycle.steps import Retry
from runcomfy_runtime.media.data_uri import inline
from runcomfy_runtime.observer import Exchanged, Hooks
from runcomfy_runtime.report import Problem, Report
from runcomfy_runtime.testing import FakeQueue, VirtualClock
from runcomfy_runtime.transport import Response
from runtime.specimen import Input, good

TOKEN = "rc-0123456789-secret"


def test_hooks_see_every_request_and_retry() -> None:
    queue, requests, retries = FakeQueue(), list[Exchanged](), list[Retry]()
    queue.fault("status", Response(503), times=2)
    hooks = Hooks(on_request=requests.append, on_retry=retries.append)
    with queue.client(hooks=hooks) as client:
        client.run("vendor/model", {})
    assert len(requests) == len(queue.requests)
    assert [request.status for request in requests[:3]] == [200, 503, 503]
    assert [(retry.doing, retry.reason, retry.attempt) for retry in retries] == [
        ("reading the status", "HTTP 503", 1),
        ("reading the status", "HTTP 503", 2),
    ]


def test_a_hook_that_fails_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: Any) -> None:
        raise RuntimeError("my hook")

    queue = FakeQueue()
    queue.fault("status", Response(503))
    with queue.client(hooks=Hooks(on_request=fail, on_retry=fail)) as client:
        assert client.run("vendor/model", {}).request_id == "fake-1"
    assert "my hook" in caplog.text


def test_the_log_tells_the_story_without_the_token(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "runcomfy")
    queue = FakeQueue()
    queue.fault("status", Response(503))
    with queue.client(token=TOKEN) as client:
        client.run("vendor/model", {"prompt": "private"})
    assert {record.name for record in caplog.records} == {"runcomfy"}
    assert "job fake-1 accepted by vendor/model" in caplog.text
    assert "reading the status: HTTP 503" in caplog.text
    assert TOKEN not in caplog.text
    assert "private" not in caplog.text


def test_a_signed_url_is_told_without_its_query(tmp_path: Path) -> None:
    queue, requests = FakeQueue(), list[Exchanged]()
    queue.answer("*", output={"image": "https://files.runcomfy.net/a.png?sig=secret"})
    with queue.client(hooks=Hooks(on_request=requests.append)) as client:
        made = client.run("vendor/model", {})
        with pytest.raises(errors.DownloadError) as caught:
            made.download(tmp_path)
    assert "secret" not in repr(made)
    assert "secret" not in str(requests)
    assert "secret" not in str(caught.value) + caught.value.url


def test_the_fake_queue_takes_no_real_time() -> None:
    queue = FakeQueue()
    queue.answer(
        "vendor/specimen/edit", output={"image": "x"}, queued=600, running=3000
    )
    with queue.client() as client:
        assert client.run(good(), timeout=None).output.image == "x"
    assert queue.clock.now() >= 3600
    assert len(queue.clock.slept) < 1000
    assert queue.jobs["fake-1"].payload == good().payload()


def test_the_fake_queue_serves_both_clients() -> None:
    queue = FakeQueue()

    async def main() -> str:
        return (await queue.async_client().run("vendor/model", {})).request_id

    assert asyncio.run(main()) == "fake-1"
    with queue.client() as client:
        assert client.job("fake-1", Input).status().state == "completed"
        assert not client.job("fake-1").cancel().cancelled
        with pytest.raises(errors.NotFound):
            client.job("fake-2").cancel()


def test_a_coroutine_that_listens_is_awaited() -> None:
    queue, printed = FakeQueue(), list[str]()

    async def listen(update: Any) -> None:
        await asyncio.sleep(0)
        printed.append(update.state)

    async def main() -> None:
        await queue.async_client().run("vendor/model", {}, on_update=listen)

    asyncio.run(main())
    assert printed == ["in_queue", "in_progress", "completed"]


def test_sleepers_of_a_virtual_clock_wake_in_their_order() -> None:
    clock, woke = VirtualClock(), list[int]()

    async def sleep(seconds: int) -> None:
        await clock.sleep_async(seconds)
        woke.append(seconds)

    async def main() -> None:
        await asyncio.gather(*[sleep(seconds) for seconds in (30, 10, 20)])

    asyncio.run(main())
    assert (woke, clock.now()) == ([10, 20, 30], 30)


def test_cost_is_asked_for_when_wanted() -> None:
    queue = FakeQueue()
    with queue.client(include_cost=True) as client:
        made = client.run("vendor/model", {})
    assert queue.requests[-1].url.endswith("/result?include_cost=true")
    assert made.cost is None
    made.raw["cost"] = 1
    assert made.cost == 1.0


@pytest.mark.parametrize(
    "output", [None, "https://a/b.png", ["https://a/b.png"], 5, {"image": 7}]
)
def test_an_output_that_does_not_fit_is_a_result_all_the_same(output: Any) -> None:
    queue = FakeQueue()
    queue.answer("*", output=output)
    with queue.client() as client:
        typed, untyped = client.run(good()), client.run("vendor/model", {})
    assert typed.raw["output"] == untyped.raw["output"] == output
    assert [file.url for file in typed.files] == (
        ["https://a/b.png"] if "b.png" in str(output) else []
    )


ERRORS = [
    errors.InputRejected(
        Report((Problem(pointer="/a", code="type", message="m"),)), "v/m"
    ),
    errors.RateLimited("m", http_status=429, retry_after=3.0),
    errors.SubmitOutcomeUnknown("m", sent_at=1.0, payload_sha256="0", accepted=True),
    errors.JobFailed("m", code=5, error={"a": 1}),
    errors.JobTimeout("m", outcome="cancelled"),
    errors.PollInterrupted("m"),
    errors.NotSent("m"),
    errors.DownloadError("m", url="u"),
    errors.BadSetting("m"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_every_error_pickles_whole(error: errors.RunComfyError) -> None:
    error.request_id, error.last_status = "r", "in_queue"
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert (str(copy), vars(copy)) == (str(error), vars(error))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("a\u202eb", "a\\u202eb"),
        ("a\nb", "a\\x0ab"),
        ("é漢", "é漢"),
    ],
)
def test_foreign_text_is_printed_without_its_controls(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_inline_data_is_not_quoted() -> None:
    assert (
        quoted("data:image/png;base64," + "QUJD" * 1000) == '"data:image/png;base64,…"'
    )


def test_a_file_becomes_a_data_uri(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG")
    assert inline(path) == "data:image/png;base64,iVBORw=="


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("a.png", None, "does not exist"),
        ("a.png", b"", "is empty"),
        ("a.txt", b"x", "does not say image, video or audio"),
        ("a.png", bytes(6 * 1024 * 1024 + 1), "larger than 6 MiB"),
    ],
)
def test_what_cannot_be_inlined_is_refused(
    tmp_path: Path, name: str, content: bytes | None, text: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(errors.InputRejected, match=text):
        inline(path)
