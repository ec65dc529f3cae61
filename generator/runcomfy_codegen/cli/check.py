"""``check``: compare the generated package with the schemas. For CI."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import click

from .. import api
from ..errors import EXIT_FINDING
from ..ir.diagnostic import Severity
from ..reports.command_report import (
    CommandReport,
    FileNotice,
    TextLine,
    diagnostic_lines,
    notice_of,
)
from .console import print_report
from .options import (
    ProjectOptions,
    client_option,
    locale_option,
    models_option,
    package_option,
    project_options,
    report_format_option,
    use_shipped_schemas,
)
from .progress_bars import item_progress

_LINES_OF_A_FILE = 40
_LINES_IN_ALL = 200


@click.command("check")
@models_option
@package_option
@locale_option
@report_format_option("check")
@client_option
@click.option("--full", is_flag=True, help="Show the whole diff of every file.")
@project_options
def command(where: ProjectOptions, form: str, full: bool, **options: Any) -> None:
    """Check that the generated package matches the schemas.

    If it does not, prints the reason for each file and a diff, and exits with 1. The diff is
    for reading: it is cut if it is long, and published text in it is escaped. Writes nothing. Renders every file again, even if the lock file says that nothing changed. Line
    ends do not count. For a folder in the configuration, the configuration decides which
    models belong in it; for any other folder, the options of the last generate do.
    """
    if _came_from_shipped(where, options):
        where = use_shipped_schemas(where)
    with item_progress("checking") as progress:
        result = api.check(**where, **options, progress=progress)
    print_report(_report(result, full=full), form)
    if not result.ok:
        raise SystemExit(EXIT_FINDING)


def _came_from_shipped(where: ProjectOptions, options: Mapping[str, Any]) -> bool:
    from ..workspace.shipped_schemas import has_no_schemas, made_from_shipped

    config = where["config"]
    if where["schemas"] is not None or not has_no_schemas(config):
        return False
    return made_from_shipped(config, options["client"], options["output"])


def _report(result: api.CheckResult, *, full: bool) -> CommandReport:
    documents = [_as_json(package) for package in result.packages]
    return CommandReport(
        command="check",
        document=documents[0] if len(documents) == 1 else {"clients": documents},
        notices=tuple(chain.from_iterable(map(_notices, result.packages))),
        text=tuple(
            chain.from_iterable(
                _lines(package, full=full) for package in result.packages
            )
        ),
    )


def _stale_fields(stale: api.Stale) -> dict[str, str]:
    return {"model": stale.model, "why": stale.why, "reason": stale.reason}


def _as_json(package: api.PackageCheck) -> dict[str, Any]:
    def below(file: Path) -> str:
        return file.relative_to(package.output).as_posix()

    return {
        "output": str(package.output),
        "clean": package.up_to_date,
        "interrupted": package.interrupted,
        "missing": package.missing,
        "stale": [
            below(stale.file)
            for stale in package.stale
            if stale.file not in package.removed
        ],
        "leftover": [below(file) for file in package.removed],
        "edited": [below(file) for file in package.edited],
        "reasons": [
            {"file": below(stale.file), **_stale_fields(stale)}
            for stale in package.stale
        ],
        "diagnostics": [diagnostic.printed() for diagnostic in package.diagnostics],
    }


def _notices(package: api.PackageCheck) -> Iterator[FileNotice]:
    yield from map(notice_of, package.diagnostics)
    if package.missing:
        message = _missing(package)
        yield FileNotice(
            level=Severity.ERROR, message=message, file=str(package.output)
        )
        return
    for stale in package.stale:
        yield FileNotice(
            level=Severity.ERROR,
            message=f"stale: {_reason(stale)}",
            file=str(stale.file),
        )


def _reason(stale: api.Stale) -> str:
    return f"{stale.reason} ({stale.model})" if stale.model else stale.reason


def _missing(package: api.PackageCheck) -> str:
    return (
        f"{package.output} does not exist; run `runcomfy-codegen generate`, or name the"
        " folder with --output"
    )


def _diff_lines(stale: Iterable[api.Stale], *, full: bool) -> Iterator[list[TextLine]]:
    """The lines of each file's diff, cut to what a person reads."""
    left = _LINES_IN_ALL
    for file in stale:
        room = len(file.diff) if full else min(_LINES_OF_A_FILE, left)
        lines = [TextLine(line) for line in file.diff[:room]]
        left -= len(lines)
        cut = len(file.diff) - room
        if cut > 0:
            lines.append(TextLine(f"… {cut} more lines; --full shows them"))
        yield lines


def _lines(package: api.PackageCheck, *, full: bool) -> Iterator[TextLine]:
    folder = package.output
    if package.missing:
        yield TextLine(_missing(package), on_stderr=True)
        return
    yield from diagnostic_lines(package.diagnostics)
    diffs = _diff_lines(package.stale, full=full)
    for stale, lines in zip(package.stale, diffs, strict=True):
        yield TextLine(f"{stale.file.relative_to(folder)}: {_reason(stale)}")
        yield from lines
    if package.generated_with is not None:
        text = f"{folder}: the last generate had {package.generated_with}"
        yield TextLine(text, on_stderr=True)
    if package.interrupted:
        text = f"{folder}: the last generate was interrupted; run `runcomfy-codegen generate`"
        yield TextLine(text, on_stderr=True)
    if package.up_to_date:
        yield TextLine(f"{folder}: up to date, {package.files} files")
    elif not (package.stale or package.edited or package.interrupted):
        text = f"{folder}: no file is stale, except for the errors above"
        yield TextLine(text, on_stderr=True)
    else:
        yield TextLine(
            f"{folder}: {_counted(package)}; run `runcomfy-codegen generate`",
            on_stderr=True,
        )


def _counted(package: api.PackageCheck) -> str:
    """``3 of 149 files are stale, and 2 are left over``."""
    leftover = sum(1 for each in package.stale if each.file in package.removed)
    text = f"{len(package.stale) - leftover} of {package.files} files are stale"
    more = f"{leftover} {'is' if leftover == 1 else 'are'} left over"
    return f"{text}, and {more}" if leftover else text
