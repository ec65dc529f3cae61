"""``pull [MODEL…]``: the live catalog into the folder of schemas."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable

import click

from runcomfy_runtime.http.blocking import HttpxTransport

from ..ir.document import Document
from ..sources.reading import Reading
from ..store.schemas import read_all, remove_all
from .failure import EXIT_FINDING, Failure
from .importing import (
    Imported,
    print_arrivals,
    printed_import,
    read_content,
    take_readings,
)
from .live import LiveCatalog, Page, access_from_environment
from .pages import ModelPage, asked_locales, pages_of, read_page
from .progress import count_progress
from .project import Project, project_options
from .report import format_option, has_error, print_diagnostics, print_json
from .source import fetched
from .text import shown


@click.command("pull")
@click.argument("model_ids", nargs=-1, metavar="[MODEL...]")
@click.option(
    "--prune",
    is_flag=True,
    help="Remove the documents of models that the catalog has no more.",
)
@click.option(
    "--page-locale",
    "locales",
    metavar="LOCALE,...",
    default="",
    help="Read the models' published pages in these languages too.",
)
@format_option
@project_options
def command(
    project: Project, model_ids: tuple[str, ...], prune: bool, locales: str, form: str
) -> None:
    """Read the live catalog, or single models of it, into schemas/.

    Token and server are those of the client: RUNCOMFY_TOKEN, RUNCOMFY_BASE_URL. Only
    documents that changed are written. Models that the catalog has no more are told, and
    stay unless --prune is given.
    """
    if prune and model_ids:
        raise click.UsageError(
            "--prune compares with the whole catalog; name no models"
        )
    wanted = asked_locales(locales)
    pages = _pulled(model_ids)
    readings = [(page.url, read_content(page.url, page.content)) for page in pages]
    readings += _texts(pages_of(pages, wanted))
    imported = take_readings(project, readings)
    gone = [] if model_ids else _gone(project, pages)
    if prune:
        _prune(project, gone, pages)
    _tell(project, imported, gone, form, pruned=prune)
    if has_error(imported.diagnostics):
        raise SystemExit(EXIT_FINDING)


def _pulled(model_ids: Iterable[str]) -> list[Page]:
    access = access_from_environment()
    chosen = list(model_ids)
    with contextlib.closing(HttpxTransport()) as transport:
        live = LiveCatalog(transport, access)
        with count_progress("reading the catalog") as begin:
            if not chosen:
                return live.every(begin)
            tell = begin(len(chosen))
            pages: list[Page] = []
            for model_id in chosen:
                pages.append(live.one(model_id))
                tell(model_id)
            return pages


def _texts(pages: Collection[ModelPage]) -> list[tuple[str, Reading]]:
    """What the site's pages tell, by their addresses."""
    if not pages:
        return []
    with count_progress("reading the pages") as begin:
        tell = begin(len(pages))
        readings: list[tuple[str, Reading]] = []
        for page in pages:
            readings.append((page.url, read_page(page, fetched)))
            tell(page.url)
        return readings


def _gone(project: Project, pages: Iterable[Page]) -> list[Document]:
    """Stored documents of the catalog whose models it does not list any more."""
    listed = {model_id for page in pages for model_id in page.model_ids}
    try:
        stored = read_all(project.config.schemas)
    except FileNotFoundError:
        return []
    return [
        document
        for _, document in stored.documents
        if document.provenance.form == "catalog" and document.model_id not in listed
    ]


def _prune(project: Project, gone: Iterable[Document], pages: Iterable[Page]) -> None:
    if not any(page.model_ids for page in pages):
        raise Failure(
            "the catalog is empty, which cannot be meant; nothing was removed"
        )
    remove_all(project.config.schemas, gone)


def _tell(
    project: Project,
    imported: Imported,
    gone: list[Document],
    form: str,
    *,
    pruned: bool,
) -> None:
    ids = sorted({document.model_id for document in gone})
    if form == "json":
        print_json({**printed_import(imported), "gone": ids, "pruned": pruned})
        return
    print_diagnostics(imported.diagnostics)
    for model_id in ids:
        word = "removed" if pruned else "gone from the catalog"
        click.echo(f"{word:<18} {shown(model_id)}")
    if ids and not pruned:
        click.echo(f"{len(ids)} models are kept; --prune removes them", err=True)
    print_arrivals(project, imported.arrivals)
