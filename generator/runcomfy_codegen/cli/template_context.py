"""What templates are given, as JSON, for those who write their own."""

from __future__ import annotations

import json
from dataclasses import asdict, is_dataclass
from typing import Any

from .project import Project


def context_of(project: Project, model_id: str) -> dict[str, Any]:
    """The context of ``model.jinja`` for a model. Raises ``Failure`` if there is none."""
    # Imported here: a package that is up to date is told so without any of it.
    from ..emit.annotation import Annotator
    from ..emit.package import context, packages_of
    from ..emit.view import model_view

    model, catalog = project.model(model_id)
    annotator = Annotator((model.input, model.output))
    view = model_view(model, annotator, packages_of(catalog.models))
    return {name: _plain(value) for name, value in context(model, view).items()}


def _plain(value: Any) -> Any:
    """JSON values; exact numbers, and whatever else JSON has no word for, as texts."""
    if is_dataclass(value) and not isinstance(value, type):
        return json.loads(json.dumps(asdict(value), default=str))
    return value
