"""``check``: compare the generated package with the schemas. For CI."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
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
from .console import item_progress, print_report
from .options import (
    ProjectOptions,
    client_option,
    locale_option,
    models_option,
    package_option,
    project_options,
    report_format_option,
)


@click.command("check")
@models_option
@package_option
@locale_option
@report_format_option("check")
@client_option
@project_options
def command(where: ProjectOptions, form: str, **options: Any) -> None:
    """Check that the generated package matches the schemas.

    If it does not, prints the reason for each file and a diff, and exits with 1. Writes
    nothing. Renders every file again, even if the lock file says that nothing changed. Line
    ends do not count. For a folder in the configuration, the configuration decides which
    models belong in it; for any other folder, the options of the last generate do.
    """
    with item_progress("checking") as progress:
        result = api.check(**where, **options, progress=progress)
    print_report(_report(result), form)
    if not result.ok:
        raise SystemExit(EXIT_FINDING)


def _report(result: api.CheckResult) -> CommandReport:
    documents = [_as_json(package) for package in result.packages]
    return CommandReport(
        command="check",
        document=documents[0] if len(documents) == 1 else {"clients": documents},
        notices=tuple(chain.from_iterable(map(_notices, result.packages))),
        text=tuple(chain.from_iterable(map(_lines, result.packages))),
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
    for diagnostic in package.diagnostics:
        file = str(package.schemas / diagnostic.file)
        yield replace(notice_of(diagnostic), file=file)
    for stale in package.stale:
        yield FileNotice(
            level=Severity.ERROR,
            message=f"stale: {_reason(stale)}",
            file=str(stale.file),
        )


def _reason(stale: api.Stale) -> str:
    return f"{stale.reason} ({stale.model})" if stale.model else stale.reason


def _lines(package: api.PackageCheck) -> Iterator[TextLine]:
    folder = package.output
    yield from diagnostic_lines(package.diagnostics)
    for stale in package.stale:
        yield TextLine(f"{stale.file.relative_to(folder)}: {_reason(stale)}")
        yield from map(TextLine, stale.diff)
    if package.generated_with is not None:
        text = f"{folder}: the last generate had {package.generated_with}"
        yield TextLine(text, on_stderr=True)
    if package.interrupted:
        text = f"{folder}: the last generate was interrupted; run `runcomfy-codegen generate`"
        yield TextLine(text, on_stderr=True)
    if package.up_to_date:
        yield TextLine(f"{folder}: up to date, {package.files} files")
    else:
        yield TextLine(
            f"{folder}: {len(package.stale)} of {package.files} files are stale;"
            " run `runcomfy-codegen generate`",
            on_stderr=True,
        )
