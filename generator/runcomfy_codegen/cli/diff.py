"""``diff BASE [HEAD]``: report what a change of the schemas means for callers. For CI."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from .. import api
from ..diff.finding import DiffVerdict
from ..diff.report import changelog
from ..errors import EXIT_FINDING, EXIT_INCOMPLETE
from ..reports.command_report import CommandReport
from .console import print_report
from .options import ProjectOptions, project_options, report_format_option


@click.command("diff")
@click.argument("base", metavar="BASE")
@click.argument("head", metavar="[HEAD]", required=False)
@click.option(
    "--fail-on",
    type=click.Choice(["breaking", "risky", "never"]),
    default="breaking",
    show_default=True,
    help="Exit with 1 for findings of this verdict or worse.",
)
@report_format_option("diff")
@click.option(
    "--merge-base",
    is_flag=True,
    help="Compare with the last commit that BASE and HEAD have in common.",
)
@click.option(
    "--models",
    multiple=True,
    metavar="GLOB",
    help="Judge only these models; * also matches /.  [default: those that the configuration of"
    " BASE or of HEAD selects]",
)
@click.option("--all", "all_models", is_flag=True, help="Judge every model.")
@click.option(
    "--approvals",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File of approved findings.  [default: runcomfy-approvals.toml, if it exists]",
)
@click.option(
    "--changelog",
    "changelog_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the changes to this file, as a section of a changelog.",
)
@project_options
def command(
    where: ProjectOptions,
    base: str,
    head: str | None,
    fail_on: str,
    form: str,
    changelog_file: Path | None,
    **options: Any,
) -> None:
    """Report what a change of the schemas means for callers.

    BASE and HEAD are schemas folders, or revisions of this git repository as REF:path (or
    REF, for the folder that its configuration names). Without HEAD, BASE is compared with the
    work tree. If REF does not have the configured folder yet, every model is new.
    """
    result = api.diff(base, head, **where, **options)
    report = result.report.for_writers(result.locate)
    if changelog_file is not None:
        changelog_file.write_text(changelog(report), "utf-8")
    print_report(report, form)
    if form == "github":
        _write_step_summary(report)
    if result.diagnostics:
        raise SystemExit(EXIT_INCOMPLETE)
    if _fails(result, fail_on):
        raise SystemExit(EXIT_FINDING)


def _fails(result: api.DiffResult, fail_on: str) -> bool:
    if fail_on == "never":
        return False
    worst = DiffVerdict(fail_on)
    return any(finding.verdict.reaches(worst) for finding in result.findings)


def _write_step_summary(report: CommandReport) -> None:
    """Write the whole report to GitHub's page of the step, whose annotations are limited."""
    from ..reports.markdown import MAX_STEP_SUMMARY, markdown_comment

    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(markdown_comment(report, MAX_STEP_SUMMARY))
