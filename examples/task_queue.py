"""A worker that takes tasks from a table and may be killed at any moment.

    python task_queue.py tasks.db add "A boat" "A gull"
    python task_queue.py tasks.db work

Each task is a named batch of one input: when the worker is killed and started again, a task that
was submitted is not submitted again. The journal remembers its job, and its result is taken.
"""

import asyncio
import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from runcomfy_client import (
    AsyncRunComfy,
    InputRejected,
    JobCancelled,
    JobFailed,
    RunComfyError,
    SubmitRefused,
)
from runcomfy_client.models.google.nano_banana_2_lite import text_to_image

AT_ONCE = 8
FINAL = (InputRejected, SubmitRefused, JobFailed, JobCancelled)
"""Errors that the same task would get again. After any other, it stays new."""
SCHEMA = """
create table if not exists tasks (
    id integer primary key,
    prompt text not null,
    state text not null default 'new',
    outcome text
)
"""


def open_table(path: str) -> sqlite3.Connection:
    """The table of tasks."""
    table = sqlite3.connect(path, isolation_level=None, timeout=30)
    table.execute(SCHEMA)
    return table


def add(path: str, prompts: list[str]) -> None:
    """Add tasks."""
    rows = [(prompt,) for prompt in prompts]
    with closing(open_table(path)) as table:
        table.executemany("insert into tasks (prompt) values (?)", rows)


async def work(path: str) -> None:
    """Do every task that is not done."""
    table = open_table(path)
    tasks = table.execute(
        "select id, prompt from tasks where state = 'new' order by id"
    ).fetchall()
    gate = asyncio.Semaphore(AT_ONCE)
    async with AsyncRunComfy(journal=Path(path).with_suffix(".journal.db")) as client:

        async def do(number: int, prompt: str) -> None:
            async with gate:
                state, outcome = await run(client, number, prompt)
            table.execute(
                "update tasks set state = ?, outcome = ? where id = ?",
                (state, json.dumps(outcome), number),
            )
            print(f"task {number}: {state}", flush=True)

        await asyncio.gather(*(do(*task) for task in tasks))


async def run(
    client: AsyncRunComfy, number: int, prompt: str
) -> tuple[str, str | list[str]]:
    """One task: its state, and its files or what went wrong."""
    try:
        inputs = [text_to_image.Input(prompt=prompt)]
        async with client.map(inputs, name=f"task-{number}") as batch:
            [result] = [one async for one in batch]
    except FINAL as error:
        return "failed", str(error)
    except RunComfyError as error:
        # A job that was accepted continues, and the next run of the worker takes it up.
        return "new", str(error)
    return "done", [file.url for file in result.files]


if __name__ == "__main__":
    file, action, *texts = sys.argv[1:]
    if action == "add":
        add(file, texts)
    else:
        asyncio.run(work(file))
