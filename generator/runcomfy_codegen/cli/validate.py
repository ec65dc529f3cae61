"""``validate MODEL FILE``: check an input document before you pay for a job."""

from __future__ import annotations

from typing import Any

import click

from runcomfy_runtime.media.inspection import InspectedFile
from runcomfy_runtime.media.rule_check import RuleCheck, Verdict
from runcomfy_runtime.report import Problem, Report

from ..errors import EXIT_FINDING
from ..workspace.project import open_project
from ..workspace.validate import validate_document
from .console import print_json, print_wrapped, terminal_safe
from .model_input import InputCommand, model_and_input, print_json_hint, read_call
from .options import (
    ProjectOptions,
    format_option,
    project_options,
    shipped_schemas_allowed,
)


@click.command("validate", cls=InputCommand)
@model_and_input
@click.option("--locale", help="Language of the messages.")
@format_option
@project_options
@shipped_schemas_allowed
def command(
    where: ProjectOptions,
    model_id: str,
    arguments: tuple[str, ...],
    locale: str | None,
    form: str,
) -> None:
    """Check an input before you pay for a job.

    The input is KEY=VALUE for each field, or a JSON FILE (- for standard input), or both.

    Checks the model's schema, its media rules and its stated limits. Measures media files;
    reads only a few kilobytes of remote ones. A local path, relative to the document, may
    replace a URL. Prints every problem at once. Exits with 1 if any problem is certain (for example, an
    unreadable local file), and counts the rules that could not be checked.
    """
    project = open_project(**where).in_locale(locale)
    _, given = read_call(project, model_id, arguments)
    report, findings = validate_document(
        project, model_id, given.document, given.folder, locale
    )
    if form == "json":
        print_json(_as_json(report, findings))
    else:
        _print_measured(findings)
        print_input_report(report)
        print_json_hint(report, given.typed)
        _print_verdict(model_id, report, findings)
    if not report.ok:
        raise SystemExit(EXIT_FINDING)


def _checks(findings: tuple[InspectedFile, ...]) -> list[tuple[str, RuleCheck]]:
    """Every check with its pointer, including passed ones."""
    return [
        (finding.reference.pointer, check)
        for finding in findings
        for check in (
            *finding.checks,
            *(stated.as_rule_check() for stated in finding.limit_checks),
        )
    ]


def _print_measured(findings: tuple[InspectedFile, ...]) -> None:
    """Print every media rule with the measured value, as a table."""
    checks = _checks(findings)
    if not checks:
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="dim")
    for heading in ("", "place", "rule", "measured"):
        table.add_column(heading)
    for pointer, check in checks:
        measured = f"{check.actual} {check.unit}" if check.actual else "unknown"
        row = (check.verdict.value, pointer, check.rule.condition, measured)
        table.add_row(*(Text(terminal_safe(cell)) for cell in row))
    print_wrapped(table)


def print_input_report(report: Report) -> None:
    """Print a line for each problem, with its place in the document."""
    for problem in report.problems:
        level = "error" if problem.verdict == "fail" else "unknown"
        if problem.level == "warn":
            level = "warning"
        click.echo(
            f"{terminal_safe(problem.pointer or '/')}: {level}: {terminal_safe(problem.message)}"
        )
    days = [problem.published for problem in report.failed if problem.origin == "limit"]
    if days:
        click.echo(
            f"the descriptions are those of {terminal_safe(max(days))}; a file of your own in"
            " the folder of --limits replaces a model's limits (docs/limits.md)"
        )


def _print_verdict(
    model_id: str, report: Report, findings: tuple[InspectedFile, ...]
) -> None:
    """Print whether the document is valid, which needs every rule to be checked."""
    if not report.ok:
        return
    verdicts = [check.verdict for _, check in _checks(findings)]
    sums = [problem for problem in report.unknown if problem.code.startswith("total_")]
    unknown = verdicts.count(Verdict.UNKNOWN) + len(sums)
    if unknown:
        count = f"{unknown} rule{'s' * (unknown != 1)}"
        click.echo(
            f"nothing wrong was found for {model_id}, but {count} could not be checked"
        )
    else:
        click.echo(f"fine for {model_id}")


def _printed_check(pointer: str, check: RuleCheck) -> dict[str, Any]:
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


def _as_json(report: Report, findings: tuple[InspectedFile, ...]) -> dict[str, Any]:
    return {
        "ok": report.ok,
        "problems": [_printed(problem) for problem in report.problems],
        "checks": [_printed_check(*row) for row in _checks(findings)],
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
        **_stated(problem),
    }


def _stated(problem: Problem) -> dict[str, str]:
    """What only problems with stated limits have: whose words they are, and from when."""
    if problem.origin != "limit":
        return {}
    return {
        "origin": problem.origin,
        "quote": problem.quote,
        "level": problem.level,
        "published": problem.published,
    }
