"""The OpenAPI target: one document of all models."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from typing import Any

from runcomfy_runtime.protocol import DEFAULT_BASE_URL, PHASES, STATED_OUTCOMES

from ..ir.model import Model
from .json_document import document_view, name_documents, printed_document
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

_DOCUMENT = PurePosixPath("openapi.json")


def openapi_context(models: Iterable[Model], names: Names) -> dict[str, Any]:
    """What ``openapi.jinja`` is rendered with."""
    return {
        "version": CONTEXT_VERSION,
        "models": [document_view(model, names) for model in models],
        "server": DEFAULT_BASE_URL,
        "statuses": list(PHASES),
        "outcomes": [outcome.value for outcome in STATED_OUTCOMES],
    }


class OpenApiTarget:
    """One OpenAPI document of the whole API."""

    name = "openapi"
    templates = ("answers.jinja", "lifecycle.jinja", "openapi.jinja", "operation.jinja")

    def name_models(self, models: Iterable[Model], overrides: Overrides) -> Named:
        """Every model: the name of a component is a function of the model id."""
        return name_documents(models)

    def render(self, named: Named, context: RenderContext) -> Files:
        """The document."""

        def text(models: Iterable[Model]) -> str:
            given = openapi_context(models, named.names)
            return printed_document("openapi.jinja", given, context.templates)

        try:
            return {_DOCUMENT: text(named.models)}
        except TemplateFault as fault:
            raise TemplateFault(f"{fault}{_culprit(named.models, text)}") from None

    def layout(self, named: Named, kept: Kept) -> Layout:
        """The same file for every model, and the name of its component."""
        return Layout(
            {
                model_id: ModelFiles((_DOCUMENT,), {"classes": {"": names.dotted}})
                for model_id, names in named.names.items()
            },
            # One file holds all models, so none can be rendered alone.
            moves_kept=bool(kept),
        )

    def template_context(self, named: Named, model_id: str) -> dict[str, Any]:
        """The context of ``openapi.jinja`` with this model alone."""
        alone = [model for model in named.models if model.model_id == model_id]
        context: dict[str, Any] = context_as_json(openapi_context(alone, named.names))
        return context


def _culprit(models: Iterable[Model], text: Callable[[list[Model]], str]) -> str:
    """The first model that cannot be printed alone, as the end of a message."""
    for model in models:
        try:
            text([model])
        except TemplateFault:
            return f" (rendering {model.model_id!r})"
    return ""


OPENAPI: Target = OpenApiTarget()
