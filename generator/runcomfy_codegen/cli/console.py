"""What a command prints: reports, JSON, single lines."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..ir.diagnostic import Diagnostic
from ..reports import json_document, write
from ..reports.published_text import terminal_safe as terminal_safe
from ..reports.published_text import without_colon_command

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ..reports.command_report import CommandReport, FileLocation, TextLine


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
            report = from_repository_root(report)
        click.echo(write(report, form), nl=False)


def from_repository_root(report: CommandReport) -> CommandReport:
    """The report with the paths of its files from the root of the repository.

    GitHub puts annotations and code scanning results on files by these paths. A command runs
    in any folder of the repository, as the working directory of a job in a monorepo.
    """
    root = _root(Path.cwd())
    return replace(
        report,
        entries=tuple(
            replace(entry, location=_relocated(entry.location, root))
            for entry in report.entries
        ),
        notices=tuple(
            replace(notice, file=_path(notice.file, root)) for notice in report.notices
        ),
    )


def _relocated(location: FileLocation | None, root: Path) -> FileLocation | None:
    if location is None:
        return None
    return location._replace(file=_path(location.file, root))


def _path(file: str, root: Path) -> str:
    """The path from the root; an absolute one for a file outside, and nothing for no file."""
    if not file:
        return file
    # Not resolved: the repository has links as they are.
    whole = Path(os.path.normpath(Path.cwd() / file))
    below = whole.relative_to(root) if whole.is_relative_to(root) else whole
    return below.as_posix()


def _root(folder: Path) -> Path:
    """The folder around this one that has ``.git``, or else this one."""
    around = (folder, *folder.parents)
    return next((parent for parent in around if (parent / ".git").exists()), folder)


def print_diagnostics(diagnostics: Iterable[Diagnostic]) -> None:
    """Print a line for each on stderr, with its hint below, and their number."""
    if not (listed := list(diagnostics)):
        return
    # Imported here, because most calls have none.
    from ..reports.command_report import diagnostic_lines

    print_lines(diagnostic_lines(listed))


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


def print_wrapped(renderable: RenderableType) -> None:
    """Print a table or code of rich, whose wrapped lines may begin anywhere in a text."""
    from rich.console import Console

    console = Console(highlight=False)
    with console.capture() as captured:
        console.print(renderable)
    for line in captured.get().splitlines():
        click.echo(without_colon_command(line.rstrip()))


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
    installed = shutil.which(name)
    same = installed is not None and Path(installed).absolute() == file.absolute()
    return same or file == Path(name)


def print_json(value: Any) -> None:
    """Print one JSON document on stdout."""
    click.echo(json_document(value), nl=False)
