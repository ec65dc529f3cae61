"""``check``: is the generated package what the schemas say? For CI."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import click

from ..errors import UsageError
from ..ir.diagnostic import Diagnostic, Severity
from ..package.changelog import Stale, staleness, without_equal_lock
from ..package.lock import LOCK, CallOptions, read_lock
from ..package.plan import WritePlan
from ..package.write import file_text, unified_diff
from ..reports.command_report import CommandReport, FileNotice, TextLine, notice_of
from ..reports.text import diagnostic_lines
from ..workspace.generate import GenerateRequest, PreparedPackage, prepare, request_for
from ..workspace.project import Project
from .console import EXIT_FINDING, count_progress, has_error, print_report
from .options import project_options, report_format_option


@dataclass(frozen=True, slots=True)
class Verdict:
    """A package against its schemas: what would be changed in it, and why."""

    order: GenerateRequest
    renewal: PreparedPackage
    plan: WritePlan
    stale: tuple[Stale, ...]

    @property
    def folder(self) -> Path:
        """Where the package lies."""
        return self.order.folder

    @property
    def fine(self) -> bool:
        """Whether nothing is stale, and nothing wrong with the schemas."""
        return self.plan.clean and not has_error(self.diagnostics)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the schemas."""
        return self.renewal.diagnostics


@click.command("check")
@click.option(
    "--models",
    multiple=True,
    metavar="GLOB",
    help="As given to generate.  [default: as the package was generated]",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="Folder of the package.  [default: from the configuration]",
)
@click.option("--locale", help="As given to generate.")
@report_format_option("check")
@click.option("--client", metavar="NAME", help="Only this client of the configuration.")
@project_options
def command(
    project: Project,
    models: tuple[str, ...],
    output: Path | None,
    locale: str | None,
    form: str,
    client: str | None,
) -> None:
    """Say whether the generated package is what the schemas say.

    Exits with 1, a reason for each file and a diff if it is not. Nothing is written, line
    ends do not count, and everything is rendered, whatever the lock says of the files. What
    belongs into the package is what the configuration says; into a folder that it does not
    name, what generate was asked for.
    """
    chosen = CallOptions(models, locale or "")
    clients = project.clients(client, output)
    if len(clients) > 1 and chosen != CallOptions():
        raise UsageError(
            "--models and --locale are for one client; name it with --client"
        )
    verdicts = [
        examine(request_for(each, each.config.output, chosen)) for each in clients
    ]
    print_report(_report(verdicts), form)
    if not all(verdict.fine for verdict in verdicts):
        raise SystemExit(EXIT_FINDING)


def examine(order: GenerateRequest) -> Verdict:
    """Render everything, and compare it with what is there."""
    with count_progress("checking") as begin:
        renewal = prepare(order, begin, whole=True)
    new_text = renewal.wanted[LOCK]
    plan = without_equal_lock(renewal.plan, file_text(order.folder, LOCK), new_text)
    old, new = order.lock, read_lock(new_text)
    missing = frozenset(
        path for path in plan.write if not (order.folder / path).exists()
    )
    return Verdict(order, renewal, plan, staleness(plan, old, new, missing))


def _printed(verdict: Verdict) -> dict[str, object]:
    plan = verdict.plan
    return {
        "output": str(verdict.folder),
        "clean": plan.clean,
        "stale": sorted(path.as_posix() for path in plan.write),
        "leftover": [path.as_posix() for path in plan.remove],
        "edited": [path.as_posix() for path in plan.conflicts],
        "reasons": [
            {
                "file": each.path.as_posix(),
                "model": each.model,
                "why": each.why,
                "reason": each.reason,
            }
            for each in verdict.stale
        ],
        "diagnostics": [each.printed() for each in verdict.diagnostics],
    }


def _report(verdicts: Sequence[Verdict]) -> CommandReport:
    documents = [_printed(verdict) for verdict in verdicts]
    return CommandReport(
        command="check",
        document=documents[0] if len(documents) == 1 else {"clients": documents},
        notices=tuple(chain.from_iterable(map(_notices, verdicts))),
        text=tuple(chain.from_iterable(map(_lines, verdicts))),
    )


def _notices(verdict: Verdict) -> Iterator[FileNotice]:
    schemas = verdict.order.project.config.schemas
    for diagnostic in verdict.diagnostics:
        notice = notice_of(diagnostic)
        yield replace(notice, file=str(schemas / diagnostic.file))
    for each in verdict.stale:
        yield FileNotice(
            level=Severity.ERROR,
            message=f"stale: {_reason(each)}",
            file=str(verdict.folder / each.path),
        )


def _reason(stale: Stale) -> str:
    return f"{stale.reason} ({stale.model})" if stale.model else stale.reason


def _lines(verdict: Verdict) -> Iterator[TextLine]:
    yield from diagnostic_lines(verdict.diagnostics)
    for each in verdict.stale:
        yield TextLine(f"{each.path}: {_reason(each)}")
        wanted = verdict.plan.write.get(each.path, "")
        yield from map(TextLine, unified_diff(verdict.folder, each.path, wanted))
    if verdict.order.lock.selection != verdict.order.selection:
        options = " ".join(_asked(verdict.order.lock.selection)) or "no options"
        text = f"{verdict.folder}: it was generated with {options}"
        yield TextLine(text, on_stderr=True)
    if verdict.plan.clean:
        total = verdict.renewal.total
        yield TextLine(f"{verdict.folder}: up to date, {total} files")
    else:
        yield TextLine(
            f"{verdict.folder}: {len(verdict.stale)} of {verdict.renewal.total} files are"
            " stale; run `runcomfy-codegen generate`",
            on_stderr=True,
        )


def _asked(selection: CallOptions) -> list[str]:
    """A selection as the options that ask for it."""
    options = [f"--models '{glob}'" for glob in selection.models]
    options += [f"--locale {selection.locale}"] if selection.locale else []
    options += [f"--target {selection.target}"] if selection.target else []
    return options
