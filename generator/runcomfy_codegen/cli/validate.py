"""``validate MODEL FILE``: an input document, before anything is paid."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from runcomfy_runtime.media.inspection import Finding, Inspector
from runcomfy_runtime.report import Problem, Report

from ..ir.json_text import is_object
from .failure import EXIT_FINDING, usage
from .project import Project, project_options
from .report import format_option, print_json
from .text import shown
from .workbench import client_of


@click.command("validate")
@click.argument("model_id", metavar="MODEL")
@click.argument("file", metavar="FILE")
@click.option("--locale", help="Language of the messages.")
@format_option
@project_options
def command(
    project: Project, model_id: str, file: str, locale: str | None, form: str
) -> None:
    """Check an input document (JSON, - for standard input) before anything is paid.

    Against the model's schema, then its media rules: files are measured, remote ones by
    reading a few kilobytes. A local path, relative to the document, may stand where a URL
    belongs. Tells every problem at once; exits with 1 if one is certain.
    """
    project = project.in_locale(locale)
    document = read_document(file)
    folder = Path() if file == "-" else Path(file).parent
    report, findings = _judged(project, model_id, document, folder)
    if form == "json":
        print_json(
            {"ok": report.ok, "problems": [_printed(each) for each in report.problems]}
        )
    else:
        _print_measured(findings)
        print_report(model_id, report)
    if not report.ok:
        raise SystemExit(EXIT_FINDING)


def _judged(
    project: Project, model_id: str, document: dict[str, Any], folder: Path
) -> tuple[Report, tuple[Finding, ...]]:
    """The report of the model's own generated client, and what was measured for it."""
    model, _ = project.model(model_id)
    with (
        client_of(project, model) as bench,
        bench.client.RunComfy(media_checks="off") as client,
    ):
        report: Report = client.validate(bench.module.Input, document)
        if not report.ok:
            return report, ()
        payload = bench.module.Input(**document).payload()
    findings = Inspector(folder=folder).inspect(model.rules, payload)
    return (
        Report(tuple(problem for each in findings for problem in each.problems())),
        findings,
    )


def _print_measured(findings: tuple[Finding, ...]) -> None:
    """Every media rule with what was measured, as a small table."""
    checks = [(each.place.pointer, check) for each in findings for check in each.checks]
    if not checks:
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="dim")
    for heading in ("", "place", "rule", "measured"):
        table.add_column(heading)
    for pointer, check in checks:
        rule = f"{check.rule.metric} {check.rule.operator} {check.rule.limit}"
        measured = f"{check.actual} {check.unit}" if check.actual else "not known"
        row = (check.verdict.value, pointer, rule, measured)
        table.add_row(*(Text(shown(cell)) for cell in row))
    Console(highlight=False).print(table)


def read_document(file: str) -> dict[str, Any]:
    """The JSON object in a file, or on standard input for ``-``. Raises ``Failure``."""
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
        document: Any = json.loads(text)
    except FileNotFoundError:
        raise usage(f"{file}: no such file") from None
    except IsADirectoryError:
        raise usage(f"{file} is a folder") from None
    except json.JSONDecodeError as error:
        raise usage(
            f"{file}:{error.lineno}:{error.colno}: not JSON: {error.msg}"
        ) from None
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise usage(f"{file}: not JSON: {error}") from None
    if not is_object(document):
        raise usage(f"{file}: the input of a model is a JSON object")
    return document


def print_report(model_id: str, report: Report) -> None:
    """A line for each problem, by its place in the document."""
    for problem in report.problems:
        level = "error" if problem.verdict == "fail" else "unknown"
        click.echo(
            f"{shown(problem.pointer or '/')}: {level}: {shown(problem.message)}"
        )
    if report.ok:
        click.echo(f"fine for {model_id}")


def _printed(problem: Problem) -> dict[str, Any]:
    return {
        "pointer": problem.pointer,
        "code": problem.code,
        "verdict": problem.verdict,
        "message": problem.message,
        "limit": problem.limit,
        "actual": problem.actual,
    }
