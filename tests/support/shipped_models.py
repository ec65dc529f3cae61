"""The models that RunComfy has published, as this repository stores them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from runcomfy_codegen import resources
from runcomfy_codegen.build.build_model import BuildOptions, build_catalog
from runcomfy_codegen.ir.document import Document
from runcomfy_codegen.ir.model import Model
from runcomfy_codegen.store.schemas_folder import read_all

SCHEMAS = Path(__file__).parents[2] / "schemas"


@cache
def documents() -> Sequence[Document]:
    """Every stored document."""
    return tuple(document for _, document in read_all(SCHEMAS).documents)


@cache
def models() -> Mapping[str, Model]:
    """Every model, by its id."""
    stored = read_all(SCHEMAS).documents
    built = build_catalog(stored, BuildOptions(dialect=resources.dialect()))
    return {model.model_id: model for model in built.models}
