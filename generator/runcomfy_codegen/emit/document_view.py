"""What the templates of documents see of a model: its words, and both sides as JSON Schema."""

from __future__ import annotations

from dataclasses import dataclass

from runcomfy_runtime.protocol import submit_path

from ..ir.model import Model
from ..ir.standard import Schema
from .described import described


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A model. ``name`` is that of its module, with dots: no name of a module holds one."""

    id: str
    name: str
    path: str
    title: str
    description: str
    kind: str
    schema_sha256: str
    input: Schema
    output: Schema


def document_view(model: Model) -> DocumentView:
    """What a template is told of a model."""
    return DocumentView(
        id=model.model_id,
        name=module_name(model),
        path=submit_path(model.model_id),
        title=model.title,
        description=model.description,
        kind=model.kind,
        schema_sha256=model.schema_sha256,
        input=described(model.input),
        output=described(model.output),
    )


def module_name(model: Model) -> str:
    """The name of a model's module below ``models``: another one for every model."""
    return ".".join(model.path)
