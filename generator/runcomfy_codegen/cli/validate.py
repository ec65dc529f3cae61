"""``validate MODEL FILE``: an input document, before anything is paid."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from runcomfy_runtime.media.finding import Finding
from runcomfy_runtime.media.inspection import Inspector
from runcomfy_runtime.media.verdict import Check, Verdict
from runcomfy_runtime.report import Problem, Report
from runcomfy_runtime.rule import Rule

from ..ir.json_text import JsonText, is_object
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
    belongs. Tells every problem at once; exits with 1 if one is certain, as a local file
    that cannot be read. What could not be checked is counted.
    """
    project = project.in_locale(locale)
    document = read_document(file)
    folder = Path() if file == "-" else Path(file).parent
    report, findings = _judged(project, model_id, document, folder, locale)
    if form == "json":
        problems = [_printed(each) for each in report.problems]
        checks = [_printed_check(*each) for each in _checks(findings)]
        print_json({"ok": report.ok, "problems": problems, "checks": checks})
    else:
        _print_measured(findings)
        print_report(report)
        _print_verdict(model_id, report, findings)
    if not report.ok:
        raise SystemExit(EXIT_FINDING)


def _judged(
    project: Project,
    model_id: str,
    document: dict[str, Any],
    folder: Path,
    locale: str | None,
) -> tuple[Report, tuple[Finding, ...]]:
    """The report of the model's own generated client, and what was measured for it."""
    model, _ = project.model(model_id)
    inspector = Inspector(folder=folder)
    measured: list[Finding] = []

    def look(rules: Sequence[Rule], payload: Mapping[str, Any]) -> list[Problem]:
        # Rules of our own class: that of the client goes away with its package.
        ours = [Rule(**asdict(rule)) for rule in rules]
        measured.extend(inspector.inspect(ours, payload))
        return [problem for finding in measured for problem in finding.problems()]

    with (
        client_of(project, model) as bench,
        bench.client.RunComfy(media_checks="off", judges=[look]) as client,
    ):
        report: Report = client.validate(bench.module.Input, document, locale=locale)
    return report, tuple(measured)


def _checks(findings: tuple[Finding, ...]) -> list[tuple[str, Check]]:
    """Every check with its place, those that were passed too."""
    return [(each.place.pointer, check) for each in findings for check in each.checks]


def _print_measured(findings: tuple[Finding, ...]) -> None:
    """Every media rule with what was measured, as a small table."""
    checks = _checks(findings)
    if not checks:
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="dim")
    for heading in ("", "place", "rule", "measured"):
        table.add_column(heading)
    for pointer, check in checks:
        measured = f"{check.actual} {check.unit}" if check.actual else "not known"
        row = (check.verdict.value, pointer, check.rule.condition, measured)
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
    except OSError as error:
        raise usage(f"{file}: cannot be read: {error.strerror}") from None
    for pointer in JsonText(text).duplicates():
        raise usage(
            f"{file}: {pointer} stands twice, and readers differ on which counts"
        )
    if not is_object(document):
        raise usage(f"{file}: the input of a model is a JSON object")
    return document


def print_report(report: Report) -> None:
    """A line for each problem, by its place in the document."""
    for problem in report.problems:
        level = "error" if problem.verdict == "fail" else "unknown"
        click.echo(
            f"{shown(problem.pointer or '/')}: {level}: {shown(problem.message)}"
        )


def _print_verdict(
    model_id: str, report: Report, findings: tuple[Finding, ...]
) -> None:
    """Whether the document is fine, which it is only if every rule could be checked."""
    if not report.ok:
        return
    verdicts = [check.verdict for _, check in _checks(findings)]
    unknown = verdicts.count(Verdict.UNKNOWN)
    if unknown:
        count = f"{unknown} rule{'s' * (unknown != 1)}"
        click.echo(
            f"nothing wrong was found for {model_id}, but {count} could not be checked"
        )
    else:
        click.echo(f"fine for {model_id}")


def _printed_check(pointer: str, check: Check) -> dict[str, Any]:
    return {
        "pointer": pointer,
        "rule": check.rule.condition,
        "verdict": check.verdict.value,
        "limit": check.rule.limit,
        "actual": check.actual or None,
        "unit": check.unit,
        "reason": check.reason,
        "evidence": list(check.evidence),
    }


def _printed(problem: Problem) -> dict[str, Any]:
    return {
        "pointer": problem.pointer,
        "code": problem.code,
        "verdict": problem.verdict,
        "message": problem.message,
        "rule": problem.rule,
        "limit": problem.limit,
        "actual": problem.actual,
        "evidence": list(problem.evidence),
    }
