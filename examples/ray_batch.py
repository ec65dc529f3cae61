"""A batch on many machines: Ray brings the machines, and the journal knows what is paid.

    pip install 'psycopg[binary]' 'ray>=2'
    export RUNCOMFY_TOKEN=… RUNCOMFY_JOURNAL=postgresql://…      # on every machine
    python examples/ray_batch.py prompts.csv /shared/out --actors 8

The table has a column ``prompt``; every other column is another field of the model. Each actor
gets the whole table, works on the inputs that it claims, and saves their files in a folder that
all machines share. If actors, machines or this program die, start it again: it goes on.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ray
from runcomfy_client import RunComfy
from runcomfy_client.models.google.nano_banana_2_lite import text_to_image


def read_table(path: str) -> list[dict[str, str]]:
    """The rows of a table; empty cells are left to the server's defaults.

    A row that is no input ends the program here, before anything is paid.
    """
    with Path(path).open(newline="", encoding="utf-8-sig") as file:
        table = csv.DictReader(file)
        rows = [{name: cell for name, cell in row.items() if cell} for row in table]
    for number, row in enumerate(rows, 1):
        try:
            text_to_image.Input.model_validate(row)
        except ValueError as error:
            sys.exit(f"{path}: row {number} is no input: {error}")
    return rows


@ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=-1)
class Worker:
    """One of the processes that share the batch. Ray starts it again if its machine dies."""

    def run(self, rows: list[dict[str, str]], folder: str, name: str) -> dict[str, int]:
        """Work until nothing is left to claim; how many results there were of each kind."""
        inputs: Iterator[Any] = (
            text_to_image.Input.model_validate(row) for row in rows
        )
        tally: Counter[str] = Counter()
        with RunComfy(journal=os.environ["RUNCOMFY_JOURNAL"]) as client:
            options: dict[str, Any] = {"ordered": False, "return_exceptions": True}
            with client.map(inputs, name=name, concurrency=16, **options) as batch:
                for result in batch:
                    tally[type(result).__name__] += 1
                    if not isinstance(result, Exception):
                        # Asking for the next one confirms this one: the file is saved first.
                        result.download(folder)
        return dict(tally)


def progress(client: RunComfy, name: str) -> str:
    """How far the batch is, on all machines."""
    counts = client.batch(name).counts()
    return (
        ", ".join(f"{count} {state}" for state, count in counts.items())
        or "nothing yet"
    )


def main() -> int:
    """Run the batch, and print how far it is."""
    parser = argparse.ArgumentParser(description="A batch on a Ray cluster.")
    parser.add_argument("table")
    parser.add_argument("folder")
    parser.add_argument("--name", default="ray-batch")
    parser.add_argument("--actors", type=int, default=4)
    given = parser.parse_args()
    table = read_table(given.table)
    ray.init()  # RAY_ADDRESS names the cluster; without it, Ray starts one on this machine
    rows = ray.put(table)
    workers = [Worker.remote() for _ in range(given.actors)]
    waiting = [worker.run.remote(rows, given.folder, given.name) for worker in workers]
    with RunComfy(journal=os.environ["RUNCOMFY_JOURNAL"]) as client:
        failures = 0
        while waiting:
            done, waiting = ray.wait(waiting, timeout=5)
            print(progress(client, given.name), flush=True)
            for call in done:
                try:
                    print("an actor has ended:", ray.get(call), flush=True)
                except ray.exceptions.RayError as error:  # the others go on
                    print("an actor has failed:", error, flush=True)
                    failures += 1
        unknown = client.batch(given.name).unknown()
    for entry in unknown:
        print("unknown, look at your requests and settle it:", entry.reference)
    return 1 if unknown or failures else 0


if __name__ == "__main__":
    began = time.monotonic()
    code = main()
    print(f"{time.monotonic() - began:.0f} s")
    sys.exit(code)
