"""Storing the live catalog, and the published pages of its models, in the schemas folder."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from ..disk.folder_lock import lock_folder
from ..errors import (
    CodegenError,
    OperationError,
    ServerUnreachable,
    UnknownModel,
    UsageError,
)
from ..ir.diagnostic import Diagnostic, Severity
from ..ir.document import DEFAULT_LOCALE, Document
from ..ir.json_text import items, members
from ..sources.locale import EXAMPLE_LOCALES, canonical_locale
from ..sources.read import SourceResult
from ..store.schemas_folder import NoSchemasFolder, read_all, remove_all
from .first_contact import FirstContact
from .import_documents import LOCK_WAIT, fetched, read_content
from .live_catalog import CatalogPage, LiveCatalog, access_from_environment, is_complete
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


def read_live_catalog(model_ids: Sequence[str], progress: Progress) -> CatalogAnswer:
    """The whole live catalog, or only these models. Raises ``CodegenError``."""
    access = access_from_environment()
    with contextlib.closing(FirstContact()) as transport:
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
    except NoSchemasFolder:
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
        tuple(model for model in unlisted if model.model_id in from_catalog),
        tuple(sorted({model.model_id for model in unlisted} - from_catalog)),
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
    with lock_folder(project.config.schemas, LOCK_WAIT):
        remove_all(project.config.schemas, missing.documents)


# Downloading the API pages that the site publishes for a model, one per language.


Fetch = Callable[[str], bytes]
"""Returns the content of a URL; raises ``CodegenError``."""

_SITE = "https://www.runcomfy.com"
_PATIENCE = 5
_HOSTS = frozenset({"runcomfy.com", "www.runcomfy.com"})


@dataclass(frozen=True, slots=True)
class ModelPage:
    """The page of a model in one language, and its URL."""

    model_id: str
    locale: str
    url: str


def parse_locales(text: str) -> list[str]:
    """The languages in a list like ``ru,ja``, each once. Raises ``UsageError``."""
    locales: dict[str, None] = {}
    for tag in filter(None, map(str.strip, text.split(","))):
        locale = canonical_locale(tag)
        if locale is None:
            raise UsageError(
                f"--page-locale: {tag!r} is not a language; write {EXAMPLE_LOCALES}"
            )
        locales[locale] = None
    return list(locales)


def pages_of(answers: Iterable[CatalogPage], locales: Iterable[str]) -> list[ModelPage]:
    """The pages of the models in these catalog answers, in these languages."""
    places = _places(answers)
    wanted = list(locales)
    return [
        ModelPage(model_id, locale, _url(place, locale))
        for model_id, place in places.items()
        for locale in wanted
    ]


def read_pages(
    pages: Iterable[ModelPage], fetch: Fetch
) -> Iterator[tuple[str, SourceResult]]:
    """The documents on each page, by URL.

    When several requests in a row get no answer, the remaining pages are skipped: waiting
    for hundreds of timeouts would show nothing new.
    """
    silent = 0
    for page in pages:
        if silent == _PATIENCE:
            yield page.url, _left_out(
                page, "page-unreachable", "skipped after several failed requests"
            )
            continue
        reading = read_model_page(page, fetch)
        unanswered = any(
            diagnostic.code == "page-unanswered" for diagnostic in reading.diagnostics
        )
        silent = silent + 1 if unanswered else 0
        yield page.url, reading


def read_model_page(page: ModelPage, fetch: Fetch) -> SourceResult:
    """The documents on a page; an unreachable page, or another model's, is a warning."""
    try:
        reading = read_content(page.url, fetch(page.url), page.locale)
    except ServerUnreachable as failure:
        return _left_out(page, "page-unanswered", str(failure))
    except CodegenError as failure:
        return _left_out(page, "page-unreachable", str(failure))
    others = {document.model_id for document in reading.documents} - {page.model_id}
    if others:
        names = ", ".join(map(repr, sorted(others)))
        return _left_out(page, "page-of-another-model", f"this page is about {names}")
    return reading


def _places(answers: Iterable[CatalogPage]) -> Mapping[str, str]:
    """The path of each model's page on the site, without language and ``/api``.

    It is the path of the entry's ``model_url``: ``bytedance/seedance-v1.5-pro/image-to-video``
    has its page at ``/models/bytedance/seedance-1-5/pro``. For an entry without that URL it
    is the id, which is right for most models.
    """
    paths: dict[str, str] = {}
    for answer in answers:
        whole = members(json.loads(answer.content))
        for entry in items(whole.get("models")) or [whole]:
            facts = members(entry)
            model_id = str(facts.get("model_id", ""))
            stated = _path(facts.get("model_url"))
            paths[model_id] = stated or f"/models/{quote(model_id)}"
    return {id_: paths[id_] for answer in answers for id_ in answer.model_ids if id_}


def _path(model_url: object) -> str | None:
    """The path in a published URL if it is a model's page on the site, else None."""
    if not isinstance(model_url, str):
        return None
    try:
        parts = urlsplit(model_url)
        host = parts.hostname
    except ValueError:
        return None
    path = quote(parts.path.rstrip("/").removesuffix("/api"), safe="/%")
    begin = path.find("/models/")
    if parts.scheme != "https" or host not in _HOSTS or begin < 0 or ".." in path:
        return None
    return path[begin:]


def _url(path: str, locale: str) -> str:
    language = "" if locale == DEFAULT_LOCALE else f"/{locale}"
    return f"{_SITE}{language}{path}/api"


def _left_out(page: ModelPage, code: str, message: str) -> SourceResult:
    diagnostic = Diagnostic(
        code=code,
        message=message,
        severity=Severity.WARNING,
        model=page.model_id,
        file=page.url,
        hint="the stored texts of the model stay; to add this page, save it and import the file",
    )
    return SourceResult((), (diagnostic,))
