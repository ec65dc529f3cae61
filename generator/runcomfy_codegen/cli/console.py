"""What a command prints: escaped text, diagnostics, JSON, annotations, progress bars."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import click

from ..ir.diagnostic import Diagnostic, Severity
from ..reports.command_report import CommandReport, TextLine
from ..reports.formats import json_text, write
from ..reports.text import diagnostic_lines
from ..reports.text import printable as printable

EXIT_FINDING = 1
"""An error diagnostic, a finding, or stale output."""
EXIT_USAGE = 2
"""Another call would work."""
EXIT_INCOMPLETE = 3
"""The command could not complete."""
EXIT_INTERRUPTED = 130
"""Stopped by Ctrl-C: 128 plus the number of the signal, as in a shell."""
EXIT_TERMINATED = 143
"""Stopped by SIGTERM."""


class CommandStopped(Exception):
    """A signal stopped the command while it followed a job."""

    def __init__(self, message: str, exit_code: int) -> None:
        """Say what happens to the job, and which signal it was."""
        super().__init__(message)
        self.exit_code = exit_code


# How diagnostics reach a reader: lines for people on stderr, one JSON document on stdout.


def has_error(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether one of them is an error."""
    return any(each.severity is Severity.ERROR for each in diagnostics)


def print_report(report: CommandReport, form: str) -> None:
    """A report in one of its formats. Diagnostics for people go to stderr."""
    if form == "text":
        print_diagnostics(report.diagnostics)
        print_lines(report.text)
    else:
        click.echo(write(report, form), nl=False)


def print_diagnostics(diagnostics: Iterable[Diagnostic]) -> None:
    """A line each on stderr, where and what, and the hint below; then how many there are."""
    print_lines(diagnostic_lines(diagnostics))


def print_lines(lines: Iterable[TextLine]) -> None:
    """Lines with colours, which come after published text was made harmless."""
    for line in lines:
        word = click.style(line.word, fg=line.colour) if line.word else ""
        text = f"{printable(line.lead)}{word}{printable(line.text)}"
        click.echo(text, err=line.on_stderr)


def print_json(value: Any) -> None:
    """One JSON document on stdout, and nothing else there."""
    click.echo(json_text(value), nl=False)


# A job's way from ``in_queue`` to its end, as a bar for a person who watches.


class Watcher(Protocol):
    """Is told each change of a job's state."""

    def __call__(self, status: Any) -> None:
        """Take note of a status."""


ByteWatcher = Callable[[Path, int, int | None], None]
"""Is told the target, the bytes so far, and the total if the server told it."""


@contextmanager
def job_progress(model_id: str) -> Generator[Watcher]:
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
        task = bar.add_task(printable(model_id), total=None, state="submitting")

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
                tasks[target] = bar.add_task(printable(target.name), total=total)
            bar.update(tasks[target], completed=done, total=total)

        yield watch


def _print_state(status: Any) -> None:
    click.echo(_words(status), err=True)


def _words(status: Any) -> str:
    place = (
        "" if status.queue_position is None else f" (position {status.queue_position})"
    )
    return printable(f"{status.state}{place}")


@contextmanager
def count_progress(what: str) -> Generator[Callable[[int], Callable[[str], None]]]:
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

        def begin(total: int) -> Callable[[str], None]:
            task = bar.add_task(what, total=total)
            return lambda name: bar.advance(task)

        yield begin
