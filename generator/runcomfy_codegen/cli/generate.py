"""``generate``: the schemas as a typed client package."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import click

from ..config import TARGETS
from ..emit.lock import LOCK, Lock, Selection, read_lock
from ..emit.plan import Conflict, Plan
from ..emit.upgrade import upgrade
from .difference import difference
from .failure import EXIT_FINDING, Failure
from .folder import carry_out, holds_strangers
from .progress import count_progress
from .project import Project, project_options
from .renewal import Renewal, remembered, renew
from .report import has_error, print_diagnostics, print_json
from .template_context import context_of
from .text import shown

_SHOWN = 5


@click.command("generate")
@click.option(
    "--models",
    multiple=True,
    metavar="GLOB",
    help="Only these models; * crosses /.  [default: as before, else the configuration]",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="Folder of the package.  [default: from the configuration]",
)
@click.option("--locale", help="Language of the texts.")
@click.option(
    "--force",
    is_flag=True,
    help="Render everything, and replace generated files that were edited by hand.",
)
@click.option(
    "--target",
    type=click.Choice(TARGETS),
    help="What to write: a Python client, or documents.  [default: as before, else python]",
)
@click.option("--client", metavar="NAME", help="Only this client of the configuration.")
@click.option(
    "--dump-context",
    metavar="MODEL",
    help="Print what the templates are given for a model, as JSON; write nothing.",
)
@project_options
def command(
    project: Project,
    models: tuple[str, ...],
    output: Path | None,
    locale: str | None,
    force: bool,
    target: str | None,
    client: str | None,
    dump_context: str | None,
) -> None:
    """Write a typed client package from the schemas.

    The package is self-contained: it needs httpx and pydantic, and nothing of this tool.
    Only files that its lock file names are ever replaced or removed; only models that
    changed since are rendered.
    """
    if dump_context is not None:
        print_json(context_of(project.in_locale(locale), dump_context))
        return
    chosen = Selection(models, locale or "", target or "")
    outcomes = [
        _generate(each, chosen, force=force) for each in project.clients(client, output)
    ]
    if not all(outcomes):
        raise SystemExit(EXIT_FINDING)


def _generate(project: Project, chosen: Selection, *, force: bool) -> bool:
    """Bring one client up to date; whether its schemas have no error."""
    folder = project.config.output
    if holds_strangers(folder):
        raise Failure(
            f"{folder} holds files that are not ours, and no lock file; nothing was written."
            " Choose an empty folder"
        )
    order = remembered(project, folder, chosen)
    with count_progress("rendering") as begin:
        renewal = renew(order, begin, whole=force)
    print_diagnostics(renewal.diagnostics)
    _refuse_conflicts(folder, renewal.plan, force=force)
    carry_out(folder, renewal.plan)
    if order.lock.models:
        _tell_upgrade(order.lock, renewal)
    click.echo(f"{folder}: {_summary(renewal.plan, renewal.total)}")
    return not has_error(renewal.diagnostics)


def _tell_upgrade(old: Lock, renewal: Renewal) -> None:
    """What changed for those who use the package."""
    if LOCK in renewal.wanted:
        for word, told in upgrade(old, read_lock(renewal.wanted[LOCK])):
            click.echo(f"{word:<8} {shown(told)}")


def _refuse_conflicts(folder: Path, plan: Plan, *, force: bool) -> None:
    foreign = [path for path, why in plan.conflicts.items() if why is Conflict.FOREIGN]
    if foreign:
        raise Failure(
            f"{_named(folder, foreign)} not ours and in the way; nothing was written."
            " Move it, or choose another folder"
        )
    if plan.conflicts and not force:
        for path in list(plan.conflicts)[:_SHOWN]:
            for line in difference(folder, path, plan.write.get(path, "")):
                click.echo(line, err=True)
        raise Failure(
            f"{_named(folder, list(plan.conflicts))} edited by hand; nothing was written."
            " --force replaces what was edited"
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
