"""A process that was stopped for longer than its lease sends nothing that others have taken over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from runcomfy_runtime.client import RunComfy
from runtime.specimen import good
from support.cutting_proxy import CuttingProxy
from support.postgres import PostgresServer
from support.scripted_server import ScriptedServer, result, status, submitted

TOKEN = "rc-0123456789-secret"
LEASE = 1.0
PROGRAM = """
import asyncio, os, signal, sys
from runcomfy_runtime import retry_and_timeouts as times
times.LEASE, times.LEASE_RENEWAL = 1.0, 0.25
from runtime.specimen import good
from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.client import RunComfy
side, moment, name, journal, url = sys.argv[1:]
port, stopped = int(url.rpartition(":")[2]), []
def stop(event, details):
    if event == "socket.connect" and details[1][1] == port and not stopped:
        stopped.append(True)
        os.kill(os.getpid(), signal.SIGSTOP)
if moment == "connect":
    sys.addaudithook(stop)
settings = dict(token="rc-0123456789-secret", base_url=url, journal=journal, media_checks="off")
inputs, options = [good(tags=[name])], dict(name=name, return_exceptions=True)
async def main():
    async with AsyncRunComfy(**settings) as client:
        async for made in client.map(inputs, **options):
            print(getattr(made, "request_id", repr(made)))
if side == "async":
    asyncio.run(main())
else:
    with RunComfy(**settings) as client:
        for made in client.map(inputs, **options):
            print(getattr(made, "request_id", repr(made)))
"""
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}


def is_stopped(process: subprocess.Popen[str]) -> bool:
    line = Path(f"/proc/{process.pid}/stat").read_text()
    return line.rpartition(")")[2].split()[0] == "T"


def wait_for(condition: Any) -> None:
    limit = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.02)


def test_a_stopped_process_sends_nothing_that_was_taken_over(
    postgres: PostgresServer, server: ScriptedServer
) -> None:
    """Stopped while its intent is committed, and while it connects to send the request."""
    url = postgres.new_schema()
    schema = url.rpartition("%3D")[2]
    ids = iter(f"req-{number}" for number in range(1, 99))
    server.on("submit", lambda _: submitted(next(ids)))
    server.on("status", status("completed"))
    server.on("result", result({"image": "https://files.runcomfy.net/a.png"}))
    places = [("sync", "intent"), ("sync", "connect"), ("async", "connect")]
    running: dict[str, subprocess.Popen[str]] = {}
    with CuttingProxy(postgres.port) as proxy:

        def stop_at_intent(content: bytes) -> str:
            if b"INSERT INTO runcomfy_job" in content and b"'sync-intent'" in content:
                process = running["sync-intent"]
                if not is_stopped(process):
                    process.send_signal(signal.SIGSTOP)
            return ""

        proxy.cut = stop_at_intent
        through = url.replace(f":{postgres.port}/", f":{proxy.port}/")
        for side, moment in places:
            name = f"{side}-{moment}"
            running[name] = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    PROGRAM,
                    side,
                    moment,
                    name,
                    through,
                    server.url,
                ],
                env=ENVIRONMENT,
                stdout=subprocess.PIPE,
                text=True,
            )
        try:
            for process in running.values():
                wait_for(lambda process=process: is_stopped(process))
            proxy.cut = lambda _: ""
            take_over(postgres, schema, url, server, [*running])
            paid = server.count("submit")
            assert paid == len(places)
            time.sleep(2 * LEASE)  # by the clock of the processes, too
            for process in running.values():
                process.send_signal(signal.SIGCONT)
            for process in running.values():
                output, _ = process.communicate(timeout=60)
                assert process.returncode == 0
                assert output.startswith("req-")
        finally:
            for process in running.values():
                process.kill()
                process.wait()
    assert server.count("submit") == paid


def take_over(
    postgres: PostgresServer,
    schema: str,
    url: str,
    server: ScriptedServer,
    names: list[str],
) -> None:
    """As if hours had passed: a person settles the intents, and another process sends them."""
    postgres.execute(
        f"UPDATE {schema}.runcomfy_job SET lease_until = lease_until - 9999"
    )
    postgres.execute(
        f"UPDATE {schema}.runcomfy_runner SET lease_until = lease_until - 9999"
    )
    with RunComfy(
        token=TOKEN, base_url=server.url, journal=url, media_checks="off"
    ) as client:
        for name in names:
            (entry,) = client.batch(name).unknown()
            client.journal.settle(entry.reference, accepted=False)
            (made,) = client.map([good(tags=[name])], name=name)
            assert made.request_id.startswith("req-")
