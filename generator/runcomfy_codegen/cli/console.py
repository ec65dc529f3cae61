"""What a command prints: reports, JSON, progress bars."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from ..ir.diagnostic import Diagnostic
from ..reports import document_text, write
from ..reports.command_report import TextLine, diagnostic_lines
from ..reports.published_text import terminal_safe as terminal_safe
from ..workspace.results import Progress, ignore_progress

if TYPE_CHECKING:
    from ..reports.command_report import CommandReport


_NAME, _MODULE = "runcomfy-codegen", ("-m", "runcomfy_codegen")
_ABOUT_THE_REPOSITORY = frozenset({"github", "sarif"})
"""Formats that name files from the root of the repository."""


def print_report(report: CommandReport, form: str) -> None:
    """Print a report in one of its formats. Diagnostics for people go to stderr."""
    if form == "text":
        print_diagnostics(report.diagnostics)
        print_lines(report.text)
    else:
        if form in _ABOUT_THE_REPOSITORY:
            from ..workspace.repository_paths import from_repository_root

            report = from_repository_root(report)
        click.echo(write(report, form), nl=False)


def print_diagnostics(diagnostics: Iterable[Diagnostic]) -> None:
    """Print a line for each on stderr, with its hint below, and their number."""
    print_lines(diagnostic_lines(diagnostics))


def print_lines(lines: Iterable[TextLine]) -> None:
    """Print lines in colour. Published text in them is made printable first."""
    for line in lines:
        whole = terminal_safe(f"{line.lead}{line.word}{line.text}")
        lead = terminal_safe(line.lead)
        if line.word and whole.startswith(f"{lead}{line.word}"):
            rest = whole.removeprefix(f"{lead}{line.word}")
            whole = f"{lead}{click.style(line.word, fg=line.colour)}{rest}"
        click.echo(whole, err=line.on_stderr)


def say(line: str, *, on_stderr: bool = False) -> None:
    """Print one line. Published text in it is made printable first."""
    click.echo(terminal_safe(line), err=on_stderr)


def command_line(*arguments: str) -> str:
    """A command of this tool as the user types it: under the name that this process has."""
    return shlex.join((*_called_as(), *arguments))


def _called_as() -> tuple[str, ...]:
    script = Path(sys.argv[0])
    if script.name == "__main__.py":
        python = Path(sys.executable)
        below = python.is_relative_to(Path.cwd())
        shown = python.relative_to(Path.cwd()) if below else python
        return ("python" if _is_on_path("python", python) else str(shown), *_MODULE)
    if not script.name.startswith(_NAME) or _is_on_path(_NAME, script):
        return (_NAME,)
    return (str(script),)


def _is_on_path(name: str, file: Path) -> bool:
    found = shutil.which(name)
    same = found is not None and Path(found).absolute() == file.absolute()
    return same or file == Path(name)


def print_json(value: Any) -> None:
    """Print one JSON document on stdout."""
    click.echo(document_text(value), nl=False)


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
