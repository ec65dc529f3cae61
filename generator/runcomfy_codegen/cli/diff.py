"""``diff BASE [HEAD]``: what a change of schemas does to callers. For CI."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from ..diff.approvals import Approval, ApprovalError, apply_approvals, read_approvals
from ..diff.finding import DiffVerdict
from ..diff.report import DiffReport, Locate, changelog
from ..diff.run import diff
from ..errors import UsageError
from ..reports.command_report import CommandReport
from ..reports.markdown import MAX_STEP_SUMMARY, markdown_comment
from ..workspace.comparison import compare_sides
from ..workspace.project import Project
from ..workspace.revision import default_head, overrides_of, resolve_base, resolve_side
from .console import EXIT_FINDING, EXIT_INCOMPLETE, print_report
from .options import project_options, report_format_option

_APPROVALS = Path("runcomfy-approvals.toml")


@click.command("diff")
@click.argument("base", metavar="BASE")
@click.argument("head", metavar="[HEAD]", required=False)
@click.option(
    "--fail-on",
    type=click.Choice(["breaking", "risky", "never"]),
    default="breaking",
    show_default=True,
    help="Exit with 1 for findings as bad as this, or worse.",
)
@report_format_option("diff")
@click.option(
    "--merge-base",
    is_flag=True,
    help="Compare with the last commit that BASE and HEAD have in common.",
)
@click.option(
    "--approvals",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"File of approved findings.  [default: {_APPROVALS}, if it is there]",
)
@click.option(
    "--changelog",
    "changelog_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the changes as a section of a changelog into this file.",
)
@project_options
def command(
    project: Project,
    base: str,
    head: str | None,
    fail_on: str,
    form: str,
    merge_base: bool,
    approvals: Path | None,
    changelog_file: Path | None,
) -> None:
    """Say what a change of schemas does to callers.

    BASE and HEAD are folders of schemas, or revisions of this git repository as REF:path
    (or REF, for the configured folder). HEAD is the work tree if it is not given.
    """
    approved = _approvals(approvals)
    asked = Asked(project, base, head, merge_base)
    report, locate = asked.report(approved)
    written = report.for_writers(locate)
    if changelog_file is not None:
        changelog_file.write_text(changelog(written), "utf-8")
    print_report(written, form)
    if form == "github":
        _write_step_summary(written)
    if report.diagnostics:
        raise SystemExit(EXIT_INCOMPLETE)
    if _fails(report, fail_on):
        raise SystemExit(EXIT_FINDING)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user wants compared."""

    project: Project
    base: str
    head: str | None
    merge_base: bool

    def report(self, approvals: Iterable[Approval]) -> tuple[DiffReport, Locate]:
        """Read, build and compare both sides."""
        merge_with = self._head_revision() if self.merge_base else None
        old = resolve_base(self.base, self.project, merge_with)
        new = (
            resolve_side(self.head, self.project)
            if self.head
            else default_head(old, self.project)
        )
        overrides = (overrides_of(old, self.project), overrides_of(new, self.project))
        found = compare_sides(old, new, self.project.settings, overrides)
        # The last day of an approval is the same everywhere: that of UTC.
        today = datetime.now(UTC).date()
        findings = diff(
            found.old, found.new, found.outputs, found.texts, found.surfaces
        )
        done = apply_approvals(tuple(approvals), findings, today, found.failed)
        report = DiffReport(
            base=self.base,
            head=self.head or "work tree",
            findings=done.open,
            approved=done.approved,
            stale=done.stale,
            diagnostics=found.diagnostics,
        )
        return report, found.locate

    def _head_revision(self) -> str:
        if Path(self.base).is_dir() or (self.head and Path(self.head).is_dir()):
            raise UsageError("--merge-base needs git revisions, not folders")
        return self.head.partition(":")[0] if self.head else "HEAD"


def _approvals(file: Path | None) -> tuple[Approval, ...]:
    """The approvals of a file. Raises ``CodegenError``."""
    if file is None and not _APPROVALS.is_file():
        return ()
    chosen = file or _APPROVALS
    try:
        return read_approvals(tomllib.loads(chosen.read_text("utf-8")))
    except OSError as error:
        raise UsageError(f"{chosen}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{chosen}: not TOML: {error}") from None
    except ApprovalError as error:
        raise UsageError(f"{chosen}: {error}") from None


def _fails(report: DiffReport, fail_on: str) -> bool:
    if fail_on == "never":
        return False
    return any(each.verdict.reaches(DiffVerdict(fail_on)) for each in report.findings)


def _write_step_summary(report: CommandReport) -> None:
    """The whole report for GitHub's page of the step, whose annotations are limited."""
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(markdown_comment(report, MAX_STEP_SUMMARY))
