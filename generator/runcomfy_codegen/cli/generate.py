"""``generate``: the schemas as a typed client package."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import click

from ..emit.plan import Conflict, Plan
from .failure import EXIT_FINDING, Failure
from .folder import carry_out, holds_strangers, plan_for, render
from .project import Project, project_options
from .report import has_error, print_diagnostics

_SHOWN = 5


@click.command("generate")
@click.option(
    "--models", multiple=True, metavar="GLOB", help="Only these models; * crosses /."
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="Folder of the package.  [default: from the configuration]",
)
@click.option("--locale", help="Language of the texts.")
@click.option(
    "--force", is_flag=True, help="Replace generated files that were edited by hand."
)
@project_options
def command(
    project: Project,
    models: tuple[str, ...],
    output: Path | None,
    locale: str | None,
    force: bool,
) -> None:
    """Write a typed client package from the schemas.

    The package is self-contained: it needs httpx and pydantic, and nothing of this tool.
    Only files that its lock file names are ever replaced or removed.
    """
    project = project.in_locale(locale)
    folder = output or project.config.output
    if holds_strangers(folder):
        raise Failure(
            f"{folder} holds files that are not ours, and no lock file; nothing was written."
            " Choose an empty folder"
        )
    catalog = project.catalog()
    print_diagnostics(catalog.diagnostics)
    wanted = render(project, catalog, folder, models or project.config.models)
    plan = plan_for(folder, wanted, catalog)
    _refuse_conflicts(folder, plan, force=force)
    carry_out(folder, plan)
    click.echo(f"{folder}: {_summary(plan, len(wanted))}")
    if has_error(catalog.diagnostics):
        raise SystemExit(EXIT_FINDING)


def _refuse_conflicts(folder: Path, plan: Plan, *, force: bool) -> None:
    foreign = [path for path, why in plan.conflicts.items() if why is Conflict.FOREIGN]
    if foreign:
        raise Failure(
            f"{_named(folder, foreign)} not ours and in the way; nothing was written."
            " Move it, or choose another folder"
        )
    if plan.conflicts and not force:
        raise Failure(
            f"{_named(folder, list(plan.conflicts))} edited by hand; nothing was written."
            " `runcomfy-codegen check` shows how; --force replaces what was edited"
        )


def _named(folder: Path, paths: Sequence[PurePosixPath]) -> str:
    shown = ", ".join(f"{folder}/{path}" for path in paths[:_SHOWN])
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return f"{shown}{more} {'is' if len(paths) == 1 else 'are'}"


def _summary(plan: Plan, total: int) -> str:
    if plan.clean:
        return f"up to date, {total} files"
    return (
        f"{len(plan.write)} written, {len(plan.remove)} removed, {total} files in all"
    )
