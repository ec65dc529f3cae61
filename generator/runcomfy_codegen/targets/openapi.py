"""The OpenAPI target: one document of all models."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from typing import Any

from runcomfy_runtime.protocol import DEFAULT_BASE_URL, PHASES, CancelOutcome

from ..ir.model import Model
from ..package.lock_entry import GivenNames
from .json_document import (
    Printed,
    document_name,
    document_view,
    lock_entry,
    printed_document,
)
from .target import RenderContext
from .templates import CONTEXT_VERSION, TemplateFault


def openapi_context(models: Iterable[Model]) -> dict[str, Any]:
    """Of ``openapi.jinja``."""
    return {
        "version": CONTEXT_VERSION,
        "models": [document_view(model) for model in models],
        "server": DEFAULT_BASE_URL,
        "statuses": list(PHASES),
        "outcomes": [outcome.value for outcome in CancelOutcome],
    }


_OPENAPI = PurePosixPath("openapi.json")


def render_openapi(models: list[Model], workshop: RenderContext) -> Printed:
    """One document of all models."""
    templates = workshop.templates

    def text(chosen: list[Model]) -> str:
        return printed_document("openapi.jinja", openapi_context(chosen), templates)

    try:
        files = {_OPENAPI: text(models)}
    except TemplateFault as fault:
        raise TemplateFault(f"{fault}{_culprit(models, text)}") from None
    entries = {
        model.model_id: lock_entry(
            model, (_OPENAPI,), GivenNames(classes={"": document_name(model)})
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
