"""``generate``: the schemas as a typed client package."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import click

from ..errors import OperationError, UsageError
from ..package.changelog import package_changes
from ..package.lock import LOCK, CallOptions, Lock, read_lock
from ..package.plan import Conflict, WritePlan
from ..package.write import (
    LOST_LOCK,
    enclosing_package,
    holds_foreign_files,
    unified_diff,
    write_package,
)
from ..store.atomic_write import FolderLocked, lock_folder
from ..targets import TARGETS
from ..workspace.generate import GenerateRequest, PreparedPackage, prepare, request_for
from ..workspace.project import Project
from ..workspace.render_context import template_context
from .console import (
    EXIT_FINDING,
    count_progress,
    has_error,
    print_diagnostics,
    print_json,
    printable,
)
from .options import project_options

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
    type=click.Choice(list(TARGETS)),
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
        print_json(_context(project, client, locale, target, dump_context))
        return
    chosen = CallOptions(models, locale or "", target or "")
    clients = project.clients(client, output)
    if len(clients) > 1 and chosen != CallOptions():
        raise UsageError(
            "--models, --locale and --target are for one client; name it with --client"
        )
    with ExitStack() as held:
        for each in clients:
            _claim(each.config.output, held)
        prepared = [_prepare(each, chosen, force=force) for each in clients]
        outcomes = [_finish(order, renewal) for order, renewal in prepared]
    if not all(outcomes):
        raise SystemExit(EXIT_FINDING)


def _context(
    project: Project,
    client: str | None,
    locale: str | None,
    target: str | None,
    model_id: str,
) -> dict[str, Any]:
    """What the templates of one client are given for a model."""
    chosen = project.clients(client, None)[0] if client else project
    config = chosen.config
    asked = Project(replace(config, target=target or config.target))
    return template_context(asked.in_locale(locale), model_id)


def _claim(folder: Path, held: ExitStack) -> None:
    """Hold a folder that is ours to write into."""
    if holds_foreign_files(folder):
        raise OperationError(
            f"{folder} holds files that are not ours, and no lock file; nothing was written."
            f" Choose an empty folder; if it was ours, {LOST_LOCK}"
        )
    around = enclosing_package(folder)
    if around is not None:
        raise OperationError(
            f"{folder} lies in {around}, which is a generated package itself;"
            " nothing was written. Choose a folder of its own"
        )
    try:
        held.enter_context(lock_folder(folder))
    except FolderLocked as error:
        raise OperationError(
            f"{error}; nothing was written. Try again when it is done"
        ) from None


def _prepare(
    project: Project, chosen: CallOptions, *, force: bool
) -> tuple[GenerateRequest, PreparedPackage]:
    """What to do for one client; nothing is written before every one can be."""
    order = request_for(project, project.config.output, chosen)
    with count_progress("rendering") as begin:
        renewal = prepare(order, begin, whole=force)
    print_diagnostics(renewal.diagnostics)
    _refuse_conflicts(order.folder, renewal.plan, force=force)
    return order, renewal


def _finish(order: GenerateRequest, renewal: PreparedPackage) -> bool:
    """Bring one client up to date; whether its schemas have no error."""
    write_package(order.folder, renewal.plan)
    if order.lock.models:
        _tell_upgrade(order.lock, renewal)
    click.echo(f"{order.folder}: {_summary(renewal.plan, renewal.total)}")
    return not has_error(renewal.diagnostics)


def _tell_upgrade(old: Lock, renewal: PreparedPackage) -> None:
    """What changed for those who use the package."""
    if LOCK in renewal.wanted:
        for word, told in package_changes(old, read_lock(renewal.wanted[LOCK])):
            click.echo(f"{word:<8} {printable(told)}")


def _refuse_conflicts(folder: Path, plan: WritePlan, *, force: bool) -> None:
    foreign = [path for path, why in plan.conflicts.items() if why is Conflict.FOREIGN]
    if foreign:
        raise OperationError(
            f"{_named(folder, foreign)} not ours and in the way; nothing was written."
            " Move it, or choose another folder"
        )
    if plan.conflicts and not force:
        for path in list(plan.conflicts)[:_SHOWN]:
            for line in unified_diff(folder, path, plan.write.get(path, "")):
                click.echo(printable(line), err=True)
        raise OperationError(
            f"{_named(folder, list(plan.conflicts))} edited by hand; nothing was written."
            " --force replaces what was edited"
        )


def _named(folder: Path, paths: Sequence[PurePosixPath]) -> str:
    names = ", ".join(f"{folder}/{path}" for path in paths[:_SHOWN])
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return f"{names}{more} {'is' if len(paths) == 1 else 'are'}"


def _summary(plan: WritePlan, total: int) -> str:
    if plan.clean:
        return f"up to date, {total} files"
    return (
        f"{len(plan.write)} written, {len(plan.remove)} removed, {total} files in all"
    )
