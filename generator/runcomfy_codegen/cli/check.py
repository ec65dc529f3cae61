"""``check``: is the generated package what the schemas say? For CI."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from ..errors import UsageError
from ..ir.diagnostic import Diagnostic
from ..package.changelog import Stale, staleness, without_equal_lock
from ..package.lock import LOCK, CallOptions, read_lock
from ..package.plan import WritePlan
from ..package.write import file_text, unified_diff
from ..workspace.generate import GenerateRequest, PreparedPackage, prepare, request_for
from ..workspace.project import Project
from .console import (
    EXIT_FINDING,
    count_progress,
    has_error,
    print_annotation,
    print_diagnostics,
    print_json,
    printable,
)
from .options import project_options


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
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "github"]), default="text"
)
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
    if form == "json":
        told = [_printed(verdict) for verdict in verdicts]
        print_json(told[0] if len(told) == 1 else {"clients": told})
    for verdict in verdicts if form == "github" else ():
        _print_annotations(verdict)
    for verdict in verdicts if form == "text" else ():
        print_diagnostics(verdict.diagnostics)
        _print_differences(verdict)
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


def _print_annotations(verdict: Verdict) -> None:
    for diagnostic in verdict.diagnostics:
        level = diagnostic.severity.value.replace("info", "notice")
        file = str(verdict.order.project.config.schemas / diagnostic.file)
        print_annotation(level, diagnostic.message, file, diagnostic.place.line)
    for each in verdict.stale:
        told = f"stale: {each.reason}" + (f" ({each.model})" if each.model else "")
        print_annotation("error", told, str(verdict.folder / each.path))


def _print_differences(verdict: Verdict) -> None:
    for each in verdict.stale:
        told = f"{each.path}: {each.reason}" + (
            f" ({each.model})" if each.model else ""
        )
        click.echo(printable(told))
        wanted = verdict.plan.write.get(each.path, "")
        for line in unified_diff(verdict.folder, each.path, wanted):
            click.echo(printable(line))
    if verdict.order.lock.selection != verdict.order.selection:
        told = " ".join(_asked(verdict.order.lock.selection)) or "no options"
        click.echo(
            printable(f"{verdict.folder}: it was generated with {told}"), err=True
        )
    if verdict.plan.clean:
        click.echo(f"{verdict.folder}: up to date, {verdict.renewal.total} files")
    else:
        click.echo(
            f"{verdict.folder}: {len(verdict.stale)} of {verdict.renewal.total} files are"
            " stale; run `runcomfy-codegen generate`",
            err=True,
        )


def _asked(selection: CallOptions) -> list[str]:
    """A selection as the options that ask for it."""
    options = [f"--models '{glob}'" for glob in selection.models]
    options += [f"--locale {selection.locale}"] if selection.locale else []
    options += [f"--target {selection.target}"] if selection.target else []
    return options
