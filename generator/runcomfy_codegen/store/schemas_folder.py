"""The folder of published documents: all of it read, single documents written, hashes and facts."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..ir.diagnostic import Diagnostic, Position
from ..ir.document import Document
from ..ir.json_text import NotJson, items, members
from . import document_file
from .atomic_write import FolderChanges, apply_changes, read_bytes
from .document_file import (
    document_path,
    model_id_of_folders,
    parse_document_file,
    unreadable_document,
)

DIALECT = "dialect.schema.json"


@dataclass(frozen=True, slots=True)
class StoredDocuments:
    """The documents of a folder with their files, and diagnostics for unreadable files."""

    documents: tuple[tuple[str, Document], ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def unread(self) -> tuple[str, ...]:
        """The ids of models of which no document could be read."""
        read = {document.model_id for _, document in self.documents}
        return tuple(
            sorted({diagnostic.model for diagnostic in self.diagnostics} - read)
        )


def read_all(root: Path, models: Collection[str] | None = None) -> StoredDocuments:
    """All documents below ``root``, sorted by model id and locale, or only those of ``models``.

    Raises ``FileNotFoundError`` if the folder does not exist.
    """
    if not root.is_dir():
        raise FileNotFoundError(f"no folder of schemas at {root}")
    files = root.rglob("*.json") if models is None else _documents(root, models)
    paths = sorted(PurePosixPath(path.relative_to(root)) for path in files)
    documents: list[tuple[str, Document]] = []
    diagnostics: list[Diagnostic] = []
    for path in paths:
        if path.name == DIALECT or path.parts[0].startswith("."):
            continue
        file = (root / path).as_posix()
        try:
            documents.append((file, _read(root, path)))
        except NotJson as error:
            diagnostics.append(
                unreadable_document(file, path, error.message, error.place)
            )
        except OSError as error:
            reason = error.strerror or str(error)
            diagnostics.append(unreadable_document(file, path, reason, Position()))
    return StoredDocuments(tuple(documents), tuple(diagnostics))


def stored_locales(root: Path) -> list[str]:
    """The locales of the documents below ``root``, by the names of their files."""
    names = (name for _, _, files in os.walk(root) for name in files)
    return sorted(
        {
            name.removesuffix(".json")
            for name in names
            if name.endswith(".json") and name != DIALECT
        }
    )


def read_one(root: Path, model_id: str, locale: str) -> Document | None:
    """The stored document of a model in a locale; None if it is missing or unreadable."""
    try:
        return _read(root, document_path(model_id, locale))
    except (FileNotFoundError, NotJson):
        return None


def write_all(root: Path, documents: Iterable[Document]) -> None:
    """Store all documents or none. Raises ``OSError``."""
    apply_changes(
        root,
        FolderChanges(
            write={
                document_path(
                    document.model_id, document.locale
                ): document_file.document_text(document).encode(
                    "utf-8", "surrogatepass"
                )
                for document in documents
            }
        ),
    )


def remove_all(root: Path, documents: Iterable[Document]) -> None:
    """Remove all documents or none. Raises ``OSError``."""
    paths = [
        document_path(document.model_id, document.locale) for document in documents
    ]
    apply_changes(root, FolderChanges(remove=paths))


def _documents(root: Path, models: Collection[str]) -> Iterator[Path]:
    for model_id in models:
        yield from (root / document_path(model_id, "en")).parent.glob("*.json")


def _read(root: Path, path: PurePosixPath) -> Document:
    content = read_bytes(root / path)
    if content is None:
        raise FileNotFoundError(path)
    return parse_document_file(path, content)


# Facts: what the catalog publishes about models next to their schemas.


@dataclass(frozen=True, slots=True)
class CatalogFacts:
    """The kind and the categories of a model; empty if none of its documents has them."""

    kind: str = ""
    categories: tuple[str, ...] = ()


def facts_of(root: Path, model_ids: Iterable[str]) -> dict[str, CatalogFacts]:
    """The facts of each of these models. Unreadable documents are skipped."""
    return {model_id: _facts(root, model_id) for model_id in model_ids}


def matches_kind(
    facts: CatalogFacts, kinds: Collection[str], categories: Collection[str]
) -> bool:
    """Whether a model has one of the kinds and one of the categories. No names: no filter."""
    return (not kinds or facts.kind in kinds) and (
        not categories or any(category in categories for category in facts.categories)
    )


def _facts(root: Path, model_id: str) -> CatalogFacts:
    for path in sorted((root / document_path(model_id, "en")).parent.glob("*.json")):
        try:
            facts = members(members(json.loads(path.read_bytes())).get("facts"))
        except ValueError:
            continue
        if facts:
            categories = tuple(map(str, items(facts.get("categories"))))
            return CatalogFacts(str(facts.get("kind", "")), categories)
    return CatalogFacts()


# Hashes: which models are unchanged, without parsing any document.


def document_hashes(root: Path) -> dict[str, str]:
    """The hash of each model's documents, by model id. Line endings do not matter.

    Raises ``FileNotFoundError`` if the folder does not exist.
    """
    if not root.is_dir():
        raise FileNotFoundError(f"no folder of schemas at {root}")
    # Strings, because a Path for each of a thousand folders takes longer than reading them.
    top, hashes = str(root), dict[str, str]()
    for folder, folders, files in os.walk(top):
        folders[:] = sorted(
            name for name in folders if folder != top or not name.startswith(".")
        )
        documents = sorted(
            name for name in files if name.endswith(".json") and name != DIALECT
        )
        if documents:
            below = folder[len(top) :].strip(os.sep).split(os.sep)  # noqa: PTH206
            hashes[model_id_of_folders(below)] = _hash(folder, documents)
    return hashes


def _hash(folder: str, names: list[str]) -> str:
    whole = hashlib.sha256()
    for name in names:
        with open(f"{folder}{os.sep}{name}", "rb") as file:  # noqa: PTH123
            content = file.read().replace(b"\r\n", b"\n")
        whole.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogatepass"))
        whole.update(content)
    return whole.hexdigest()
