"""One batch in many processes: jobs per second, time per commit, and the cost of a job.

    python benchmarks/many.py                  # every table
    python benchmarks/many.py speed commits    # some of them

Against a sandbox in its own process, with a PostgreSQL server in a temporary folder. Without
PostgreSQL only the journal in a file is measured.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

sys.path.append(str(Path(__file__).parent.parent / "tests"))

from lifecycle_batch import HEADERS, MODEL_ID, TOKEN, Input, sandbox

from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.client_config import open_journal
from runcomfy_runtime.lifecycle.steps import Intent
from sandbox import INPUT
from support.postgres import PostgresServer, missing

JOBS = int(os.environ.get("MANY_JOBS", "600"))
PROCESSES = (1, 2, 4)
CONCURRENCY = 16
COMMITS = 300
THREADS = 4


def inputs(count: int) -> Iterator[Input]:
    """The inputs of a batch, no two alike."""
    for number in range(count):
        yield Input(image_urls=INPUT["image_urls"], prompt=f"boat {number}")  # type: ignore[arg-type]


def work(url: str, journal: str, count: int) -> None:
    """One process of a batch: prints when it begins and ends, and its CPU in seconds."""
    with RunComfy(
        token=TOKEN, base_url=url, media_checks="off", journal=journal
    ) as client:
        client.batch("many").counts()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        began, cpu = time.time(), time.process_time()
        batch = client.map(inputs(count), name="many", concurrency=CONCURRENCY)
        done = sum(1 for _ in batch)
        cpu = time.process_time() - cpu
        sys.stdout.write(f"{began} {time.time()} {cpu} {done}\n")


def timed(url: str, journal: str, processes: int, count: int) -> tuple[float, float]:
    """Jobs per second of a batch, and milliseconds of CPU a job."""
    command = [sys.executable, __file__, "--work", url, journal, str(count)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    running: list[Any] = [subprocess.Popen(command, **pipes) for _ in range(processes)]  # type: ignore[call-overload]
    for process in running:
        assert process.stdout.readline() == "ready\n"
    for process in running:
        process.stdin.write("go\n")
        process.stdin.flush()
    rows = [list(map(float, each.communicate()[0].split())) for each in running]
    seconds = max(row[1] for row in rows) - min(row[0] for row in rows)
    return count / seconds, sum(row[2] for row in rows) / count * 1e3


@contextmanager
def stores() -> Iterator[list[tuple[str, Any]]]:
    """The names of the stores, and for each a function that returns a new, empty journal."""
    with tempfile.TemporaryDirectory() as folder:
        numbers = iter(range(1000))
        kept: list[tuple[str, Any]] = [
            ("SQLite", lambda: str(Path(folder, f"{next(numbers)}.db")))
        ]
        if missing():
            print(f"(without PostgreSQL: {missing()})")
            yield kept
            return
        server = PostgresServer()
        try:
            server.start()
            yield [*kept, ("PostgreSQL", server.new_database)]
        finally:
            server.remove()


def speed() -> None:
    """Jobs per second of one batch. With a file, every process reads every result."""
    _row("store", *(f"{count} processes" for count in PROCESSES))
    with stores() as kept, sandbox() as url:
        for name, new in kept:
            cells = []
            for count in PROCESSES:
                rate, cpu = timed(url, new(), count, JOBS)
                cells.append(f"{rate:.0f} jobs/s, {cpu:.1f} ms of CPU a job")
            _row(name, *cells)


def commits() -> None:
    """Milliseconds to commit an intent: alone, and in several threads at once."""
    _row("store", "one thread, median", f"{THREADS} threads, commits per second")
    with stores() as kept:
        for name, new in kept:
            journal: Any = open_journal(new())
            journal.entries()
            alone = [_commit(journal, f"a{number}") for number in range(COMMITS)]
            began = time.perf_counter()
            threads = [
                threading.Thread(target=_commit_many, args=(journal, f"t{number}"))
                for number in range(THREADS)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            rate = THREADS * COMMITS / (time.perf_counter() - began)
            journal.close()
            figures = statistics.median(alone) * 1e3, min(alone) * 1e3
            _row(name, "{:.2f} ms (least {:.2f})".format(*figures), f"{rate:.0f}")


def _commit(journal: Any, reference: str) -> float:
    began = time.perf_counter()
    journal.note(Intent(reference, "v/m", "0" * 64, 1.0, submit_timeout=30.0))
    return time.perf_counter() - began


def _commit_many(journal: Any, name: str) -> None:
    for number in range(COMMITS):
        _commit(journal, f"{name}/{number}")


def database() -> None:
    """What a job costs the database: transactions, log, CPU. The machine's load does not matter."""
    if missing():
        print(f"(needs PostgreSQL: {missing()})")
        return
    _row("processes", "transactions a job", "WAL, bytes a job", "CPU, ms a job")
    server = PostgresServer()
    try:
        server.start()
        with sandbox() as url:
            for count in PROCESSES:
                journal = server.new_database()
                before = _used(server, journal)
                timed(url, journal, count, JOBS)
                used = [
                    (after - first) / JOBS
                    for first, after in zip(before, _used(server, journal), strict=True)
                ]
                cells = (f"{used[0]:.1f}", f"{used[1]:.0f}", f"{used[2] * 1e3:.2f}")
                _row(str(count), *cells)
    finally:
        server.remove()


def _used(server: PostgresServer, journal: str) -> tuple[float, float, float]:
    """Transactions and WAL bytes of a database so far, and CPU seconds of its server."""
    name = journal.rpartition("/")[2]
    ((commits, written),) = server.execute(
        "SELECT xact_commit, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') "
        f"FROM pg_stat_database WHERE datname = '{name}'"
    )
    return float(commits), float(written), server.cpu_seconds()


def cost() -> None:
    """Milliseconds a job of one process: httpx by hand, and a batch on each store."""
    _row("client", "wall, ms a job", "CPU, ms a job")
    with stores() as kept, sandbox() as url:
        wall, cpu = _by_hand(url)
        _row("httpx by hand", f"{wall:.2f}", f"{cpu:.2f}")
        for name, new in [("no journal", None), *kept]:
            if new is None:
                with RunComfy(token=TOKEN, base_url=url, media_checks="off") as client:
                    began, used = time.perf_counter(), time.process_time()
                    list(client.map(inputs(JOBS), concurrency=CONCURRENCY))
                    wall = (time.perf_counter() - began) / JOBS * 1e3
                    cpu = (time.process_time() - used) / JOBS * 1e3
            else:
                rate, cpu = timed(url, new(), 1, JOBS)
                wall = 1e3 / rate
            _row(f"map, {name}", f"{wall:.2f}", f"{cpu:.2f}")


def _by_hand(url: str) -> tuple[float, float]:
    bodies = [given.payload() for given in inputs(JOBS)]
    with httpx.Client(headers=HEADERS, base_url=url) as client:
        began, used = time.perf_counter(), time.process_time()
        for body in bodies:
            job = client.post(f"/v1/models/{MODEL_ID}", json=body).json()["request_id"]
            client.get(f"/v1/requests/{job}/status").json()
            client.get(f"/v1/requests/{job}/result").json()
        spent = time.perf_counter() - began, time.process_time() - used
    return spent[0] / JOBS * 1e3, spent[1] / JOBS * 1e3


def _row(*cells: str) -> None:
    print("| " + " | ".join(cells) + " |", flush=True)


def main(tables: list[str]) -> None:
    """Print the tables that are asked for, or all."""
    for table in tables or ["commits", "speed", "cost", "database"]:
        print(f"\n## {table}\n")
        globals()[table]()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        work(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        main(sys.argv[1:])
