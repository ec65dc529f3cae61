"""The IR printed as any target: files by their paths, and the lock over them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from typing import Any

from ..ir.model import Model
from .context import SIDES, openapi_context, schema_context
from .document_view import module_name
from .entry import Entry, Names
from .json_layout import laid_out_json
from .lock import LOCK, Lock, sha256, write_lock
from .output_kind import Target as Target
from .package import Workshop, render_package
from .plan import Files
from .template_folder import TemplateFault
from .templates import Templates

_OPENAPI = PurePosixPath("openapi.json")


def render_target(
    target: Target, models: Iterable[Model], name: str, workshop: Workshop
) -> Files:
    """Every file of an output, the lock among them. Raises ``TemplateFault``."""
    chosen = sorted(models, key=lambda model: model.model_id)
    if target is Target.PYTHON:
        return render_package(chosen, name, workshop)
    files, entries = _RENDERERS[target](chosen, workshop)
    hashes = {path: sha256(text.encode()) for path, text in files.items()}
    lock = Lock(
        files={**workshop.kept.files, **hashes},
        models={**workshop.kept.models, **entries},
        made_from=workshop.sources,
        selection=workshop.selection,
    )
    told = write_lock(lock, generator=workshop.generator, locale=workshop.locale)
    return {**files, LOCK: told}


Printed = tuple[Files, dict[str, Entry]]


def _openapi(models: list[Model], workshop: Workshop) -> Printed:
    """One document of all models."""
    templates = workshop.templates

    def text(chosen: list[Model]) -> str:
        return _printed("openapi.jinja", openapi_context(chosen), templates)

    try:
        files = {_OPENAPI: text(models)}
    except TemplateFault as fault:
        raise TemplateFault(f"{fault}{_culprit(models, text)}") from None
    entries = {
        model.model_id: _entry(
            model, (_OPENAPI,), Names(classes={"": module_name(model)})
        )
        for model in models
    }
    return files, entries


def _culprit(models: list[Model], text: Callable[[list[Model]], str]) -> str:
    """The first model that cannot be printed alone, as the end of a message."""
    for model in models:
        try:
            text([model])
        except TemplateFault:
            return f" (rendering {model.model_id!r})"
    return ""


def _json_schemas(models: list[Model], workshop: Workshop) -> Printed:
    """Two documents for each model."""
    files: Files = {}
    entries: dict[str, Entry] = {}
    for model in models:
        folder = PurePosixPath(*model.path)
        paths = tuple(folder / f"{side}.schema.json" for side in SIDES)
        for side, path in zip(SIDES, paths, strict=True):
            context = schema_context(model, side)
            try:
                files[path] = _printed("schema.jinja", context, workshop.templates)
            except TemplateFault as fault:
                told = f"{fault} (rendering {model.model_id!r})"
                raise TemplateFault(told) from None
        entries[model.model_id] = _entry(model, paths, Names())
        workshop.tell(model.model_id)
    return files, entries


_RENDERERS: dict[Target, Callable[[list[Model], Workshop], Printed]] = {
    Target.OPENAPI: _openapi,
    Target.JSON_SCHEMA: _json_schemas,
}


def _printed(name: str, context: dict[str, Any], templates: Templates) -> str:
    try:
        return laid_out_json(templates.render(name, **context))
    except (ValueError, RecursionError) as error:
        blamed = templates.blamed(name)
        raise TemplateFault(f"what {blamed} makes is no JSON: {error}") from None


def _entry(model: Model, files: tuple[PurePosixPath, ...], names: Names) -> Entry:
    return Entry(files, model.schema_sha256, dict(model.documents), names)
