"""Real processes, signals, forks, threads and event loops."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from runcomfy_runtime import errors
from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.testing import VirtualClock
from support.scripted_server import (
    REQUEST_ID,
    Reply,
    ScriptedServer,
    result,
    status,
    submitted,
)

TOKEN = "rc-0123456789-secret"
RUN = """
import sys
from runcomfy_runtime.client import RunComfy
with RunComfy(token="rc-0123456789-secret", base_url=sys.argv[1]) as client:
    client.run("vendor/model", {"prompt": "x"})
"""
RUN_ASYNC = """
import asyncio, sys
from runcomfy_runtime.async_client import AsyncRunComfy
async def main():
    async with AsyncRunComfy(token="rc-0123456789-secret", base_url=sys.argv[1]) as client:
        await client.run("vendor/model", {"prompt": "x"})
asyncio.run(main())
"""


@pytest.fixture
def ready(server: ScriptedServer) -> ScriptedServer:
    server.on("submit", submitted())
    server.on("status", status("completed"))
    server.on("result", result({"image": "https://files.runcomfy.net/a.png"}))
    return server


def until(condition: Any) -> None:
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen in ten seconds")


def start(script: str, url: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, url], stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("script", [RUN, RUN_ASYNC], ids=["sync", "async"])
def test_ctrl_c_cancels_a_queued_job_and_names_it(
    ready: ScriptedServer, script: str
) -> None:
    ready.on(
        "status", lambda _: status("cancelled" if ready.count("cancel") else "in_queue")
    )
    ready.on("cancel", Reply({"request_id": REQUEST_ID, "outcome": "cancelled"}))
    process = start(script, ready.url)
    until(lambda: ready.count("status") >= 2)  # so the first was read
    process.send_signal(signal.SIGINT)
    _, printed = process.communicate(timeout=20)
    assert "KeyboardInterrupt" in printed
    assert f"The RunComfy job {REQUEST_ID} is cancelled." in printed
    assert TOKEN not in printed
    assert ready.kinds[-2:] == ["cancel", "status"]
    assert ready.count("cancel") == 1


def test_ctrl_c_leaves_a_running_job_and_tells_its_token(ready: ScriptedServer) -> None:
    ready.on("status", status("in_progress"))
    process = start(RUN, ready.url)
    until(lambda: ready.count("status") >= 2)  # so that the first was read
    process.send_signal(signal.SIGINT)
    _, printed = process.communicate(timeout=20)
    assert (
        f"The RunComfy job {REQUEST_ID} is still running. Its token: rcjob1." in printed
    )
    assert ready.count("cancel") == 0


def test_a_second_ctrl_c_skips_the_clean_up(ready: ScriptedServer) -> None:
    ready.on("status", status("in_queue"))
    ready.on("cancel", Reply(fault="hang"))
    process = start(RUN, ready.url)
    until(lambda: ready.count("status") >= 2)  # so the first was read
    process.send_signal(signal.SIGINT)
    until(lambda: ready.count("cancel") == 1)
    process.send_signal(signal.SIGINT)
    _, printed = process.communicate(timeout=4)
    assert f"The RunComfy job {REQUEST_ID} is still queued." in printed


def test_ctrl_c_during_a_submit_says_that_it_may_be_running(
    ready: ScriptedServer,
) -> None:
    ready.on("submit", Reply(fault="hang"))
    process = start(RUN, ready.url)
    until(lambda: ready.count("submit") == 1)
    process.send_signal(signal.SIGINT)
    _, printed = process.communicate(timeout=20)
    assert "while a paid job was being submitted" in printed
    assert TOKEN not in printed
    assert ready.kinds == ["submit"]


def test_one_client_serves_one_event_loop_after_another(ready: ScriptedServer) -> None:
    client = AsyncRunComfy(token=TOKEN, base_url=ready.url)

    async def main() -> str:
        return (await client.run("vendor/model", {})).request_id

    assert [asyncio.run(main()) for _ in range(3)] == [REQUEST_ID] * 3
    gc.collect()  # a socket left open by a loop that is gone would be a warning, so an error


def test_a_cancelled_task_cancels_the_queued_job(ready: ScriptedServer) -> None:
    ready.on(
        "status", lambda _: status("cancelled" if ready.count("cancel") else "in_queue")
    )
    ready.on("cancel", Reply({"request_id": REQUEST_ID, "outcome": "cancelled"}))

    async def main() -> None:
        async with AsyncRunComfy(token=TOKEN, base_url=ready.url) as client:
            async with asyncio.timeout(0.3):
                await client.run("vendor/model", {})

    with pytest.raises(TimeoutError):
        asyncio.run(main())
    assert ready.kinds[-2:] == ["cancel", "status"]


def test_a_task_cancelled_during_its_submit_still_learns_the_id(
    ready: ScriptedServer,
) -> None:
    started = threading.Event()
    released = threading.Event()

    def slow() -> None:
        started.set()
        released.wait(5)

    ready.on("submit", Reply({"request_id": REQUEST_ID}, before=slow))
    ready.on("cancel", Reply({"request_id": REQUEST_ID, "outcome": "cancelled"}))
    ready.on("status", status("cancelled"))

    async def main() -> None:
        async with AsyncRunComfy(token=TOKEN, base_url=ready.url) as client:
            task = asyncio.create_task(client.run("vendor/model", {}))
            while not started.is_set():
                await asyncio.sleep(0.01)
            task.cancel()
            asyncio.get_running_loop().call_later(0.1, released.set)
            with pytest.raises(asyncio.CancelledError) as caught:
                await task
            assert f"job {REQUEST_ID} is cancelled" in caught.value.__notes__[0]

    asyncio.run(main())
    assert ready.kinds == ["submit", "cancel", "status"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_client_goes_on_in_a_forked_child_and_in_its_parent(
    ready: ScriptedServer,
) -> None:
    client = RunComfy(token=TOKEN, base_url=ready.url)
    client.run("vendor/model", {})
    child = os.fork()
    if child == 0:
        done = client.run("vendor/model", {}).request_id == REQUEST_ID
        os._exit(0 if done else 1)
    _, code = os.waitpid(child, 0)
    assert code == 0
    assert client.run("vendor/model", {}).request_id == REQUEST_ID
    assert ready.count("submit") == 3
    client.close()


def test_many_threads_share_a_client(ready: ScriptedServer) -> None:
    done: list[str] = []
    with RunComfy(token=TOKEN, base_url=ready.url, clock=VirtualClock()) as client:

        def work() -> None:
            for _ in range(5):
                done.append(client.run("vendor/model", {}).request_id)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(done) == ready.count("submit") == 40


def test_a_connection_that_the_server_closed_is_not_reused(
    ready: ScriptedServer,
) -> None:
    with RunComfy(token=TOKEN, base_url=ready.url) as client:
        client.run("vendor/model", {})
        for connection in list(ready.open):
            connection.shutdown(2)
        until(lambda: not ready.open)
        assert client.run("vendor/model", {}).request_id == REQUEST_ID
    assert ready.count("submit") == 2


IMPORTED = """
import sys, time
import runcomfy_runtime.client
heavy = {"httpx", "httpcore", "pydantic", "pydantic_core", "asyncio", "sqlite3", "logging"}
print(sorted(heavy & set(sys.modules)))
"""


def test_importing_the_client_loads_nothing_heavy() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", IMPORTED],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert answer.stdout.strip() == "[]"


def test_no_traceback_shows_the_token_even_with_its_locals(
    ready: ScriptedServer,
) -> None:
    import traceback

    ready.on("submit", Reply(fault="reset"))
    with RunComfy(token=TOKEN, base_url=ready.url) as client:
        with pytest.raises(errors.SubmitOutcomeUnknown) as caught:
            client.run("vendor/model", {"prompt": "x"})
        with pytest.raises(errors.BadJobToken) as other:
            client.job("a/b")
    for error in (caught.value, other.value):
        answer = "".join(
            traceback.TracebackException.from_exception(
                error, capture_locals=True
            ).format()
        )
        assert TOKEN not in answer
        assert TOKEN not in repr(vars(error))
    assert TOKEN not in repr(client)


def test_a_token_is_not_pickled() -> None:
    import pickle

    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(RunComfy(token=TOKEN)._driver.config.settings)


def test_the_proxy_of_the_environment_is_used(
    ready: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", ready.url)
    monkeypatch.setenv("no_proxy", "elsewhere")
    with RunComfy(token=TOKEN, base_url="http://inside") as client:
        with pytest.raises(errors.ApiError):
            client.submit("vendor/model", {})
    assert ready.seen[0].path == "http://inside/v1/models/vendor/model"
