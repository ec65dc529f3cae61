"""What a command prints: escaped text, diagnostics, JSON, annotations, progress bars."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import click

from ..ir.diagnostic import Diagnostic, Severity
from ..workspace.live_catalog import OnItem

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


def printable(text: str) -> str:
    """The text with control characters and direction marks as escapes.

    A schema could otherwise move the cursor, colour the screen, or hide a line.
    """
    return "".join(
        (
            character
            if character.isprintable() or character == "\n"
            else repr(character)[1:-1]
        )
        for character in text
    )


# How diagnostics reach a reader: lines for people on stderr, one JSON document on stdout.


_HALVES = re.compile("[\ud800-\udfff]")
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}


def has_error(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether one of them is an error."""
    return any(each.severity is Severity.ERROR for each in diagnostics)


def print_diagnostics(diagnostics: Iterable[Diagnostic]) -> None:
    """A line each, where and what, and the hint below; then how many there are."""
    told = list(diagnostics)
    for each in told:
        click.echo(_line(each), err=True)
        if each.hint:
            click.echo(f"    hint: {printable(each.hint)}", err=True)
    if told:
        counts = Counter(each.severity for each in told)
        summary = ", ".join(
            _counted(counts[level], level) for level in Severity if counts[level]
        )
        click.echo(summary, err=True)


def print_json(value: Any) -> None:
    """One JSON document on stdout, and nothing else there."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    # Half of a surrogate pair can only be told as an escape: it has no UTF-8.
    click.echo(_HALVES.sub(lambda half: f"\\u{ord(half[0]):04x}", text))


def _line(diagnostic: Diagnostic) -> str:
    where = f"{diagnostic.file}:{diagnostic.place.line}:{diagnostic.place.column}"
    level = click.style(diagnostic.severity.value, fg=_COLOURS[diagnostic.severity])
    pointer = f" at {diagnostic.pointer}" if diagnostic.pointer else ""
    return f"{printable(where)}: {level} {diagnostic.code}: {printable(diagnostic.message)}{printable(pointer)}"


def _counted(number: int, level: Severity) -> str:
    noun = "note" if level is Severity.INFO else level.value
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


# Findings as lines that GitHub Actions shows beside the code.
#
# The form is GitHub's "workflow commands": ``::error file=…,line=…::message``.


_ESCAPES = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTIES = {**_ESCAPES, ":": "%3A", ",": "%2C"}


def print_annotation(level: str, message: str, file: str, line: int = 1) -> None:
    """One annotation; ``level`` is ``error``, ``warning`` or ``notice``."""
    where = f"file={_escaped(file, _IN_PROPERTIES)},line={line}"
    click.echo(f"::{level} {where}::{_escaped(message, _ESCAPES)}")


def _escaped(text: str, escapes: dict[str, str]) -> str:
    return "".join(escapes.get(character, character) for character in text)


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
def count_progress(what: str) -> Generator[Callable[[int], OnItem]]:
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

        def begin(total: int) -> OnItem:
            task = bar.add_task(what, total=total)
            return lambda name: bar.advance(task)

        yield begin
