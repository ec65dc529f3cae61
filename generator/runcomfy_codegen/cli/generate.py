"""``generate``: write a typed client package from the schemas."""

from __future__ import annotations

from typing import Any

import click

from .. import api
from ..errors import EXIT_FINDING
from ..targets import TARGETS
from .console import item_progress, print_diagnostics, print_json, say
from .options import (
    ProjectOptions,
    client_option,
    locale_option,
    models_option,
    package_option,
    project_options,
)


@click.command("generate")
@models_option
@package_option
@locale_option
@click.option(
    "--force",
    is_flag=True,
    help="Render everything, and replace generated files that were edited by hand.",
)
@click.option(
    "--target",
    type=click.Choice(list(TARGETS)),
    help="A Python client, or documents.  [default: from the configuration, else as last time]",
)
@client_option
@click.option(
    "--dump-context",
    metavar="MODEL",
    help="Print the values that the templates get for this model, as JSON; write nothing.",
)
@project_options
def command(where: ProjectOptions, dump_context: str | None, **options: Any) -> None:
    """Write a typed client package from the schemas.

    The package is self-contained: it needs httpx and pydantic, and nothing from this tool.
    Replaces and removes only files that the lock file of the package lists, and renders
    only models that changed.
    """
    if dump_context is not None:
        from ..workspace.render_context import dumped_context

        chosen = {name: options[name] for name in ("client", "locale", "target")}
        print_json(dumped_context(dump_context, **where, **chosen))
        return
    try:
        with item_progress("rendering") as progress:
            result = api.generate(**where, **options, progress=progress)
    except api.CodegenError as error:
        print_diagnostics(error.diagnostics)
        for line in error.diff if isinstance(error, api.FolderConflict) else ():
            say(line, on_stderr=True)
        raise
    for package in result.packages:
        _print_package(package)
    if not result.ok:
        raise SystemExit(EXIT_FINDING)


def _print_package(package: api.PackageResult) -> None:
    print_diagnostics(package.diagnostics)
    for word, sentence in package.changes:
        say(f"{word:<8} {sentence}")
    written, removed = len(package.written), len(package.removed)
    say(
        f"{package.output}: {written} written, {removed} removed,"
        f" {package.files} files in all"
        if written or removed
        else f"{package.output}: up to date, {package.files} files"
    )
