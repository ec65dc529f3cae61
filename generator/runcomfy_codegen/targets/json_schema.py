"""The JSON Schema target: two documents for each model, its input and its output."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from ..ir.model import Model
from .json_document import HASH_MARK, document_view, name_documents, printed_document
from .target import (
    Files,
    Kept,
    Layout,
    ModelFiles,
    Named,
    Names,
    Overrides,
    RenderContext,
    Target,
)
from .templates import CONTEXT_VERSION, TemplateFault, context_as_json

SIDES = ("input", "output")
"""What a model takes, and what it returns."""


def schema_context(model: Model, names: Names, side: str) -> dict[str, Any]:
    """What ``schema.jinja`` is rendered with, for one of the ``SIDES``."""
    view = document_view(model, names)
    schema = view.input if side == "input" else view.output
    return {
        "version": CONTEXT_VERSION,
        "model": view,
        "side": side,
        "schema": schema,
    }


class JsonSchemaTarget:
    """A JSON Schema for each side of each model."""

    name = "json-schema"
    templates = ("schema.jinja",)

    def name_models(self, models: Iterable[Model], overrides: Overrides) -> Named:
        """Every model: the folder of a document is a function of the model id."""
        return name_documents(models)

    def render(self, named: Named, context: RenderContext) -> Files:
        """Two documents for each model."""
        files: Files = {}
        for model in named.models:
            for side, path in zip(SIDES, _paths(named, model), strict=True):
                given = schema_context(model, named.names, side)
                try:
                    text = printed_document("schema.jinja", given, context.templates)
                except TemplateFault as fault:
                    message = f"{fault} (rendering {model.model_id!r})"
                    raise TemplateFault(message) from None
                files[path] = text
            context.report(model.model_id)
        return files

    def layout(self, named: Named, kept: Kept) -> Layout:
        """Both documents of each model.

        Two models that share a name both get a longer one, so both must be rendered.
        """
        folders = {path.parent for paths in kept.values() for path in paths}
        shared = any(HASH_MARK in folder.as_posix() for folder in folders)
        return Layout(
            {
                model.model_id: ModelFiles(_paths(named, model))
                for model in named.models
            },
            moves_kept=shared
            or any(_folder(named, model) in folders for model in named.models),
        )

    def template_context(self, named: Named, model_id: str) -> dict[str, Any]:
        """The context of ``schema.jinja`` for each side."""
        (model,) = (model for model in named.models if model.model_id == model_id)
        return {
            side: context_as_json(schema_context(model, named.names, side))
            for side in SIDES
        }


def _folder(named: Named, model: Model) -> PurePosixPath:
    return PurePosixPath(*named.names[model.model_id].module)


def _paths(named: Named, model: Model) -> tuple[PurePosixPath, ...]:
    folder = _folder(named, model)
    return tuple(folder / f"{side}.schema.json" for side in SIDES)


JSON_SCHEMA: Target = JsonSchemaTarget()
