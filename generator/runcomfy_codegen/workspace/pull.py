"""Storing the live catalog, and the published pages of its models, in the schemas folder."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from runcomfy_runtime.http.httpx_transport import HttpxTransport

from ..errors import OperationError, UnknownModel
from ..ir.document import Document
from ..sources.read import SourceResult
from ..store.schemas_folder import read_all, remove_all
from .import_documents import fetched, read_content
from .live_catalog import (
    CatalogPage,
    LiveCatalog,
    access_from_environment,
    is_complete,
)
from .page_download import pages_of, read_pages
from .project import Project
from .results import Progress


@dataclass(frozen=True, slots=True)
class CatalogAnswer:
    """Pages of the live catalog, and a message for each model that it does not have."""

    pages: tuple[CatalogPage, ...]
    unknown: tuple[str, ...] = ()

    def documents(self) -> list[tuple[str, SourceResult]]:
        """The documents on each page, by its URL."""
        return [(page.url, read_content(page.url, page.content)) for page in self.pages]


@dataclass(frozen=True, slots=True)
class MissingModels:
    """Stored models that are not in the catalog.

    ``documents`` are the documents of models that once came from the catalog. ``unlisted``
    are models that are known from pages only: the catalog may never have listed them.
    """

    documents: tuple[Document, ...] = ()
    unlisted: tuple[str, ...] = ()

    @property
    def model_ids(self) -> list[str]:
        """The models that are no longer in the catalog."""
        return sorted({document.model_id for document in self.documents})


def read_catalog(model_ids: Sequence[str], progress: Progress) -> CatalogAnswer:
    """The whole live catalog, or only these models. Raises ``CodegenError``."""
    access = access_from_environment()
    with contextlib.closing(HttpxTransport()) as transport:
        catalog = LiveCatalog(transport, access)
        if not model_ids:
            return CatalogAnswer(tuple(catalog.every(progress)))
        return _read_models(catalog, model_ids, progress)


def _read_models(
    catalog: LiveCatalog, model_ids: Sequence[str], progress: Progress
) -> CatalogAnswer:
    pages: list[CatalogPage] = []
    unknown: list[str] = []
    for done, model_id in enumerate(model_ids, 1):
        try:
            pages.append(catalog.one(model_id))
        except UnknownModel as error:
            unknown.append(str(error))
        progress(done, len(model_ids), model_id)
    return CatalogAnswer(tuple(pages), tuple(unknown))


def read_model_pages(
    answer: CatalogAnswer, locales: Iterable[str], progress: Progress
) -> list[tuple[str, SourceResult]]:
    """The documents on the published pages of these models, by URL."""
    pages = pages_of(answer.pages, locales)
    documents: list[tuple[str, SourceResult]] = []
    for url, document in read_pages(pages, fetched):
        documents.append((url, document))
        progress(len(documents), len(pages), url)
    return documents


def missing_models(project: Project, pages: Iterable[CatalogPage]) -> MissingModels:
    """The models of the schemas folder that are on none of the catalog's pages."""
    listed = {model_id for page in pages for model_id in page.model_ids}
    try:
        stored = read_all(project.config.schemas)
    except FileNotFoundError:
        return MissingModels()
    unlisted = [
        document for _, document in stored.documents if document.model_id not in listed
    ]
    from_catalog = {
        document.model_id
        for document in unlisted
        if document.provenance.form == "catalog"
    }
    return MissingModels(
        tuple(each for each in unlisted if each.model_id in from_catalog),
        tuple(sorted({each.model_id for each in unlisted} - from_catalog)),
    )


def prune_models(
    project: Project, missing: MissingModels, pages: Collection[CatalogPage]
) -> None:
    """Remove the documents of missing models. Raises ``OperationError`` and ``OSError``.

    An empty or incomplete catalog removes nothing: it does not prove that a model is gone.
    """
    if not any(page.model_ids for page in pages):
        raise OperationError("the catalog is empty; nothing was removed")
    if missing.documents and not is_complete(pages):
        raise OperationError(
            "the catalog does not list all of the models that it counts, so a missing one"
            " may still exist; nothing was removed"
        )
    remove_all(project.config.schemas, missing.documents)
