"""The JSON Schema target: two documents for each model, its input and its output."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from ..ir.model import Model
from ..package.lock_entry import GivenNames, LockEntry
from ..package.plan import Files
from .json_document import Printed, document_view, lock_entry, printed_document
from .target import RenderContext
from .templates import CONTEXT_VERSION, TemplateFault

# What a model takes, and what it returns.
SIDES = ("input", "output")


def schema_context(model: Model, side: str) -> dict[str, Any]:
    """Of ``schema.jinja``, for one of the ``SIDES``."""
    view = document_view(model)
    schema = view.input if side == "input" else view.output
    return {
        "version": CONTEXT_VERSION,
        "model": view,
        "side": side,
        "schema": schema,
    }


def render_json_schemas(models: list[Model], workshop: RenderContext) -> Printed:
    """Two documents for each model."""
    files: Files = {}
    entries: dict[str, LockEntry] = {}
    for model in models:
        folder = PurePosixPath(*model.path)
        paths = tuple(folder / f"{side}.schema.json" for side in SIDES)
        for side, path in zip(SIDES, paths, strict=True):
            context = schema_context(model, side)
            try:
                files[path] = printed_document(
                    "schema.jinja", context, workshop.templates
                )
            except TemplateFault as fault:
                told = f"{fault} (rendering {model.model_id!r})"
                raise TemplateFault(told) from None
        entries[model.model_id] = lock_entry(model, paths, GivenNames())
        workshop.tell(model.model_id)
    return files, entries
