"""A package made again: only what changed is read, rendered and written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from runcomfy_runtime.did_you_mean import did_you_mean, did_you_mean_or_list

from .. import resources
from ..errors import OperationError, UsageError
from ..ir.diagnostic import Diagnostic, Severity
from ..package.lock import CallOptions, Lock, MadeFrom
from ..package.lock_entry import damaged
from ..package.plan import WritePlan, unchanged_models, up_to_date
from ..package.write import hashes_of, lock_of, package_name, plan_beside
from ..store.schemas_folder import CatalogFacts, document_hashes, facts_of, matches_kind
from ..targets import TARGETS
from .configuration import Config
from .project import Project, no_schemas, select_ids
from .render_context import files_of_kept, render_package

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class GenerateRequest:
    """What is asked for: a project's package in a folder with its lock, and the call's choice."""

    project: Project
    folder: Path
    lock: Lock
    selection: CallOptions = CallOptions()

    @property
    def patterns(self) -> tuple[str, ...]:
        """The globs of the models that belong into the package."""
        return self.selection.models or self.project.config.models


@dataclass(frozen=True, slots=True)
class PreparedPackage:
    """What to change in the folder, how many files there are then, and what was noticed.

    ``wanted`` are the files that were rendered, with the new lock among them.
    """

    plan: WritePlan
    total: int
    wanted: Mapping[PurePosixPath, str] = field(
        default_factory=dict[PurePosixPath, str]
    )
    diagnostics: tuple[Diagnostic, ...] = ()


def request_for(project: Project, folder: Path, chosen: CallOptions) -> GenerateRequest:
    """The order of a call. What it does not say, the configuration's file says if it is
    about this folder; else it is as it was when the package was made.
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
    asked = replace(config, target=selection.target or config.target)
    return GenerateRequest(Project(asked), folder, lock, selection)


def sources_of(order: GenerateRequest) -> MadeFrom:
    """The hashes of everything that the package is made from. Raises ``CodegenError``."""
    config = order.project.config
    try:
        found = document_hashes(config.schemas)
    except FileNotFoundError as error:
        raise no_schemas(error) from None
    chosen = select_ids(found, order.patterns, config.exclude)
    _refuse_unknown_models(config.overrides.models, found, config.schemas)
    if config.kinds or config.categories:
        facts = facts_of(config.schemas, chosen)
        _refuse_unknown_kinds(config, facts.values())
        chosen = [
            id_
            for id_ in chosen
            if matches_kind(facts[id_], config.kinds, config.categories)
        ]
    name = package_name(order.folder)
    settings = repr((config.locale, config.overrides, config.target, name))
    tool = resources.tool_fingerprints(config.template_dir)
    return MadeFrom(
        {**tool, "settings": hashlib.sha256(settings.encode()).hexdigest()},
        {id_: found[id_] for id_ in chosen},
    )


def _refuse_unknown_models(
    named: Iterable[str], known: Collection[str], schemas: Path
) -> None:
    """Names chosen for a model that is not there are most likely meant for another."""
    for model_id in named:
        if model_id not in known:
            raise UsageError(
                f"names are chosen for {model_id!r}, which is not in {schemas}"
                f"{did_you_mean(model_id, known, count=3, cutoff=0.5)}"
            )


def _refuse_unknown_kinds(config: Config, facts: Collection[CatalogFacts]) -> None:
    """A kind or category that no model has is most likely a misspelling."""
    kinds = {each.kind for each in facts if each.kind}
    categories = {name for each in facts for name in each.categories}
    for what, wanted, known in (
        ("kind", config.kinds, kinds),
        ("category", config.categories, categories),
    ):
        for name in wanted:
            if name not in known:
                hint = did_you_mean_or_list(name, sorted(known))
                raise UsageError(f"no model has the {what} {name!r}{hint}")


def prepare(
    order: GenerateRequest, begin: Callable[[int], Tell], *, whole: bool = False
) -> PreparedPackage:
    """Decide what to write and to remove. ``whole`` renders everything, whatever the lock says.

    ``begin`` is told the number of models to render, and gives what is called with each.
    """
    lock, sources = order.lock, sources_of(order)
    hashes = hashes_of(order.folder, lock.files)
    if whole:
        return _prepared(order, sources, (), hashes, begin)
    if up_to_date(lock, sources, hashes) and lock.selection == order.selection:
        return PreparedPackage(WritePlan({}, (), {}), len(lock.files) + 1)
    if TARGETS[order.project.config.target].one_file:
        return _prepared(order, sources, (), hashes, begin)
    kept = unchanged_models(lock, sources, hashes) & sources.models.keys()
    return _prepared(order, sources, kept, hashes, begin)


def _prepared(
    order: GenerateRequest,
    sources: MadeFrom,
    unchanged_ids: Iterable[str],
    hashes: Mapping[PurePosixPath, str],
    begin: Callable[[int], Tell],
) -> PreparedPackage:
    ids = {*unchanged_ids}
    name = order.project.config.target
    target = TARGETS[name]
    catalog = order.project.catalog(sources.models.keys() - ids, name)
    kept = order.lock.keeping({*ids, *catalog.failed})
    if target.one_file:
        kept = Lock()
    if ids and target.moves_kept(catalog, files_of_kept(kept)):
        return _prepared(order, sources, (), hashes, begin)
    wrong = {
        each.model for each in catalog.diagnostics if each.severity is Severity.ERROR
    }
    right = {id_: told for id_, told in sources.models.items() if id_ not in wrong}
    wanted = render_package(
        order.project,
        catalog,
        order.folder,
        kept,
        made_from=replace(sources, models=right),
        selection=order.selection,
        report=begin(len(catalog.models)),
    )
    plan = plan_beside(order.folder, wanted, order.lock, kept.files, hashes)
    total = len({*wanted, *kept.files})
    return PreparedPackage(plan, total, wanted, catalog.diagnostics)
