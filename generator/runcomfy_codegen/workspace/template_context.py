"""What templates are given, as JSON, for those who write their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, cast

from .project import Project

if TYPE_CHECKING:
    from ..build.build_model import BuiltCatalog
    from ..ir.model import Model


def template_context(project: Project, model_id: str) -> dict[str, Any]:
    """The context of the project's target for a model. Raises ``CodegenError`` if there is none.

    For Python that of ``model.jinja``, for OpenAPI of ``openapi.jinja`` with this model
    alone, and for JSON Schema of ``schema.jinja``, for each side of the model.
    """
    # Imported here: a package that is up to date is told so without any of it.
    from ..targets.json_schema import SIDES, schema_context
    from ..targets.openapi import openapi_context

    model, catalog = project.model(model_id)
    match project.config.target:
        case "openapi":
            told = openapi_context([model])
        case "json-schema":
            told = {side: schema_context(model, side) for side in SIDES}
        case _:
            return _module(model, catalog)
    return {name: _plain(value) for name, value in told.items()}


def _module(model: Model, catalog: BuiltCatalog) -> dict[str, Any]:
    from ..targets.python.annotations import Annotator
    from ..targets.python.package import packages_of
    from ..targets.python.view import model_view, module_context

    annotator = Annotator((model.input, model.output))
    view = model_view(model, annotator, packages_of(catalog.models))
    told = {name: _plain(value) for name, value in module_context(model, view).items()}
    # What a view works out when it is asked is as good a name as what it holds.
    told["view"] |= {"rules": _plain(view.rules), "printed": _plain(view.printed)}
    return told


def _plain(value: Any) -> Any:
    """JSON values; exact numbers, and whatever else JSON has no word for, as texts."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        told = cast("Mapping[object, Any]", value).items()
        return {str(name): _plain(each) for name, each in told}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in cast("list[Any]", value)]
    if isinstance(value, Enum):
        return value.value
    return (
        value
        if value is None or isinstance(value, bool | int | float | str)
        else str(value)
    )
