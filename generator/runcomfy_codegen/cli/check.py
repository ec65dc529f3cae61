"""``check``: is the generated package what the schemas say? For CI."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

import click

from ..emit.package import Files
from ..emit.plan import Plan
from ..ir.diagnostic import Diagnostic
from ..store.tree import read_bytes
from .failure import EXIT_FINDING
from .folder import plan_for, render
from .project import Project, project_options
from .report import has_error, print_diagnostics, print_json
from .text import shown


@click.command("check")
@click.option("--models", multiple=True, metavar="GLOB", help="As given to generate.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="Folder of the package.  [default: from the configuration]",
)
@click.option("--locale", help="As given to generate.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@project_options
def command(
    project: Project,
    models: tuple[str, ...],
    output: Path | None,
    locale: str | None,
    form: str,
) -> None:
    """Say whether the generated package is what the schemas say.

    Exits with 1 and a diff if it is not. Nothing is written; line ends do not count.
    """
    project = project.in_locale(locale)
    folder = output or project.config.output
    catalog = project.catalog()
    wanted = render(project, catalog, folder, models or project.config.models)
    plan = plan_for(folder, wanted, catalog)
    if form == "json":
        print_json(_printed(folder, plan, catalog.diagnostics))
    else:
        print_diagnostics(catalog.diagnostics)
        _print_differences(folder, plan, wanted)
    if not plan.clean or has_error(catalog.diagnostics):
        raise SystemExit(EXIT_FINDING)


def _printed(
    folder: Path, plan: Plan, diagnostics: Iterable[Diagnostic]
) -> dict[str, object]:
    return {
        "output": str(folder),
        "clean": plan.clean,
        "stale": sorted(path.as_posix() for path in plan.write),
        "leftover": [path.as_posix() for path in plan.remove],
        "edited": [path.as_posix() for path in plan.conflicts],
        "diagnostics": [each.printed() for each in diagnostics],
    }


def _print_differences(folder: Path, plan: Plan, wanted: Files) -> None:
    for path in sorted({*plan.write, *plan.remove}):
        old = _lines((read_bytes(folder / path) or b"").decode("utf-8", "replace"))
        new = _lines(wanted.get(path, "") if path in plan.write else "")
        for line in _diff(path, old, new):
            click.echo(shown(line.rstrip("\n")))
    if plan.clean:
        click.echo(f"{folder}: up to date, {len(wanted)} files")
    else:
        stale = len({*plan.write, *plan.remove})
        click.echo(
            f"{folder}: {stale} of {len(wanted)} files are stale;"
            " run `runcomfy-codegen generate`",
            err=True,
        )


def _diff(path: PurePosixPath, old: list[str], new: list[str]) -> Iterator[str]:
    return difflib.unified_diff(old, new, f"on disk/{path}", f"generated/{path}")


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").splitlines(keepends=True)
