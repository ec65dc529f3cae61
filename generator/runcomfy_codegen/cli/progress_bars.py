"""Live bars on stderr: the state of a job, downloaded bytes, finished items."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import click

from ..reports.published_text import terminal_safe
from ..workspace.results import Progress, ignore_progress

StatusWatcher: TypeAlias = Callable[[Any], None]
"""Called with each new status of a job."""

ByteWatcher: TypeAlias = Callable[[Path, int, int | None], None]
"""Called with a file, the bytes so far, and the total if the server sends it."""


@contextmanager
def job_progress(model_id: str) -> Generator[StatusWatcher]:
    """A live bar on stderr if that is a terminal, else a line for each state."""
    if not sys.stderr.isatty():
        yield _print_state
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("[cyan]{task.fields[state]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(terminal_safe(model_id), total=None, state="submitting")

        def report_progress(status: Any) -> None:
            done = 1 if status.finished else None
            bar.update(task, state=_words(status), total=done, completed=done or 0)

        yield report_progress


@contextmanager
def download_progress() -> Generator[ByteWatcher | None]:
    """A live bar of downloaded bytes on stderr if that is a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TaskID,
        TextColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    tasks: dict[Path, TaskID] = {}
    with Progress(*columns, console=Console(stderr=True)) as bar:

        def report_progress(target: Path, done: int, total: int | None) -> None:
            if target not in tasks:
                tasks[target] = bar.add_task(terminal_safe(target.name), total=total)
            bar.update(tasks[target], completed=done, total=total)

        yield report_progress


def _print_state(status: Any) -> None:
    click.echo(_words(status), err=True)


def _words(status: Any) -> str:
    place = (
        "" if status.queue_position is None else f" (position {status.queue_position})"
    )
    return terminal_safe(f"{status.state}{place}")


@contextmanager
def item_progress(what: str) -> Generator[Progress]:
    """A live bar of finished items on stderr if that is a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield ignore_progress
        return
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    with Bar(console=Console(stderr=True), transient=True) as bar:
        tasks: list[TaskID] = []

        def update(done: int, total: int, name: str) -> None:
            if done == 1:
                tasks.append(bar.add_task(what, total=total))
            bar.update(tasks[-1], completed=done)

        yield update
