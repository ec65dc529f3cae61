"""A batch of many processes, killed again and again, on a database that restarts meanwhile.

By the sandbox's bill, nothing is paid twice, and every accepted job is in the journal. Then the
unknown ones are settled, and the batch ends. The short form is part of every run.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from runcomfy_codegen.sandbox import Sandbox
from runcomfy_runtime.client import RunComfy
from runtime.specimen import good
from support.cutting_proxy import CuttingProxy
from support.postgres import PostgresServer

PROGRAM = """
import asyncio, sys
from runtime.specimen import good
from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.client import RunComfy
side, journal, url, token, count = sys.argv[1:]
inputs = (good(tags=[number]) for number in range(int(count)))
settings = dict(token=token, base_url=url, journal=journal, media_checks="off")
options = dict(name="soak", return_exceptions=True, concurrency=8)
async def main():
    async with AsyncRunComfy(**settings) as client:
        async for _ in client.map(inputs, **options):
            pass
if side == "async":
    asyncio.run(main())
else:
    with RunComfy(**settings) as client:
        for _ in client.map(inputs, **options):
            pass
"""
SHORT_LEASES = """
from runcomfy_runtime import retry_and_timeouts as times
times.LEASE, times.LEASE_RENEWAL = 1.0, 0.25
"""
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}


@dataclass(frozen=True)
class Plan:
    jobs: int
    processes: int
    kills: int
    restarts: int
    seconds: float


SHORT = Plan(jobs=150, processes=3, kills=4, restarts=1, seconds=120)
LONG = Plan(jobs=20_000, processes=4, kills=100, restarts=3, seconds=3600)


class Workers:
    """Processes that work on one batch. One that was killed is replaced."""

    def __init__(
        self, plan: Plan, journal: str, sandbox: Sandbox, program: str = PROGRAM
    ) -> None:
        self._plan = plan
        self._program = program
        self._words = [journal, sandbox.url, sandbox.token, str(plan.jobs)]
        self._running: list[subprocess.Popen[bytes]] = []
        self._begun = 0

    def fill(self) -> None:
        self._running = [each for each in self._running if each.poll() is None]
        while len(self._running) < self._plan.processes:
            side = ("sync", "async")[self._begun % 2]
            self._begun += 1
            command = [sys.executable, "-c", self._program, side, *self._words]
            quiet = subprocess.DEVNULL
            process = subprocess.Popen(command, env=ENVIRONMENT, stderr=quiet)
            self._running.append(process)

    def kill(self, chance: random.Random) -> None:
        victim = chance.choice(self._running)
        victim.kill()
        victim.wait()

    def pause(self, chance: random.Random) -> None:
        """Stop a process, sometimes for longer than its lease, and let it go on."""
        time.sleep(chance.random() * 0.1)
        victim = chance.choice(self._running)
        victim.send_signal(signal.SIGSTOP)
        time.sleep(chance.choice([0.1, 0.3, 1.5]))
        victim.send_signal(signal.SIGCONT)

    def wait(self, seconds: float) -> None:
        for process in self._running:
            process.wait(timeout=seconds)

    @property
    def failed(self) -> int:
        """How many of those that run, or ran to their end, ended in an error."""
        return sum(bool(process.returncode) for process in self._running)

    def end(self) -> None:
        for process in self._running:
            process.kill()
            process.wait()


def soak(plan: Plan, server: PostgresServer, url: str, sandbox: Sandbox) -> None:
    """Let the workers run, and kill them and the database at points of their progress."""
    chance = random.Random(plan.jobs)
    last = plan.jobs * 9 // 10
    moments = [(chance.randint(1, last), "kill") for _ in range(plan.kills)]
    moments += [
        (chance.randint(last // 5, last), "restart") for _ in range(plan.restarts)
    ]
    workers = Workers(plan, url, sandbox)
    limit = time.monotonic() + plan.seconds
    try:
        for until, what in sorted(moments):
            while len(sandbox.api.jobs.of_account(None)) < until:
                workers.fill()
                assert time.monotonic() < limit
                time.sleep(0.005)
            time.sleep(chance.random() * 0.02)
            workers.fill()
            if what == "kill":
                workers.kill(chance)
            else:
                server.restart()
        workers.fill()
        workers.wait(plan.seconds)
    finally:
        workers.end()


def finish(client: RunComfy, count: int) -> dict[str, int]:
    """Map until every input has an end or is unknown."""
    inputs = [good(tags=[number]) for number in range(count)]
    for _ in range(20):
        list(client.map(inputs, name="soak", return_exceptions=True, concurrency=8))
        counts = client.batch("soak").counts()
        if not counts.keys() & {"waiting", "pending", "submitting", "not accepted"}:
            return counts
    raise AssertionError(counts)


def settle(client: RunComfy, sandbox: Sandbox) -> int:
    """Decide the unknown ones by the bill."""
    unknown = client.batch("soak").unknown()
    for entry in unknown:
        rows = sandbox.ledger(reference=entry.reference)
        assert len(rows) <= 1
        for row in rows:
            client.journal.settle(entry.reference, request_id=row.request_id)
        if not rows:
            client.journal.settle(entry.reference, accepted=False)
    return len(unknown)


def check_and_finish(plan: Plan, url: str, sandbox: Sandbox) -> int:
    """Nothing is paid twice, and no accepted job unlisted; how many inputs were unknown."""
    settings = {"token": sandbox.token, "base_url": sandbox.url, "journal": url}
    with RunComfy(**settings, media_checks="off") as client:
        counts = finish(client, plan.jobs)
        assert sum(counts.values()) == plan.jobs
        bill = sandbox.ledger()
        assert [row for row in bill if row.repeats] == []
        listed = {entry.request_id for entry in client.batch("soak").entries()}
        lost = {
            row.request_id
            for entry in client.batch("soak").unknown()
            for row in sandbox.ledger(reference=entry.reference)
        }
        assert {row.request_id for row in bill} <= listed | lost
        unknown = settle(client, sandbox)
        assert finish(client, plan.jobs) == {"succeeded": plan.jobs}
    bill = sandbox.ledger()
    assert [row for row in bill if row.repeats] == []
    assert len(bill) == plan.jobs
    return unknown


def test_a_batch_of_many_processes_survives_kills_and_restarts(
    postgres: PostgresServer, long_run: bool
) -> None:
    plan = LONG if long_run else SHORT
    url = postgres.new_database()
    options: Any = {"speed": 1e6, "balance": 1e9}
    with Sandbox(**options) as sandbox:
        began = time.monotonic()
        soak(plan, postgres, url, sandbox)
        unknown = check_and_finish(plan, url, sandbox)
    seconds = time.monotonic() - began
    print(f"\n{plan}: {seconds:.0f} s, {unknown} unknown, nothing paid twice")


@pytest.fixture
def standby(postgres: PostgresServer) -> Iterator[PostgresServer]:
    """A hot standby of the server, which confirms every commit."""
    running = PostgresServer(postgres, fsync="off")
    try:
        running.start()
        postgres.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        postgres.execute("SELECT pg_reload_conf()")
        question = "SELECT sync_state FROM pg_stat_replication"
        limit = time.monotonic() + 60
        while postgres.execute(question) != [("sync",)]:
            assert time.monotonic() < limit
            time.sleep(0.02)
        yield running
    finally:
        running.remove()
        postgres.restart()
        postgres.execute("ALTER SYSTEM RESET synchronous_standby_names")
        postgres.execute("SELECT pg_reload_conf()")


def test_a_batch_goes_on_with_the_synchronous_standby_when_the_primary_is_lost(
    postgres: PostgresServer, standby: PostgresServer, long_run: bool
) -> None:
    jobs = 3000 if long_run else 60
    plan = replace(SHORT, jobs=jobs, processes=2, seconds=1800 if long_run else 120)
    hosts = f"127.0.0.1:{postgres.port},127.0.0.1:{standby.port}"
    url = postgres.new_database().replace(f"127.0.0.1:{postgres.port}", hosts)
    url += "?target_session_attrs=read-write"
    options: Any = {"speed": 1e6, "balance": 1e9}
    with Sandbox(**options) as sandbox:
        workers = Workers(plan, url, sandbox)
        try:
            workers.fill()
            limit = time.monotonic() + plan.seconds
            while len(sandbox.api.jobs.of_account(None)) < jobs // 3:
                assert time.monotonic() < limit
                time.sleep(0.005)
            assert not standby.execute("SELECT 1 WHERE NOT pg_is_in_recovery()")
            postgres.stop(signal.SIGQUIT)
            before = len(sandbox.api.jobs.of_account(None))
            time.sleep(0.5)
            standby.promote()
            workers.wait(plan.seconds)
            assert workers.failed == 0
        finally:
            workers.end()
        assert before < len(sandbox.api.jobs.of_account(None))
        check_and_finish(plan, url, sandbox)


def test_a_batch_survives_cut_connections_and_stopped_processes(
    postgres: PostgresServer, long_run: bool
) -> None:
    """Messages to the database, or their answers, are lost; leases run out meanwhile."""
    jobs = 3000 if long_run else 40
    plan = replace(SHORT, jobs=jobs, processes=2, seconds=1800)
    chance = random.Random(jobs)
    url = postgres.new_database()

    def cut(_: bytes) -> str:
        return chance.choices(("", "before", "after"), (0.97, 0.01, 0.02))[0]

    options: Any = {"speed": 1e6, "balance": 1e9}
    with Sandbox(**options) as sandbox, CuttingProxy(postgres.port) as proxy:
        proxy.cut = cut
        through = url.replace(f":{postgres.port}/", f":{proxy.port}/")
        workers = Workers(plan, through, sandbox, SHORT_LEASES + PROGRAM)
        limit = time.monotonic() + plan.seconds
        try:
            while len(sandbox.api.jobs.of_account(None)) < jobs * 9 // 10:
                assert time.monotonic() < limit
                workers.fill()
                workers.pause(chance)
            workers.fill()
            workers.wait(plan.seconds)
            assert workers.failed == 0
        finally:
            workers.end()
        check_and_finish(plan, url, sandbox)
