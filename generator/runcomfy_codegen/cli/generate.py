"""``generate``: write a typed client package from the schemas."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .. import api
from ..errors import EXIT_FINDING
from ..targets import TARGETS
from .console import print_diagnostics, print_json, say
from .options import (
    ProjectOptions,
    client_option,
    locale_option,
    models_option,
    package_option,
    project_options,
    shipped_schemas_allowed,
)
from .progress_bars import item_progress

if TYPE_CHECKING:
    from ..workspace.saved_options import UnsavedOptions


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
    "--save",
    is_flag=True,
    help="Write the options of this call into the configuration, whose comments stay.",
)
@click.option(
    "--meta",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also write a project around the package: DIR/pyproject.toml and README.",
)
@click.option(
    "--dump-context",
    metavar="MODEL",
    help="Print the values that the templates get for this model, as JSON; write nothing.",
)
@project_options
@shipped_schemas_allowed
def command(
    where: ProjectOptions,
    dump_context: str | None,
    save: bool,
    meta: Path | None,
    **options: Any,
) -> None:
    """Write a typed client package from the schemas.

    The package is self-contained: it needs httpx and pydantic, and nothing from this tool.
    Replaces and removes only files that the lock file of the package lists, and renders
    only models that changed. If the configuration does not have the options of this call,
    prints the command that checks the same folder, and the lines that would save them.
    """
    if dump_context is not None:
        from ..workspace.render_context import dumped_context

        chosen = {name: options[name] for name in ("client", "locale", "target")}
        print_json(dumped_context(dump_context, **where, **chosen))
        return
    if meta is not None:
        options["output"] = _package_of(meta, options["output"], where["config"])
    unsaved = _unsaved(where, options)
    try:
        if save and unsaved is not None:
            result = _generate_and_save(where, options, unsaved)
        else:
            result = _generate(where, options)
    except api.CodegenError as error:
        print_diagnostics(error.diagnostics)
        for line in error.diff if isinstance(error, api.FolderConflict) else ():
            say(line, on_stderr=True)
        raise
    for package in result.packages:
        _print_package(package)
        if meta is not None:
            _write_project(meta, package.output)
    _print_options(unsaved, saved=save)
    if not result.ok:
        raise SystemExit(EXIT_FINDING)


def _print_options(unsaved: UnsavedOptions | None, *, saved: bool) -> None:
    if unsaved is not None:
        _print_unsaved(unsaved, saved=saved)
    elif saved:
        say("nothing to save: the configuration has these options")


def _package_of(folder: Path, output: Path | None, config: Path | None) -> Path:
    from ..workspace.client_project import package_in

    return package_in(folder, output, config)


def _write_project(folder: Path, package: Path) -> None:
    from ..workspace.client_project import write_client_project

    project = write_client_project(folder, package)
    for path in project.written:
        say(f"{path}: written")
    for path in project.kept:
        say(f"{path}: kept, because generate did not write it as it is", on_stderr=True)


def _unsaved(
    where: ProjectOptions, options: Mapping[str, Any]
) -> UnsavedOptions | None:
    from ..workspace.saved_options import unsaved_options

    stated = {name: value for name, value in options.items() if name != "force"}
    return unsaved_options(**where, **stated)


def _generate(where: ProjectOptions, options: Mapping[str, Any]) -> api.GenerateResult:
    with item_progress("rendering") as progress:
        return api.generate(**where, **options, progress=progress)


def _generate_and_save(
    where: ProjectOptions, options: Mapping[str, Any], unsaved: UnsavedOptions
) -> api.GenerateResult:
    """Generate with the options in the configuration, and leave them there."""
    from ..workspace.saved_options import saved

    moved = {"output": None, "models": (), "locale": None, "target": None}
    client = unsaved.client or None
    with saved(unsaved):
        schemas = api.SHIPPED if where["schemas"] is api.SHIPPED else None
        here = ProjectOptions(schemas=schemas, limits=None, config=where["config"])
        return _generate(here, {**options, **moved, "client": client})


def _print_unsaved(unsaved: UnsavedOptions, *, saved: bool) -> None:
    """The next command, and how it gets shorter."""
    if saved:
        keys = ", ".join(setting.key for setting in unsaved.settings)
        say(f"{unsaved.file}: saved {keys}")
        say(f"next: {unsaved.check_when_saved}")
        return
    say(f"next: {unsaved.check}")
    say(
        f"`generate --save` saves these options in {unsaved.file}; or add these lines, and"
        " generate again:"
    )
    for line in unsaved.lines():
        say(f"  {line}")


def _print_package(package: api.PackageResult) -> None:
    print_diagnostics(package.diagnostics)
    for word, sentence in package.changes:
        say(f"{word:<8} {sentence}")
    written, removed = len(package.written), len(package.removed)
    if written or removed:
        what = f"{written} written, {removed} removed, {package.files} files in all"
    elif not package.ok:
        what = f"nothing written, {package.files} files; see the errors above"
    else:
        what = f"up to date, {package.files} files"
    say(f"{package.output}: {what}")
