"""``pull [MODEL…]``: download the live catalog into the schemas folder."""

from __future__ import annotations

import click

from .. import api
from ..errors import EXIT_FINDING, UnknownModel
from ..workspace.import_documents import store_documents
from ..workspace.project import open_project
from ..workspace.pull import (
    MissingModels,
    missing_models,
    parse_locales,
    prune_models,
    read_live_catalog,
    read_model_pages,
)
from .console import print_diagnostics, print_json, print_lines, say
from .importing import as_json, change_lines, counts_shipped, new_schemas_lines
from .options import SchemasOptions, format_option, schemas_options
from .progress_bars import item_progress


@click.command("pull")
@click.argument("model_ids", nargs=-1, metavar="[MODEL...]")
@click.option(
    "--prune",
    is_flag=True,
    help="Remove the documents of models that are no longer in the catalog.",
)
@click.option(
    "--page-locale",
    "locales",
    metavar="LOCALE,...",
    default="",
    help="Also read the models' published pages in these languages.",
)
@format_option
@schemas_options
def command(
    where: SchemasOptions,
    model_ids: tuple[str, ...],
    prune: bool,
    locales: str,
    form: str,
) -> None:
    """Download the live catalog, or single models of it, into schemas/.

    Reads token and server from RUNCOMFY_TOKEN and RUNCOMFY_BASE_URL, like the client.
    Writes only documents that changed. Reports models that are no longer in the catalog,
    and keeps them unless --prune is given.
    """
    if prune and model_ids:
        raise click.UsageError("--prune needs the whole catalog; give no MODEL")
    wanted = parse_locales(locales)
    project = open_project(**where)
    with item_progress("reading the catalog") as progress:
        answer = read_live_catalog(model_ids, progress)
    with item_progress("reading the pages") as progress:
        pages = read_model_pages(answer, wanted, progress)
    before = counts_shipped(where)
    result = store_documents(project, [*answer.documents(), *pages])
    missing = MissingModels() if model_ids else missing_models(project, answer.pages)
    if prune:
        prune_models(project, missing, answer.pages)
    _print(result, missing, form, pruned=prune)
    if form == "text":
        print_lines(new_schemas_lines(where, before=before))
    if answer.unknown:
        raise UnknownModel("; ".join(answer.unknown))
    if not result.ok:
        raise SystemExit(EXIT_FINDING)


def _print(
    result: api.ImportResult, missing: MissingModels, form: str, *, pruned: bool
) -> None:
    if form == "json":
        gone = {"gone": missing.model_ids, "unlisted": missing.unlisted}
        print_json({**as_json(result), **gone, "pruned": pruned})
        return
    print_diagnostics(result.diagnostics)
    for model_id in missing.model_ids:
        word = "removed" if pruned else "gone from the catalog"
        say(f"{word:<18} {model_id}")
    if missing.documents and not pruned:
        click.echo(
            f"{len(missing.model_ids)} models are kept; --prune removes them", err=True
        )
    if missing.unlisted:
        click.echo(
            f"{len(missing.unlisted)} models are known from pages only, and kept",
            err=True,
        )
    print_lines(change_lines(result))
