"""Rendering a project with a target, and writing the lock file for the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__, resources
from ..errors import OperationError, UsageError
from ..package.folder import package_name
from ..package.lock import LOCK, CallOptions, Lock, MadeFrom
from ..package.lock_entry import LockEntry
from ..package.lock_file import write_lock
from ..targets import TARGETS
from .project import Project, StrPath, open_project

if TYPE_CHECKING:
    from ..targets.target import Files, Kept, Named
    from ..targets.templates import Templates


def render_package(
    project: Project,
    named: Named,
    folder: Path,
    kept: Lock | None = None,
    *,
    made_from: MadeFrom | None = None,
    selection: CallOptions | None = None,
    report: Callable[[str], None] = lambda model_id: None,
) -> Files:
    """Every rendered file of the output in a folder, and its lock file.

    ``kept`` are the models in the folder that are not rendered again. ``report`` is called
    with the id of each finished model. Raises ``CodegenError``.
    """
    # Imported here: rendering is not needed if nothing changed.
    from ..targets.target import RenderContext
    from ..targets.templates import TemplateFault

    target = TARGETS[project.config.target]
    kept = kept or Lock()
    kept_files = files_of_kept(kept)
    context = RenderContext(
        templates=templates_of(project),
        runtime=resources.runtime_sources(),
        package=package_name(folder),
        kept=kept_files,
        report=report,
    )
    try:
        files = target.render(named, context)
    except TemplateFault as fault:
        raise OperationError(f"{fault}; nothing was written") from None
    entries = lock_entries(named, project.config.target, kept_files)
    lock = kept.holding(
        files, entries, made_from or MadeFrom(), selection or CallOptions()
    )
    text = write_lock(lock, generator=__version__, locale=project.config.locale)
    return {**files, LOCK: text}


def files_of_kept(kept: Lock) -> Kept:
    """The files of each kept model."""
    return {model_id: entry.files for model_id, entry in kept.models.items()}


def lock_entries(named: Named, target: str, kept: Kept) -> dict[str, LockEntry]:
    """The entry of each rendered model in the lock file."""
    written = TARGETS[target].layout(named, kept).models
    return {
        model.model_id: LockEntry(
            files=written[model.model_id].files,
            schema_sha256=model.schema_sha256,
            documents=dict(model.documents),
            names=written[model.model_id].names,
        )
        for model in named.models
    }


def templates_of(project: Project) -> Templates:
    """The templates of the tool; those of the user replace them. Raises ``UsageError``."""
    from ..targets.templates import TemplateFault, Templates, own_templates

    folder, target = project.config.template_dir, project.config.target
    needs_templates = bool(TARGETS[target].templates)
    shipped = resources.template_sources(target) if needs_templates else {}
    if folder is None:
        return Templates(shipped)
    names = {name: output.templates for name, output in TARGETS.items()}
    try:
        own = own_templates(resources.own_template_sources(folder), target, names)
        return Templates(shipped, own)
    except FileNotFoundError as error:
        raise UsageError(str(error)) from None
    except TemplateFault as fault:
        raise UsageError(f"{folder}: {fault}") from None


def dumped_context(
    model_id: str,
    client: str | None = None,
    locale: str | None = None,
    target: str | None = None,
    schemas: StrPath | None = None,
    config: StrPath | None = None,
    limits: StrPath | None = None,
) -> dict[str, Any]:
    """The values that the templates of a client get for a model. Raises ``UsageError``."""
    project = open_project(schemas, config, limits)
    chosen = project.clients(client, None)[0] if client else project
    options = replace(chosen.config, target=target or chosen.config.target)
    return template_context(Project(options).in_locale(locale), model_id)


def template_context(project: Project, model_id: str) -> dict[str, Any]:
    """The values that the templates of the project's target get for a model, as JSON.

    For Python those of ``model.jinja``, for OpenAPI those of ``openapi.jinja`` with only this
    model, and for JSON Schema those of ``schema.jinja`` for each side of the model. Raises
    ``UnknownModel``.
    """
    target = project.config.target
    _, named = project.model(model_id, target)
    return TARGETS[target].template_context(named, model_id)
