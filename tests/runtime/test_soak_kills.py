"""A named batch that is killed again and again: nothing paid twice, nothing accepted unlisted."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from runcomfy_runtime import lease
from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.journal import JournalEntry
from runcomfy_runtime.sqlite_journal import SqliteJournal
from support.journal_stores import sqlite_store
from support.scripted_server import Reply, ScriptedServer, result, status, submitted

TOKEN = "rc-0123456789-secret"
PROGRAM = """
import asyncio, sys
from runtime.specimen import good
from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.client import RunComfy
side, path, url, count = sys.argv[1:]
inputs = [good(tags=[number]) for number in range(int(count))]
settings = dict(token="rc-0123456789-secret", base_url=url, journal=path, media_checks="off")
options = dict(name="soak", return_exceptions=True, concurrency=8)
async def mapped():
    async with AsyncRunComfy(**settings) as client:
        return [outcome async for outcome in client.map(inputs, **options)]
if side == "async":
    outcomes = asyncio.run(mapped())
else:
    with RunComfy(**settings) as client:
        outcomes = list(client.map(inputs, **options))
words = [type(outcome).__name__ for outcome in outcomes]
print(len(words), sum(word.endswith("Result") for word in words), words.count("SubmitOutcomeUnknown"))
"""


class Bill:
    """What the server was paid for: a job id for each body that it read."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.jobs: list[tuple[str, str]] = []

    def submit(self, request: Any) -> Reply:
        with self._lock:
            request_id = f"req-{len(self.jobs)}"
            self.jobs.append((sha256(request.body).hexdigest(), request_id))
        return submitted(request_id)


def died_before_the_answer(entry: JournalEntry, killed: dict[str, float]) -> bool:
    """Whether the owner of an intent was killed just after it had recorded it.

    A request takes milliseconds here: an intent that was older was kept back, or its answer lost.
    """
    pid = entry.owner.split(":")[1]
    return pid in killed and 0 <= killed[pid] - entry.meant_at < 2.0


@pytest.mark.parametrize("side", ["sync", "async"])
def test_a_batch_survives_kills(
    server: ScriptedServer, tmp_path: Path, side: str, long_run: bool
) -> None:
    kills, per_run = (100, 8) if long_run else (3, 6)
    count, path, bill = kills * per_run, tmp_path / "jobs.db", Bill()
    server.on("submit", bill.submit)
    server.on("status", status("completed"))
    server.on("result", result({"image": "https://files.runcomfy.net/a.png"}))
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    command = [sys.executable, "-c", PROGRAM, side, str(path), server.url, str(count)]
    chance = random.Random(side)
    killed: dict[str, float] = {}
    for _ in range(kills):
        until = len(bill.jobs) + chance.randint(1, per_run)
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        limit = time.monotonic() + 60
        while len(bill.jobs) < until and process.poll() is None:
            assert time.monotonic() < limit
            time.sleep(0.001)
        time.sleep(chance.random() * 0.005)
        process.kill()
        process.wait()
        killed[str(process.pid)] = time.time()
        if not long_run and path.exists():
            sqlite_store(path).end_leases()

    def finish() -> list[int]:
        done = subprocess.run(
            command, env=environment, capture_output=True, timeout=300, check=True
        )
        return list(map(int, done.stdout.split()))

    total, succeeded, unknown = finish()
    assert (total, succeeded + unknown) == (count, count)
    if lease.boot_id() or side == "async":
        assert unknown <= kills * (1 if side == "sync" else 8)
    paid = dict(bill.jobs)
    assert len(paid) == len(bill.jobs)  # nothing was paid twice
    with SqliteJournal(path) as journal:
        listed = {entry.request_id for entry in journal.entries(10 * count)}
        lost = {entry.payload_sha256: entry for entry in journal.unknown()}
    assert len(lost) == unknown
    for body, entry in lost.items():
        assert body in paid or died_before_the_answer(entry, killed)
    for body, request_id in bill.jobs:
        assert request_id in listed or body in lost
    with RunComfy(token=TOKEN, base_url=server.url, journal=path) as client:
        for entry in client.journal.unknown():
            if entry.payload_sha256 in paid:
                client.journal.settle(
                    entry.reference, request_id=paid[entry.payload_sha256]
                )
            else:
                client.journal.settle(entry.reference, accepted=False)
    assert finish() == [count, count, 0]
    assert len(dict(bill.jobs)) == len(bill.jobs) == count
    tags = [
        json.loads(seen.body)["tags"][0]
        for seen in server.seen
        if seen.kind == "submit"
    ]
    assert sorted(tags) == list(range(count))
