"""What a job costs: ours, by hand, and other queue clients.

    python benchmarks/lifecycle.py               # every table
    python benchmarks/lifecycle.py core speed    # some of them

fal-client, replicate and openai take part where they are installed; everything runs against
``lifecycle_stub.py`` on loopback, in the same run. ``faults.py`` shows what a fault costs.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lifecycle_clients import installed, server

ROUNDS, CYCLES = 7, 200


def core() -> None:
    """The whole of ``run`` on a transport that answers at once."""
    from runcomfy_runtime.client import RunComfy
    from runcomfy_runtime.lifecycle.run import JobProgress, run
    from runcomfy_runtime.retry_and_timeouts import FOREVER
    from runcomfy_runtime.submission import prepare_submission
    from runcomfy_runtime.transport import Outcome, Request, Response

    answers = {
        "status": Response(200, {}, b'{"request_id": "r1", "status": "completed"}'),
        "result": Response(
            200, {}, b'{"status": "completed", "output": {"image": "x"}}'
        ),
    }
    taken = Response(200, {}, b'{"request_id": "r1"}')

    class Instant:
        def send(self, request: Request) -> Outcome:
            return answers.get(request.url[-6:], taken)

    client = RunComfy(token="t", base_url="https://api.test", transport=Instant())
    whole = lambda: client.run("v/m", {"prompt": "x"})  # noqa: E731
    driver = client._driver
    call = prepare_submission("v/m", {"prompt": "x"}).submission
    flow = lambda: driver.drive(  # noqa: E731
        run(driver.config.flow_context(), call, JobProgress(), FOREVER, cancel=True)
    )
    for name, function in (
        ("flow and driver", flow),
        ("run, from payload to result", whole),
    ):
        _row(name, f"{_least(function):.1f} us of CPU a job", "budget 25")
    for name, function in _core_parts(driver, taken, list(answers.values())):
        _row(f"of it: {name}", f"{_least(function):.1f} us")


def _core_parts(
    driver: Any, taken: Any, reads: list[Any]
) -> list[tuple[str, Callable[[], object]]]:
    """What a job does for safety, and what any client does: each as often as in one job."""
    from runcomfy_runtime.interrupt import HoldInterrupts
    from runcomfy_runtime.lifecycle.concurrency import RateLimiter
    from runcomfy_runtime.lifecycle.steps import api_request
    from runcomfy_runtime.protocol import read_status
    from runcomfy_runtime.responses import json_value
    from runcomfy_runtime.retry_and_timeouts import FOREVER
    from runcomfy_runtime.transport import redact

    context, answers = driver.config.flow_context(), [taken, *reads]
    url = context.base_url + "/v1/requests/r1/status"

    def hold() -> None:
        with HoldInterrupts() as interrupts:
            pass
        interrupts.deliver()

    def limit() -> None:
        limiter = RateLimiter()
        list(limiter.acquire(context, FOREVER))
        limiter.release()

    values: list[Any] = [json_value(answer) for answer in reads]
    return [
        ("three answers, from bytes to JSON", lambda: [*map(json_value, answers)]),
        ("three requests", lambda: [_ask(api_request, context, url) for _ in "123"]),
        ("status and result, read", lambda: [read_status("r1", v) for v in values]),
        ("holding Ctrl-C back", hold),
        ("redacting three answers", lambda: [redact(a, context.token) for a in answers]),
        ("rate limiter and slot", limit),
    ]  # fmt: skip


def _ask(api_request: Any, context: Any, url: str) -> object:
    return api_request(context, "GET", url, None, 30.0)


def _least(call: Callable[[], object]) -> float:
    return min(_per_call(call, 2000)[1] for _ in range(ROUNDS))


def _per_call(call: Any, times: int) -> tuple[float, float]:
    """Microseconds a call: on the wall clock, and of this process's CPU."""
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(times):
        call()
    spent = time.perf_counter() - wall, time.process_time() - cpu
    return spent[0] / times * 1e6, spent[1] / times * 1e6


def speed(url: str) -> None:
    """Submit, status and result over loopback, all clients by turns; the least of all rounds."""
    clients = installed(url)
    for client in clients:
        client.cycle()
    times: dict[str, list[tuple[float, float]]] = {
        client.name: [] for client in clients
    }
    for _ in range(ROUNDS):
        for client in clients:
            times[client.name].append(_per_call(client.cycle, CYCLES))
    least = {
        name: [min(column) for column in zip(*taken, strict=True)]
        for name, taken in times.items()
    }
    base = least[clients[0].name]
    _row("client", "wall, us", "CPU, us", "wall / by hand", "CPU / by hand")
    for name, (wall, cpu) in least.items():
        shares = (f"{wall / base[0]:.2f}", f"{cpu / base[1]:.2f}")
        _row(name, f"{wall:.0f}", f"{cpu:.0f}", *shares)


def imports() -> None:
    """A cold import in a fresh process, bytecode cached."""
    root = Path(__file__).parent.parent
    paths = f"import sys; sys.path[:0] = [{str(root / 'generated')!r}, {str(root / 'runtime')!r}]"
    modules = (
        "runcomfy_client",
        "runcomfy_runtime.client",
        "httpx",
        "fal_client",
        "replicate",
    )
    for module in (*modules, "openai"):
        script = f"{paths}; import time; t = time.perf_counter(); import {module}; "
        script += "print((time.perf_counter() - t) * 1000, len(sys.modules))"
        _told(script)  # writes the bytecode
        told = [_told(script) for _ in range(ROUNDS)]
        if told[0] is not None:
            taken = [float(line.split()[0]) for line in told if line]
            count = told[0].split()[1]
            figure = f"{statistics.median(taken):6.1f} ms (min {min(taken):.1f})"
            _row(f"import {module}", figure, f"{count} modules")


def _told(script: str) -> str | None:
    cached = {
        "PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir(), "lifecycle-bytecode"))
    }
    environment = {**os.environ, **cached, "PYTHONDONTWRITEBYTECODE": ""}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    return done.stdout if done.returncode == 0 else None


def many() -> None:
    """``map`` of 256 jobs on our sandbox, beside httpx doing the same, by turns."""
    from lifecycle_batch import JOBS, PAIRS, REQUESTS, requests_of, sandbox

    _row(f"{JOBS} jobs", "httpx by hand", "map", "a request more", "target")
    with sandbox() as url:
        for pair in PAIRS:
            assert requests_of(pair, url) == JOBS * REQUESTS
            taken = [(pair.by_hand(url), pair.ours(url)) for _ in range(ROUNDS)]
            by_hand, ours = (
                min(times) / (JOBS * REQUESTS) * 1e6
                for times in zip(*taken, strict=True)
            )
            figures = (
                f"{by_hand:.0f} us",
                f"{ours:.0f} us",
                f"{ours - by_hand:+.0f} us",
            )
            _row(pair.name, *figures, "under 1000 us")


def waiting() -> None:
    """What 1,000 jobs in flight cost a client that waits for them."""
    from lifecycle_waiting import waiting as measured

    measured()


def journal() -> None:
    """``map`` with a journal at concurrency 8, beside httpx, on a disk of 1 ms a sync."""
    from lifecycle_batch import sandbox
    from slow_disk import SlowDisk

    if not SlowDisk.available():
        print("needs Linux and a C compiler")
        return
    script = Path(__file__).with_name("lifecycle_journal.py")
    _row("client", "by hand", "with journal", "ratio", "syncs a job", "aim")
    for side, aim in (("sync", 1.7), ("async", 1.2)):
        disk = SlowDisk()
        with sandbox() as url:
            command = [sys.executable, script, side, url]
            done = subprocess.run(
                command,
                env=disk.environment(),
                capture_output=True,
                text=True,
                check=True,
            )
        hand, ours, jobs = map(float, done.stdout.split())
        figures = f"{hand:.0f} us", f"{ours:.0f} us", f"{ours / hand:.2f}"
        _row(side, *figures, f"{disk.syncs() / jobs:.2f}", f"{aim}, 0.5 syncs")


def _row(*cells: str) -> None:
    print("| " + " | ".join(cells) + " |", flush=True)


def main(tables: list[str]) -> None:
    """Print the tables that are asked for, or all."""
    every = ["core", "speed", "imports", "many", "journal", "waiting"]
    wanted = tables or every
    with server() as url:
        for table in wanted:
            print(f"\n## {table}\n")
            function = globals()[table]
            function(url) if table == "speed" else function()


if __name__ == "__main__":
    main(sys.argv[1:])
