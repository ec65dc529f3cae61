"""What the journal costs: a named ``map`` with it, and httpx by hand, on a slow disk.

python benchmarks/lifecycle_journal.py SIDE URL    # prints by hand and ours, us a job
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from lifecycle_batch import JOBS, TOKEN, by_hand, by_hand_async, inputs

from runcomfy_runtime.async_client import AsyncRunComfy
from runcomfy_runtime.client import RunComfy

ROUNDS = 5
CONCURRENCY = 8


def mapped(url: str, journal: Path) -> float:
    """Seconds for a batch of the blocking client with a journal."""
    given = list(inputs())
    with RunComfy(
        token=TOKEN, base_url=url, media_checks="off", journal=journal
    ) as client:
        began = time.perf_counter()
        batch = client.map(given, concurrency=CONCURRENCY, name="benchmark")
        assert len(list(batch)) == JOBS
        return time.perf_counter() - began


async def mapped_async(url: str, journal: Path) -> float:
    """Seconds for a batch of the asyncio client with a journal."""
    given = list(inputs())
    async with AsyncRunComfy(
        token=TOKEN, base_url=url, media_checks="off", journal=journal
    ) as client:
        began = time.perf_counter()
        batch = client.map(given, concurrency=CONCURRENCY, name="benchmark")
        assert len([result async for result in batch]) == JOBS
        return time.perf_counter() - began


def main(side: str, url: str) -> None:
    """Take turns, so that both meet the same machine, and print the least of all rounds."""
    hand, ours = [], []
    for number in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, f"{number}.db")
            if side == "sync":
                hand.append(by_hand(url))
                ours.append(mapped(url, path))
            else:
                hand.append(asyncio.run(by_hand_async(url)))
                ours.append(asyncio.run(mapped_async(url, path)))
    print(min(hand) / JOBS * 1e6, min(ours) / JOBS * 1e6, ROUNDS * JOBS)


if __name__ == "__main__":
    main(*sys.argv[1:])
