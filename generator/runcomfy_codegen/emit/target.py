"""What else the IR can be printed as: documents, each kind by its folder of templates."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

from runcomfy_runtime.protocol import (
    DEFAULT_BASE_URL,
    PHASES,
    CancelOutcome,
    submit_path,
)

from ..ir.model import Model
from .described import described
from .lock import LOCK, Lock, sha256, write_lock
from .package import Workshop, render_package
from .plan import Files
from .templates import TemplateFault


class Target(StrEnum):
    """A kind of output; each is a folder of templates."""

    PYTHON = "python"
    OPENAPI = "openapi"
    JSON_SCHEMA = "json-schema"


_OPENAPI = PurePosixPath("openapi.json")


def render_target(
    target: Target, models: Iterable[Model], name: str, workshop: Workshop
) -> Files:
    """Every file of an output, the lock among them. Raises ``TemplateFault``."""
    chosen = sorted(models, key=lambda model: model.model_id)
    if target is Target.PYTHON:
        return render_package(chosen, name, workshop)
    printed = _RENDERERS[target](chosen, name, workshop)
    files = {
        path: text for of_model in printed.values() for path, text in of_model.items()
    }
    lock = Lock(
        files={
            **workshop.kept.files,
            **{path: sha256(text.encode()) for path, text in files.items()},
        },
        models={
            **workshop.kept.models,
            **{model.model_id: _entry(model, printed) for model in chosen},
        },
        made_from=workshop.sources,
        selection=workshop.selection,
    )
    told = write_lock(lock, generator=workshop.generator, locale=workshop.locale)
    return {**files, LOCK: told}


def _openapi(models: list[Model], name: str, workshop: Workshop) -> dict[str, Files]:
    text = workshop.templates.render(
        "openapi.jinja",
        models=[_view(model) for model in models],
        server=DEFAULT_BASE_URL,
        statuses=list(PHASES),
        outcomes=[outcome.value for outcome in CancelOutcome],
    )
    return {"": {_OPENAPI: laid_out_json(text, _OPENAPI.name)}}


def _json_schemas(
    models: list[Model], name: str, workshop: Workshop
) -> dict[str, Files]:
    printed: dict[str, Files] = {}
    for model in models:
        folder = PurePosixPath(*model.path)
        printed[model.model_id] = {}
        for side, kind in (("input", model.input), ("output", model.output)):
            text = workshop.templates.render(
                "schema.jinja", model=model, side=side, schema=described(kind)
            )
            path = folder / f"{side}.schema.json"
            printed[model.model_id][path] = laid_out_json(text, model.model_id)
        workshop.tell(model.model_id)
    return printed


_RENDERERS: dict[Target, Callable[[list[Model], str, Workshop], dict[str, Files]]] = {
    Target.OPENAPI: _openapi,
    Target.JSON_SCHEMA: _json_schemas,
}


def laid_out_json(text: str, what: str) -> str:
    """JSON with two spaces a level. Raises ``TemplateFault`` for a text that is none."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise TemplateFault(
            f"what the templates make of {what} is no JSON: {error}"
        ) from None
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _view(model: Model) -> dict[str, Any]:
    """What a template is told of a model in a document of many."""
    return {
        "id": model.model_id,
        "path": submit_path(model.model_id),
        "name": "_".join(model.path),
        "title": model.title,
        "description": model.description,
        "input": described(model.input),
        "output": described(model.output),
    }


def _entry(model: Model, printed: dict[str, Files]) -> dict[str, Any]:
    file, *others = printed.get(model.model_id, {_OPENAPI: ""})
    more = {"files": [path.as_posix() for path in others]} if others else {}
    return {
        "file": file.as_posix(),
        **more,
        "schema_sha256": model.schema_sha256,
        "documents": dict(model.documents),
    }
