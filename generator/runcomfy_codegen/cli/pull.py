"""``pull [MODEL…]``: the live catalog into the folder of schemas."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

import click

from runcomfy_runtime.http.httpx_transport import HttpxTransport

from ..errors import OperationError, UnknownModel, UsageError
from ..ir.document import Document
from ..sources.read import SourceResult
from ..store.schemas_folder import read_all, remove_all
from ..workspace.import_documents import ImportedDocuments, read_content, store_readings
from ..workspace.live_catalog import (
    CatalogPage,
    LiveCatalog,
    OnItem,
    access_from_environment,
    whole,
)
from ..workspace.page_download import ModelPage, asked_locales, pages_of, read_pages
from ..workspace.project import Project
from ..workspace.source import fetched
from .console import (
    EXIT_FINDING,
    count_progress,
    has_error,
    print_diagnostics,
    print_json,
    print_lines,
    printable,
)
from .importing import arrival_lines, printed_import
from .options import format_option, project_options


@dataclass(frozen=True, slots=True)
class Gone:
    """What the folder holds and the catalog does not list.

    ``documents`` are all those of models that once came from the catalog; ``unlisted`` the
    models that only pages told of, which is no sign that they are gone.
    """

    documents: tuple[Document, ...] = ()
    unlisted: tuple[str, ...] = ()

    @property
    def model_ids(self) -> list[str]:
        """The models that are gone."""
        return sorted({document.model_id for document in self.documents})


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
    pages, unknown = _pulled(model_ids)
    readings = [(page.url, read_content(page.url, page.content)) for page in pages]
    readings += _texts(pages_of(pages, wanted))
    imported = store_readings(project, readings)
    gone = Gone() if model_ids else _gone(project, pages)
    if prune:
        _prune(project, gone, pages)
    _tell(project, imported, gone, form, pruned=prune)
    if unknown:
        raise UsageError("; ".join(unknown))
    if has_error(imported.diagnostics):
        raise SystemExit(EXIT_FINDING)


def _pulled(model_ids: Iterable[str]) -> tuple[list[CatalogPage], list[str]]:
    """The catalog's answers, and what it says of models that it does not have."""
    access = access_from_environment()
    chosen = list(model_ids)
    with (
        contextlib.closing(HttpxTransport()) as transport,
        count_progress("reading the catalog") as begin,
    ):
        live = LiveCatalog(transport, access)
        return _singly(live, chosen, begin) if chosen else (live.every(begin), [])


def _singly(
    live: LiveCatalog, model_ids: Collection[str], begin: Callable[[int], OnItem]
) -> tuple[list[CatalogPage], list[str]]:
    tell = begin(len(model_ids))
    pages: list[CatalogPage] = []
    unknown: list[str] = []
    for model_id in model_ids:
        try:
            pages.append(live.one(model_id))
        except UnknownModel as error:
            unknown.append(str(error))
        tell(model_id)
    return pages, unknown


def _texts(pages: Collection[ModelPage]) -> list[tuple[str, SourceResult]]:
    """What the site's pages tell, by their addresses."""
    if not pages:
        return []
    with count_progress("reading the pages") as begin:
        tell = begin(len(pages))
        readings: list[tuple[str, SourceResult]] = []
        for url, reading in read_pages(pages, fetched):
            readings.append((url, reading))
            tell(url)
        return readings


def _gone(project: Project, pages: Iterable[CatalogPage]) -> Gone:
    """The models of the folder that the catalog does not list."""
    listed = {model_id for page in pages for model_id in page.model_ids}
    try:
        stored = read_all(project.config.schemas)
    except FileNotFoundError:
        return Gone()
    unlisted = [
        document for _, document in stored.documents if document.model_id not in listed
    ]
    were_listed = {
        document.model_id
        for document in unlisted
        if document.provenance.form == "catalog"
    }
    return Gone(
        tuple(each for each in unlisted if each.model_id in were_listed),
        tuple(sorted({each.model_id for each in unlisted} - were_listed)),
    )


def _prune(project: Project, gone: Gone, pages: Collection[CatalogPage]) -> None:
    if not any(page.model_ids for page in pages):
        raise OperationError(
            "the catalog is empty, which cannot be meant; nothing was removed"
        )
    if gone.documents and not whole(pages):
        raise OperationError(
            "the catalog does not list every model that it says it has, so none can be said"
            " to be gone; nothing was removed"
        )
    remove_all(project.config.schemas, gone.documents)


def _tell(
    project: Project,
    imported: ImportedDocuments,
    gone: Gone,
    form: str,
    *,
    pruned: bool,
) -> None:
    if form == "json":
        told = {"gone": gone.model_ids, "unlisted": gone.unlisted, "pruned": pruned}
        print_json({**printed_import(imported), **told})
        return
    print_diagnostics(imported.diagnostics)
    for model_id in gone.model_ids:
        word = "removed" if pruned else "gone from the catalog"
        click.echo(f"{word:<18} {printable(model_id)}")
    if gone.documents and not pruned:
        click.echo(
            f"{len(gone.model_ids)} models are kept; --prune removes them", err=True
        )
    if gone.unlisted:
        click.echo(
            f"{len(gone.unlisted)} models are known from pages alone, and kept",
            err=True,
        )
    print_lines(arrival_lines(project, imported.arrivals))
