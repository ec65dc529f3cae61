"""``diff BASE [HEAD]``: what a change of schemas does to callers. For CI."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import click

from .. import __version__
from ..diff.approvals import Approval, ApprovalError, apply, read_approvals
from ..diff.finding import Verdict
from ..diff.judge import diff
from ..diff.report import changelog, github, markdown, sarif, text
from ..diff.report.report import Locate, Report
from ..errors import EXIT_FINDING, EXIT_INCOMPLETE, usage
from ..workspace.comparison import compared
from ..workspace.project import Project
from ..workspace.revision import base_side, overrides_of, side, work_tree
from .console import print_diagnostics, print_json, shown
from .options import project_options

_APPROVALS = Path("runcomfy-approvals.toml")
_COLOURS = {
    Verdict.BREAKING: "red",
    Verdict.RISKY: "yellow",
    Verdict.COMPATIBLE: "green",
    Verdict.DOCS_ONLY: "blue",
}


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
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown", "github", "sarif"]),
    default="text",
)
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
    if changelog_file is not None:
        changelog_file.write_text(changelog.changelog(report), "utf-8")
    _PRINTERS[form](report, locate)
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

    def report(self, approvals: Iterable[Approval]) -> tuple[Report, Locate]:
        """Read, build and compare both sides."""
        merge_with = self._head_revision() if self.merge_base else None
        old = base_side(self.base, self.project, merge_with)
        new = (
            side(self.head, self.project) if self.head else work_tree(old, self.project)
        )
        settings = self.project.settings
        before, after = (
            replace(settings, overrides=overrides_of(each, self.project))
            for each in (old, new)
        )
        found = compared(old, new, (before, after))
        # The last day of an approval is the same everywhere: that of UTC.
        today = datetime.now(UTC).date()
        findings = diff(found.old, found.new, found.outputs, found.texts)
        done = apply(tuple(approvals), findings, today, found.failed)
        report = Report(
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
            raise usage("--merge-base needs git revisions, not folders")
        return self.head.partition(":")[0] if self.head else "HEAD"


def _approvals(file: Path | None) -> tuple[Approval, ...]:
    """The approvals of a file. Raises ``Failure``."""
    if file is None and not _APPROVALS.is_file():
        return ()
    chosen = file or _APPROVALS
    try:
        return read_approvals(tomllib.loads(chosen.read_text("utf-8")))
    except OSError as error:
        raise usage(f"{chosen}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise usage(f"{chosen}: not TOML: {error}") from None
    except ApprovalError as error:
        raise usage(f"{chosen}: {error}") from None


def _fails(report: Report, fail_on: str) -> bool:
    if fail_on == "never":
        return False
    return any(each.verdict.reaches(Verdict(fail_on)) for each in report.findings)


def _print_text(report: Report, locate: Locate) -> None:
    print_diagnostics(report.diagnostics)
    for line in text.lines(report):
        verdict = next((v for v in Verdict if line.startswith(f"  {v.value} ")), None)
        told = shown(line)
        click.echo(told if verdict is None else _painted(told, verdict))


def _painted(line: str, verdict: Verdict) -> str:
    # Colours come after published text was made harmless.
    return line.replace(verdict.value, click.style(verdict, fg=_COLOURS[verdict]), 1)


def _print_json(report: Report, locate: Locate) -> None:
    print_json(report.printed())


def _print_markdown(report: Report, locate: Locate) -> None:
    click.echo(markdown.markdown(report), nl=False)


def _print_github(report: Report, locate: Locate) -> None:
    for line in github.commands(report, locate):
        click.echo(shown(line))
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(markdown.markdown(report, markdown.SUMMARY))


def _print_sarif(report: Report, locate: Locate) -> None:
    click.echo(json.dumps(sarif.sarif(report, locate, __version__), indent=2))


_PRINTERS: dict[str, Callable[[Report, Locate], None]] = {
    "text": _print_text,
    "json": _print_json,
    "markdown": _print_markdown,
    "github": _print_github,
    "sarif": _print_sarif,
}
