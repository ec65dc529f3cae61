"""Reading published pages and catalog entries, and storing them in the schemas folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, nullcontext
from datetime import UTC, date, datetime
from pathlib import Path

from runcomfy_runtime.errors import RunComfyError
from runcomfy_runtime.retry_and_timeouts import SCHEMAS_LOCK_TIMEOUT, SOURCE_TIMEOUT
from runcomfy_runtime.transport import Lost, Request

from ..build.build_model import BuiltCatalog
from ..build.import_plan import ImportChange, ImportPlan, PlannedImport, plan_import
from ..disk.folder_lock import lock_folder
from ..disk.read_file import SOURCE_CAP, NotReadable, read_named_file
from ..errors import ServerUnreachable, SourceUnreadable, UsageError
from ..ir.diagnostic import Diagnostic
from ..ir.document import Document
from ..sources.read import SourceResult, read_documents
from ..store.document_file import document_path
from ..store.schemas_folder import read_one, write_all
from ..targets.python.package import PYTHON
from .named_catalog import named_catalog
from .project import Project
from .results import Imported, ImportResult

LOCK_WAIT = SCHEMAS_LOCK_TIMEOUT


def read_source(source: str) -> tuple[str, bytes]:
    """The name of a source in reports, and its bytes. Raises ``CodegenError``."""
    if "://" in source:
        return source, fetched(source)
    name = "<stdin>" if source == "-" else source
    try:
        return name, read_named_file(source, SOURCE_CAP)
    except FileNotFoundError:
        raise UsageError(f"{source}: no such file") from None
    except NotReadable as error:
        hint = "; give the files in it" if Path(source).is_dir() else ""
        raise UsageError(f"{name} {error.reason}{hint}") from None


def fetched(url: str) -> bytes:
    """The content at an https URL. Redirects are not followed. Raises ``CodegenError``.

    The transport of the client fetches it: it has a total time, a cap on the head and on the
    body, and decodes one coding at most.
    """
    from runcomfy_runtime.http.httpx_transport import HttpxTransport

    if not url.startswith("https://"):
        raise UsageError(f"{url}: only https URLs are allowed")
    accepts = (("Accept", "text/html, text/plain, application/json, */*"),)
    request = Request(
        "GET", url, timeout=SOURCE_TIMEOUT, headers=accepts, body_limit=SOURCE_CAP
    )
    try:
        with closing(HttpxTransport()) as transport:
            outcome = transport.send(request)
    except RunComfyError as error:
        raise UsageError(str(error)) from None
    except ValueError as error:
        raise SourceUnreadable(f"{url}: {error}") from None
    if isinstance(outcome, Lost):
        raise ServerUnreachable(f"{url}: {outcome.reason}")
    if outcome.status != 200:
        raise SourceUnreadable(f"{url}: the server answered {outcome.status}")
    return outcome.body


def read_content(
    name: str, content: bytes, locale: str | None = None, retrieved: date | None = None
) -> SourceResult:
    """The documents in a source. ``retrieved`` is today by default."""
    day = retrieved or datetime.now(UTC).date()
    return read_documents(content, name=name, retrieved=day.isoformat(), locale=locale)


def _changed_documents(plan: ImportPlan) -> list[Document]:
    return [
        planned.document
        for planned in plan.accepted
        if planned.change is not ImportChange.UNCHANGED
    ]


def store_documents(
    project: Project,
    sources: Iterable[tuple[str, SourceResult]],
    *,
    dry_run: bool = False,
) -> ImportResult:
    """Store the accepted documents of these sources, given by name.

    Raises ``OSError``, and ``FolderBusy`` if another process writes the folder for too long.

    ``dry_run`` writes nothing; the result is the same.
    """
    documents: list[tuple[str, Document]] = []
    diagnostics: list[Diagnostic] = []
    for name, source in sources:
        documents += [(name, document) for document in source.documents]
        diagnostics += [
            diagnostic.about(file=name) for diagnostic in source.diagnostics
        ]
    root = project.config.schemas
    # Another import must not write between reading the stored documents and replacing them.
    with nullcontext() if dry_run else lock_folder(root, LOCK_WAIT):
        plan = plan_import(
            documents,
            lambda model_id, locale: read_one(root, model_id, locale),
            project.build_options,
        )
        if not dry_run:
            write_all(root, _changed_documents(plan))
    return ImportResult(
        schemas=root,
        documents=tuple(_imported(planned, root) for planned in plan.accepted),
        diagnostics=(*diagnostics, *plan.diagnostics, *_name_collisions(plan, project)),
    )


def _name_collisions(plan: ImportPlan, project: Project) -> Iterator[Diagnostic]:
    """Names in the accepted models that collide in Python."""
    for file, document, model in plan.models:
        built = BuiltCatalog(models=(model,), diagnostics=())
        overrides = project.config.overrides
        yield from named_catalog(
            built, [(file, document)], PYTHON, overrides
        ).diagnostics


def _imported(planned: PlannedImport, root: Path) -> Imported:
    document = planned.document
    return Imported(
        model_id=document.model_id,
        locale=document.locale,
        title=document.title,
        source=planned.file,
        file=root / document_path(document.model_id, document.locale),
        change=planned.change.value,
    )
