"""Published pages and catalog entries into the folder of schemas."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from ..build.build_model import BuiltCatalog
from ..build.import_plan import ImportChange, ImportPlan, plan_import
from ..ir.diagnostic import Diagnostic
from ..ir.document import Document
from ..sources.read import SourceResult, read_documents
from ..store.schemas_folder import read_one, write_all
from ..targets.python.package import PYTHON
from .named_catalog import named_catalog
from .project import Project
from .source import read_source


@dataclass(frozen=True, slots=True)
class ImportedDocuments:
    """What an import took in and what it noticed."""

    arrivals: ImportPlan
    diagnostics: tuple[Diagnostic, ...]


def import_sources(
    project: Project, sources: tuple[str, ...], locale: str | None = None
) -> ImportedDocuments:
    """Read the sources and store what is accepted. Raises ``CodegenError`` or ``OSError``."""
    contents = map(read_source, sources)
    return store_readings(
        project,
        [(name, read_content(name, content, locale)) for name, content in contents],
    )


def read_content(name: str, content: bytes, locale: str | None = None) -> SourceResult:
    """What a source gives that is read today."""
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return read_documents(content, name=name, retrieved=today, locale=locale)


def store_readings(
    project: Project, readings: Iterable[tuple[str, SourceResult]]
) -> ImportedDocuments:
    """Store what is accepted of these sources, by their names. Raises ``OSError``."""
    documents: list[tuple[str, Document]] = []
    diagnostics: list[Diagnostic] = []
    for name, reading in readings:
        documents += [(name, document) for document in reading.documents]
        diagnostics += [each.about(file=name) for each in reading.diagnostics]
    root = project.config.schemas
    arrivals = plan_import(
        documents,
        lambda model_id, locale: read_one(root, model_id, locale),
        project.settings,
    )
    changed = [
        each for each in arrivals.accepted if each.change is not ImportChange.UNCHANGED
    ]
    write_all(root, [each.document for each in changed])
    named = (
        diagnostic
        for file, document, model in arrivals.models
        for diagnostic in named_catalog(
            BuiltCatalog(models=(model,), diagnostics=()),
            [(file, document)],
            PYTHON,
            project.config.overrides,
        ).diagnostics
    )
    return ImportedDocuments(arrivals, (*diagnostics, *arrivals.diagnostics, *named))
