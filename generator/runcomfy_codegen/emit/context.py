"""What each template is rendered with; docs/templates.md tells every name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from runcomfy_runtime.protocol import DEFAULT_BASE_URL, PHASES, CancelOutcome

from ..ir.model import Model
from .document_view import document_view
from .exports import EXPORTS
from .view import ModelView

# Of what templates are given; another number means that names went or changed.
CONTEXT_VERSION = 1
# What a model takes, and what it returns.
SIDES = ("input", "output")


def module_context(model: Model, view: ModelView) -> dict[str, Any]:
    """Of ``model.jinja``."""
    return {"version": CONTEXT_VERSION, "view": view, "heading": _heading(model)}


def client_context(package: str) -> dict[str, Any]:
    """Of ``client.jinja``."""
    return {"version": CONTEXT_VERSION, "package": package, "exports": EXPORTS}


def openapi_context(models: Iterable[Model]) -> dict[str, Any]:
    """Of ``openapi.jinja``."""
    return {
        "version": CONTEXT_VERSION,
        "models": [document_view(model) for model in models],
        "server": DEFAULT_BASE_URL,
        "statuses": list(PHASES),
        "outcomes": [outcome.value for outcome in CancelOutcome],
    }


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


def _heading(model: Model) -> str:
    """The docstring of a module: id, title, description."""
    title = f": {model.title}" if model.title else ""
    return "\n\n".join(filter(None, (f"{model.model_id}{title}", model.description)))
