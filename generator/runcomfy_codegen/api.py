"""The commands as Python functions: paths and options in, frozen results out.

Nothing is printed. A function raises ``UsageError`` if the call is wrong, and
``OperationError`` if it could not be completed; both are ``CodegenError``. What is wrong
with the schemas is in ``diagnostics`` of the result, and ``ok`` says whether there is an
error.

Importing this module loads no other library; each function imports what it needs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from .errors import (
    CodegenError,
    ConfigError,
    FolderBusy,
    FolderConflict,
    NoSchemas,
    OperationError,
    ServerUnreachable,
    SourceUnreadable,
    UnknownModel,
    UsageError,
)
from .ir.diagnostic import Diagnostic
from .ir.model import Model
from .workspace.call_arguments import checked_call
from .workspace.results import (
    Catalog,
    CheckResult,
    DiffResult,
    GenerateResult,
    Imported,
    ImportResult,
    LimitsResult,
    LintResult,
    PackageCheck,
    PackageResult,
    Progress,
    Stale,
    SuggestedLimits,
    SuggestResult,
    ignore_progress,
)

if TYPE_CHECKING:
    from .diff.finding import DiffFinding
    from .workspace.shipped_schemas import SHIPPED as SHIPPED
else:

    def __getattr__(name: str) -> Any:
        """``DiffFinding`` and ``SHIPPED``, imported when they are used."""
        if name == "SHIPPED":
            from .workspace.shipped_schemas import SHIPPED

            return SHIPPED
        if name != "DiffFinding":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from .diff.finding import DiffFinding

        return DiffFinding


__all__ = [
    "SHIPPED",
    "Catalog",
    "CheckResult",
    "CodegenError",
    "ConfigError",
    "Diagnostic",
    "DiffFinding",
    "DiffResult",
    "FolderBusy",
    "FolderConflict",
    "GenerateResult",
    "ImportResult",
    "Imported",
    "LimitsResult",
    "LintResult",
    "Model",
    "NoSchemas",
    "OperationError",
    "PackageCheck",
    "PackageResult",
    "Progress",
    "ServerUnreachable",
    "SourceUnreadable",
    "Stale",
    "StrPath",
    "SuggestResult",
    "SuggestedLimits",
    "Target",
    "UnknownModel",
    "UsageError",
    "check",
    "check_limits",
    "diff",
    "generate",
    "import_sources",
    "lint",
    "load",
    "suggest_limits",
]

StrPath: TypeAlias = str | PathLike[str]
Target: TypeAlias = str
"""A kind of output, as the configuration and ``--target`` name it."""


@checked_call
def import_sources(
    *sources: StrPath | bytes,
    schemas: StrPath | None = None,
    config: StrPath | None = None,
    locale: str | None = None,
    retrieved: date | None = None,
    dry_run: bool = False,
) -> ImportResult:
    """Store published API pages and catalog entries in the schemas folder.

    A source is a file, an https URL, ``"-"`` for standard input, or the content itself as
    bytes. ``locale`` is the language of pages that do not state theirs, ``retrieved`` the
    day that is stored as the day of the download (today by default). With ``dry_run``, the
    result says what would change, and nothing is written.
    """
    from .workspace.import_documents import read_content, read_source, store_documents
    from .workspace.project import open_project

    project = open_project(schemas, config)
    contents = [
        (
            ("<bytes>", source)
            if isinstance(source, bytes)
            else read_source(fspath(source))
        )
        for source in sources
    ]
    results = [
        (name, read_content(name, content, locale, retrieved))
        for name, content in contents
    ]
    return store_documents(project, results, dry_run=dry_run)


@checked_call
def load(
    *models: str,
    schemas: StrPath | None = None,
    config: StrPath | None = None,
    limits: StrPath | None = None,
    locale: str | None = None,
) -> Catalog:
    """Read the schemas folder, and build its models.

    ``models`` are ids, or globs over ids; without them, every model is built. A model that
    cannot be built is in ``failed``, and stops no other. One whose names would collide in a
    Python client is built, and the collision is a diagnostic.
    """
    from .targets import DEFAULT_TARGET
    from .workspace.project import ids_matching, open_project

    project = open_project(schemas, config, limits).in_locale(locale)
    catalog = project.built_catalog(DEFAULT_TARGET)
    wanted = ids_matching(catalog, models)
    if wanted is None:
        return catalog
    return replace(
        catalog,
        models=tuple(model for model in catalog.models if model.model_id in wanted),
        failed=tuple(model_id for model_id in catalog.failed if model_id in wanted),
        diagnostics=tuple(
            diagnostic
            for diagnostic in catalog.diagnostics
            if diagnostic.model in wanted
        ),
    )


@checked_call
def generate(
    *,
    schemas: StrPath | None = None,
    output: StrPath | None = None,
    config: StrPath | None = None,
    limits: StrPath | None = None,
    client: str | None = None,
    models: Iterable[str] = (),
    locale: str | None = None,
    target: Target | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> GenerateResult:
    """Generate the clients of the configuration; write only what changed.

    Every client is prepared before the first is written. ``client`` selects one of them by
    name, ``output`` is the folder of a single client. ``models`` are globs over ids.
    ``force`` replaces generated files that were edited by hand; without it, they raise
    ``FolderConflict``. ``progress`` is called after each rendered model.
    """
    from .package.lock import CallOptions
    from .workspace.clients import generate_clients, select_clients
    from .workspace.project import open_project

    options = CallOptions(tuple(models), locale or "", target or "")
    project = open_project(schemas, config, limits)
    clients = select_clients(project, client, _path(output), options)
    return generate_clients(clients, options, progress or ignore_progress, force=force)


@checked_call
def check(
    *,
    schemas: StrPath | None = None,
    output: StrPath | None = None,
    config: StrPath | None = None,
    limits: StrPath | None = None,
    client: str | None = None,
    models: Iterable[str] = (),
    locale: str | None = None,
    progress: Progress | None = None,
) -> CheckResult:
    """Compare the clients of the configuration with the schemas; write nothing.

    Every file is rendered again, whatever the lock file says. The arguments are those of
    ``generate``.
    """
    from .package.lock import CallOptions
    from .workspace.clients import check_clients, select_clients
    from .workspace.project import open_project

    options = CallOptions(tuple(models), locale or "")
    project = open_project(schemas, config, limits)
    clients = select_clients(project, client, _path(output), options)
    return check_clients(clients, options, progress or ignore_progress)


@checked_call
def diff(
    base: StrPath,
    head: StrPath | None = None,
    *,
    schemas: StrPath | None = None,
    config: StrPath | None = None,
    limits: StrPath | None = None,
    models: Iterable[str] = (),
    all_models: bool = False,
    merge_base: bool = False,
    approvals: StrPath | None = None,
) -> DiffResult:
    """Report what a change of the schemas means for callers.

    ``base`` and ``head`` are schemas folders, or git revisions as ``REF:path`` (or ``REF``,
    for the configured folder). Without ``head``, it is the work tree. ``merge_base``
    compares with the last commit that both have in common. ``approvals`` is a file of
    approved findings (``runcomfy-approvals.toml`` by default, if it exists).

    A model is judged if the configuration of one side selects it. ``models`` are globs
    that decide instead, and ``all_models`` judges every model.
    """
    from .workspace.diff import diff_schemas
    from .workspace.project import open_project

    return diff_schemas(
        open_project(schemas, config, limits),
        fspath(base),
        None if head is None else fspath(head),
        models=tuple(models),
        all_models=all_models,
        merge_base=merge_base,
        approvals=_path(approvals),
    )


@checked_call
def lint(
    *models: str,
    schemas: StrPath | None = None,
    config: StrPath | None = None,
    limits: StrPath | None = None,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
) -> LintResult:
    """Report what is wrong or contradictory in the schemas.

    ``models`` are ids, or globs over ids. ``select`` and ``ignore`` are diagnostic codes,
    or globs over codes.
    """
    from .workspace.lint import lint_schemas
    from .workspace.project import open_project

    return lint_schemas(
        open_project(schemas, config, limits),
        models,
        select=tuple(select),
        ignore=tuple(ignore),
    )


@checked_call
def check_limits(
    *models: str,
    schemas: StrPath | None = None,
    config: StrPath | None = None,
    limits: StrPath | None = None,
) -> LimitsResult:
    """Report which stated limits are stale, malformed, contradictory or impossible.

    ``models`` are ids, or globs over ids. ``limits`` is the folder of the project's own
    limits; for a model without a file in it, the shipped limits are checked.
    """
    from .workspace.limits import check_limits
    from .workspace.project import open_project

    return check_limits(open_project(schemas, config, limits), models)


@checked_call
def suggest_limits(
    *models: str,
    schemas: StrPath | None = None,
    config: StrPath | None = None,
    limits: StrPath | None = None,
    locale: str | None = None,
    write: StrPath | None = None,
) -> SuggestResult:
    """Draft limits from the descriptions of models, for a person to review.

    ``models`` are ids, or globs over ids. ``locale`` is the language whose descriptions are
    read. ``write`` is a folder: each model with drafts gets a file in it, unless it has one.
    """
    from .workspace.limits import suggest_limits
    from .workspace.project import open_project

    project = open_project(schemas, config, limits).in_locale(locale)
    return suggest_limits(project, models, _path(write))


def _path(given: StrPath | None) -> Path | None:
    return None if given is None else Path(given)
