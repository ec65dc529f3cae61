"""The IR printed as any target: files by their paths, and the lock over them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..ir.model import Model
from ..package.lock import LOCK, Lock, sha256, write_lock
from ..package.plan import Files
from . import Target
from .json_document import Printed
from .json_schema import render_json_schemas
from .openapi import render_openapi
from .python.package import render_package
from .target import RenderContext


def render_target(
    target: Target, models: Iterable[Model], name: str, workshop: RenderContext
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


_RENDERERS: dict[Target, Callable[[list[Model], RenderContext], Printed]] = {
    Target.OPENAPI: render_openapi,
    Target.JSON_SCHEMA: render_json_schemas,
}
