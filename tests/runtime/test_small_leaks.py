"""Small leaks: secrets in reprs and tracebacks, clocks set back, copies, odd base URLs."""

from __future__ import annotations

import asyncio
import copy
import pickle
import traceback
from pathlib import Path
from typing import Any

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.files import files
from runcomfy_runtime.testing import VirtualClock
from runtime.side import OUTPUT, TOKEN, Side
from runtime.specimen import good
from support.scripted_server import REQUEST_ID, Reply, ScriptedServer

GONE = Reply({"error_code": 404001, "error_message": "expired"}, 404)


class SetBack(VirtualClock):
    """A clock whose calendar is an hour behind that of the machine that submitted."""

    def today(self) -> float:
        return super().today() - 3600


@pytest.mark.parametrize("ago", [0.0, 60.0, 3000.0])
def test_a_clock_that_was_set_back_makes_no_job_young_again(
    server: ScriptedServer, ago: float
) -> None:
    server.on("submit", Reply({"request_id": REQUEST_ID}))
    server.on("status", GONE)
    with RunComfy(token=TOKEN, base_url=server.url, clock=VirtualClock()) as client:
        token = client.submit("vendor/model", {}).token()
    clock = SetBack()
    clock.sleep(ago)
    with RunComfy(token=TOKEN, base_url=server.url, clock=clock) as client:
        with pytest.raises(errors.NotFound):
            client.job(token).status()
    assert server.count("status") == 1


@pytest.mark.parametrize("kind", ["status", "result"])
def test_bytes_after_an_answer_are_not_the_next_answer(
    server: ScriptedServer, side: Side, kind: str
) -> None:
    body = b'{"status": "completed", "output": {"image": "twice"}}'
    extra = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    length = {"Content-Length": str(len(body)), "X-Kind": kind}
    server.on(kind, Reply(body + extra, 200, length))
    done = side.run()
    assert done.output == (OUTPUT if kind == "status" else {"image": "twice"})
    assert server.kinds == ["submit", "status", "result"]


def test_the_repr_of_a_file_hides_its_signed_query() -> None:
    (file,) = files({"image": "https://h.runcomfy.net/a.png?sig=SECRET&x=1"})
    shown = repr((file, [file], {"file": file}))
    assert "SECRET" not in shown
    assert "https://h.runcomfy.net/a.png?…" in shown
    assert "SECRET" not in f"{file} {file!s}"
    assert file.url.endswith("SECRET&x=1")


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, RuntimeError])
@pytest.mark.parametrize("place", ["write", "read"])
def test_no_traceback_shows_the_token_when_sending_fails(
    server: ScriptedServer,
    side: Side,
    monkeypatch: pytest.MonkeyPatch,
    error: type[BaseException],
    place: str,
) -> None:
    import httpcore
    from httpcore._backends.anyio import AnyIOStream
    from httpcore._backends.sync import SyncStream

    def fail(_: Any, data: Any, *rest: Any, **more: Any) -> Any:
        raise error("the wire") from httpcore.WriteError("inner")

    async def fail_async(_: Any, data: Any, *rest: Any, **more: Any) -> Any:
        fail(_, data)

    monkeypatch.setattr(SyncStream, place, fail)
    monkeypatch.setattr(AnyIOStream, place, fail_async)
    with pytest.raises(error, match="the wire") as caught:
        side.look()
    told = traceback.TracebackException.from_exception(
        caught.value, capture_locals=True
    )
    assert TOKEN not in "".join(told.format())


def test_a_client_can_be_copied_deeply_after_use(server: ScriptedServer) -> None:
    server.on("submit", Reply({"request_id": REQUEST_ID}))
    server.on("status", Reply({"status": "completed"}))
    server.on("result", Reply({"status": "succeeded", "output": OUTPUT}))
    with RunComfy(token=TOKEN, base_url=server.url) as client:
        client.run("vendor/model", {})
        twin = copy.deepcopy({"client": client})["client"]
    with twin:
        assert twin.run("vendor/model", {}).output == OUTPUT

    async def run() -> Any:
        async with AsyncRunComfy(token=TOKEN, base_url=server.url) as first:
            await first.run("vendor/model", {})
            async with copy.deepcopy(first) as second:
                return await second.run("vendor/model", {})

    assert asyncio.run(run()).output == OUTPUT


def test_a_result_can_be_pickled_and_copied_after_use(
    server: ScriptedServer, side: Side, tmp_path: Path
) -> None:
    done = side.run()
    back = pickle.loads(pickle.dumps(done))
    assert (back.output, back.raw, back.files) == (done.output, done.raw, done.files)
    assert (back.request_id, back.model_id) == (done.request_id, done.model_id)

    async def download() -> Any:
        return await back.download(tmp_path)

    with pytest.raises(errors.NotConfigured, match="unpickled"):
        asyncio.run(download())
    for twin in (copy.copy(done), copy.deepcopy(done)):
        assert twin.output == done.output
        assert twin._driver is done._driver
    assert copy.deepcopy(done).raw is not done.raw


def test_a_result_of_a_batch_keeps_its_input_when_it_is_pickled_or_copied(
    side: Side,
) -> None:
    done = side.map()
    for twin in (
        *(pickle.loads(pickle.dumps(done)), copy.copy(done), copy.deepcopy(done)),
    ):
        assert (twin.index, twin.input) == (0, good())


def test_the_variables_of_the_official_tools_are_read(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.on("submit", Reply({"request_id": REQUEST_ID}))
    monkeypatch.setenv("RUNCOMFY_API_KEY", TOKEN)
    monkeypatch.setenv("RUNCOMFY_MODEL_API_BASE", f"{server.url}/v1")
    with RunComfy() as client:
        client.submit("vendor/model", {})
    seen = server.seen[0]
    assert (seen.path, seen.headers["authorization"]) == (
        "/v1/models/vendor/model",
        f"Bearer {TOKEN}",
    )
    monkeypatch.setenv("RUNCOMFY_BASE_URL", "http://127.0.0.1:9")
    assert RunComfy()._driver.config.settings.server() == "http://127.0.0.1:9"


@pytest.mark.parametrize(
    "url", ["https://api.runcomfy.net", "https://API.runcomfy.net/prod/v1/"]
)
def test_a_base_url_of_the_serverless_api_gets_a_hint(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    with pytest.raises(errors.BadSetting, match="serverless.*model-api"):
        RunComfy(token=TOKEN, base_url=url)
    monkeypatch.setenv("RUNCOMFY_BASE_URL", url)
    with pytest.raises(errors.BadSetting, match=r"serverless.*RUNCOMFY_BASE_URL"):
        RunComfy(token=TOKEN).submit("vendor/model", {})


DOTS = [
    "evil。com",
    "evil．com",
    "evil｡com",
    "evil。localhost",
    "ｌocalhost",
    "ünïcode",
]


@pytest.mark.parametrize("host", DOTS)
def test_a_name_with_a_dot_in_disguise_is_not_this_machine(host: str) -> None:
    with pytest.raises(errors.BadSetting, match="https"):
        RunComfy(token=TOKEN, base_url=f"http://{host}")


@pytest.mark.parametrize("host", ["localhost:1", "sandbox", "a.localhost", "[::1]:8"])
def test_this_machine_and_containers_may_use_plain_http(host: str) -> None:
    client = RunComfy(token=TOKEN, base_url=f"http://{host}")
    assert host in repr(client)
