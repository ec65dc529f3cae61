"""Generating a client again: read, render and write only what changed."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from runcomfy_runtime.did_you_mean import did_you_mean, did_you_mean_or_list

from .. import resources
from ..errors import OperationError, UsageError
from ..ir.diagnostic import Diagnostic, Severity
from ..package.folder import (
    WritePlan,
    hashes_of,
    lock_of,
    package_name,
    plan_for_folder,
    unchanged_models,
    up_to_date,
)
from ..package.lock import CallOptions, Lock, MadeFrom
from ..package.lock_entry import damaged
from ..store.schemas_folder import (
    CatalogFacts,
    NoSchemasFolder,
    document_hashes,
    facts_of,
    matches_kind,
)
from ..targets import TARGETS
from .configuration import Config
from .project import Project, no_schemas, select_ids
from .render_context import files_of_kept, render_package
from .results import Progress, ignore_progress


@dataclass(frozen=True, slots=True)
class GenerateRequest:
    """One package to generate: its project, folder and lock, and the options of the call."""

    project: Project
    folder: Path
    lock: Lock
    selection: CallOptions = CallOptions()

    @property
    def patterns(self) -> tuple[str, ...]:
        """The globs of the models that belong in the package."""
        return self.selection.models or self.project.config.models


@dataclass(frozen=True, slots=True)
class PreparedPackage:
    """What to change in the folder, the number of files after that, and the diagnostics.

    ``wanted`` are the rendered files, including the new lock.
    """

    plan: WritePlan
    total: int
    wanted: Mapping[PurePosixPath, str] = field(
        default_factory=dict[PurePosixPath, str]
    )
    diagnostics: tuple[Diagnostic, ...] = ()


def request_for(project: Project, folder: Path, chosen: CallOptions) -> GenerateRequest:
    """The request of a call.

    For a folder in the configuration, the configuration decides what the call leaves open.
    For any other folder, the options of the last ``generate`` do.
    """
    lock = lock_of(folder)
    if lock.selection.target not in ("", *TARGETS):
        error = damaged(f"it selects the target {lock.selection.target!r}")
        raise OperationError(f"{folder}: {error}")
    stated = project.config.file is not None
    before = CallOptions() if stated else lock.selection
    selection = CallOptions(
        models=chosen.models or before.models,
        locale=chosen.locale or before.locale,
        target=chosen.target or before.target,
    )
    config = project.in_locale(selection.locale).config
    chosen_config = replace(config, target=selection.target or config.target)
    chosen_project = replace(project, config=chosen_config)
    return GenerateRequest(chosen_project, folder, lock, selection)


def sources_of(request: GenerateRequest) -> MadeFrom:
    """The hashes of everything that decides about the package. Raises ``CodegenError``."""
    config = request.project.config
    try:
        hashes = request.project.limits.hashes(document_hashes(config.schemas))
    except NoSchemasFolder as error:
        raise no_schemas(error) from None
    chosen = select_ids(hashes, request.patterns, config.exclude)
    _refuse_unknown_models(config.overrides.models, hashes, config.schemas)
    if config.kinds or config.categories:
        chosen = _of_kinds(config, chosen)
    name = package_name(request.folder)
    settings = repr((config.locale, config.overrides, config.target, name))
    try:
        tool = resources.tool_fingerprints(config.template_dir)
    except FileNotFoundError as error:
        raise UsageError(str(error)) from None
    return MadeFrom(
        {**tool, "settings": hashlib.sha256(settings.encode()).hexdigest()},
        {id_: hashes[id_] for id_ in chosen},
        shipped=request.project.shipped,
    )


def _of_kinds(config: Config, model_ids: Collection[str]) -> list[str]:
    """The models that have a kind and a category of the configuration."""
    facts = facts_of(config.schemas, model_ids)
    _refuse_unknown_kinds(config, list(filter(None, facts.values())))
    return [
        id_
        for id_ in model_ids
        if matches_kind(facts[id_], config.kinds, config.categories)
    ]


def _refuse_unknown_models(
    named: Iterable[str], known: Collection[str], schemas: Path
) -> None:
    """Reject names for a model that does not exist: most likely a misspelling."""
    for model_id in named:
        if model_id not in known:
            raise UsageError(
                f"the configuration has names for {model_id!r}, which is not in {schemas}"
                f"{did_you_mean(model_id, known, count=3, cutoff=0.5)}"
            )


def _refuse_unknown_kinds(config: Config, facts: Collection[CatalogFacts]) -> None:
    """Reject a kind or category that no model has: most likely a misspelling."""
    kinds = {fact.kind for fact in facts if fact.kind}
    categories = {name for fact in facts for name in fact.categories}
    for what, wanted, known in (
        ("kind", config.kinds, kinds),
        ("category", config.categories, categories),
    ):
        for name in wanted:
            if name not in known:
                hint = did_you_mean_or_list(name, sorted(known))
                raise UsageError(f"no model has the {what} {name!r}{hint}")


def prepare(
    request: GenerateRequest,
    progress: Progress = ignore_progress,
    *,
    whole: bool = False,
) -> PreparedPackage:
    """Decide what to write and what to remove. Nothing is written yet.

    ``whole`` renders everything, even if the lock says that nothing changed. ``progress``
    is called after each rendered model.
    """
    prepared = _prepare(request, progress, whole=whole)
    stray = (
        diagnostic
        for diagnostic in request.project.limits_of_no_model()
        if any(fnmatchcase(diagnostic.model, pattern) for pattern in request.patterns)
    )
    return replace(prepared, diagnostics=(*prepared.diagnostics, *stray))


def _prepare(
    request: GenerateRequest, progress: Progress, *, whole: bool
) -> PreparedPackage:
    lock, sources = request.lock, sources_of(request)
    hashes = hashes_of(request.folder, lock.paths)
    if whole:
        return _prepared(request, sources, (), hashes, progress)
    if up_to_date(lock, sources, hashes) and lock.selection == request.selection:
        return PreparedPackage(WritePlan({}, (), {}), len(lock.files) + 1)
    kept = unchanged_models(lock, sources, hashes) & sources.models.keys()
    return _prepared(request, sources, kept, hashes, progress)


def _prepared(
    request: GenerateRequest,
    sources: MadeFrom,
    unchanged_ids: Iterable[str],
    hashes: Mapping[PurePosixPath, str],
    progress: Progress,
) -> PreparedPackage:
    ids = {*unchanged_ids}
    name = request.project.config.target
    target = TARGETS[name]
    catalog = request.project.catalog(sources.models.keys() - ids, name)
    kept = request.lock.keeping({*ids, *catalog.failed})
    if ids and target.layout(catalog, files_of_kept(kept)).moves_kept:
        return _prepared(request, sources, (), hashes, progress)
    wrong = {
        diagnostic.model
        for diagnostic in catalog.diagnostics
        if diagnostic.severity is Severity.ERROR
    }
    right = {id_: hash_ for id_, hash_ in sources.models.items() if id_ not in wrong}
    wanted = render_package(
        request.project,
        catalog,
        request.folder,
        kept,
        made_from=replace(sources, models=right),
        selection=request.selection,
        report=_counted(progress, len(catalog.models)),
    )
    plan = plan_for_folder(request.folder, wanted, request.lock, kept.files, hashes)
    total = len({*wanted, *kept.files})
    return PreparedPackage(plan, total, wanted, catalog.diagnostics)


def _counted(progress: Progress, total: int) -> Callable[[str], None]:
    """A function that counts the rendered models, and reports each."""
    count = itertools.count(1)
    return lambda model_id: progress(next(count), total, model_id)
