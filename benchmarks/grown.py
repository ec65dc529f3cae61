"""A catalog of any size, grown from the published documents that ship with the tool."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice
from pathlib import Path

from runcomfy_codegen import resources
from runcomfy_codegen.ir.document import Document
from runcomfy_codegen.store.schemas_folder import read_all, write_all


def grow(folder: Path, models: int) -> list[Document]:
    """Store documents of this many models: the real ones, then the same from other vendors."""
    real = [document for _, document in read_all(resources.schemas()).documents]
    ids = dict.fromkeys(document.model_id for document in real)
    chosen = dict.fromkeys(islice(_named(list(ids)), models))
    documents = [
        replace(document, model_id=f"{prefix}{document.model_id}")
        for prefix, model_id in chosen
        for document in real
        if document.model_id == model_id
    ]
    write_all(folder, documents)
    return documents


def _named(ids: list[str]) -> Iterator[tuple[str, str]]:
    for generation in count():
        prefix = f"vendor-{generation}/" if generation else ""
        yield from ((prefix, model_id) for model_id in ids)
