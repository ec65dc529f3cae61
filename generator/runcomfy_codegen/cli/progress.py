"""A job's way from ``in_queue`` to its end, as a bar for a person who watches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import click

from .text import shown


class Watcher(Protocol):
    """Is told each change of a job's state."""

    def __call__(self, status: Any) -> None:
        """Take note of a status."""


ByteWatcher = Callable[[Path, int, int | None], None]
"""Is told the target, the bytes so far, and the total if the server told it."""

Tell = Callable[[str], None]
"""Is told the name of each of many things that is done."""


@contextmanager
def job_progress(model_id: str) -> Generator[Watcher]:
    """A live bar on stderr if that is a terminal, else a line for each state."""
    if not sys.stderr.isatty():
        yield _tell
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
        task = bar.add_task(shown(model_id), total=None, state="submitting")

        def watch(status: Any) -> None:
            done = 1 if status.finished else None
            bar.update(task, state=_words(status), total=done, completed=done or 0)

        yield watch


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

        def watch(target: Path, done: int, total: int | None) -> None:
            if target not in tasks:
                tasks[target] = bar.add_task(shown(target.name), total=total)
            bar.update(tasks[target], completed=done, total=total)

        yield watch


def _tell(status: Any) -> None:
    click.echo(_words(status), err=True)


def _words(status: Any) -> str:
    place = (
        "" if status.queue_position is None else f" (position {status.queue_position})"
    )
    return shown(f"{status.state}{place}")


@contextmanager
def count_progress(what: str) -> Generator[Callable[[int], Tell]]:
    """A live bar of many things on stderr if that is a terminal, else nothing.

    The block is given what begins the bar: called with their number, it gives what is to be
    called with the name of each that is done.
    """
    if not sys.stderr.isatty():
        yield lambda total: lambda name: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:

        def begin(total: int) -> Tell:
            task = bar.add_task(what, total=total)
            return lambda name: bar.advance(task)

        yield begin
