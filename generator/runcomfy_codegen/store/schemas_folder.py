"""The folder of published documents: all of it read, single documents written, hashes and facts."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from stat import S_ISDIR

from ..disk.atomic_write import FolderChanges, apply_changes
from ..disk.read_file import STORED_CAP, NotReadable, read_file
from ..disk.walk import (
    ListedFolder,
    is_read,
    list_folder,
    read_again,
    refuse_linked_folders,
    walk,
    walk_until_enough,
)
from ..ir.diagnostic import EXHAUSTED, Diagnostic, Position, too_large
from ..ir.document import DEFAULT_LOCALE, Document
from ..ir.json_text import JsonValue, NotJson, items, members
from . import document_file
from .document_file import (
    document_path,
    model_id_of,
    model_id_of_folders,
    parse_document_file,
    unreadable_document,
)

DIALECT = "dialect.schema.json"


class NoSchemasFolder(FileNotFoundError):
    """There is no folder of schemas at this path."""


@dataclass(frozen=True, slots=True)
class StoredDocuments:
    """The documents of a folder with their files, and diagnostics for unreadable files."""

    documents: tuple[tuple[str, Document], ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def unreadable_models(self) -> tuple[str, ...]:
        """The ids of models of which no document could be read."""
        read = {document.model_id for _, document in self.documents}
        return tuple(
            sorted({diagnostic.model for diagnostic in self.diagnostics} - read)
        )


def read_all(root: Path, models: Collection[str] | None = None) -> StoredDocuments:
    """All documents below ``root``, sorted by model id and locale, or only those of ``models``.

    Raises ``NoSchemasFolder``, and ``OSError`` for anything that cannot be listed or read:
    a model that cannot be seen is not a model that is gone.
    """
    _check_root(root)
    return read_again(lambda: _read_all(root, models))


def _read_all(root: Path, models: Collection[str] | None) -> StoredDocuments:
    paths = _all_paths(root) if models is None else _paths_of(root, models)
    documents: list[tuple[str, Document]] = []
    diagnostics: list[Diagnostic] = []
    withheld: set[str] = set()
    for path in sorted(paths):
        file = (root / path).as_posix()
        try:
            documents.append((file, _read(root, path)))
        except NotJson as error:
            diagnostic = unreadable_document(file, path, error.message, error.place)
            diagnostics.append(diagnostic)
        except EXHAUSTED as error:
            diagnostics.append(too_large(error, model=model_id_of(path), file=file))
            withheld.add(model_id_of(path))
        except NotReadable as error:
            reason = error.reason
            diagnostics.append(unreadable_document(file, path, reason, Position()))
            withheld.add(model_id_of(path))
    # Without one of its documents, a model would look changed.
    read = [pair for pair in documents if pair[1].model_id not in withheld]
    return StoredDocuments(tuple(read), tuple(diagnostics))


def _check_root(root: Path) -> None:
    try:
        mode = root.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        mode = 0
    if not S_ISDIR(mode):
        raise NoSchemasFolder(f"no folder of schemas at {root}")


def list_documents(root: Path) -> list[tuple[ListedFolder, list[str]]]:
    """Every folder below ``root`` that has documents, with the names of their files.

    Raises ``OSError`` if any folder cannot be listed.
    """
    folders = {folder.below: folder for folder in walk(root)}
    names = {below: _document_names(folder.files) for below, folder in folders.items()}
    for below in folders:
        # No model id has such a folder, so a document is meant; reading it says so.
        if below and is_document_name(below[-1]):
            del names[below]
            names.get(below[:-1], []).append(below[-1])
    return [(folders[below], sorted(stems)) for below, stems in names.items() if stems]


def has_documents(root: Path) -> bool:
    """Whether there is any document below ``root``. Raises ``OSError``."""
    return any(
        is_document_name(name)
        for folder in walk_until_enough(root)
        for name in (*folder.files, *folder.below[-1:])
    )


def is_document_name(name: str) -> bool:
    """Whether a file of this name in the folder of schemas is a published document."""
    return name.endswith(".json") and name != DIALECT and is_read(name)


def _document_names(names: Iterable[str]) -> list[str]:
    return [name for name in names if is_document_name(name)]


def _all_paths(root: Path) -> list[PurePosixPath]:
    return [
        PurePosixPath(*folder.below, name)
        for folder, names in list_documents(root)
        for name in names
    ]


def _paths_of(root: Path, models: Collection[str]) -> list[PurePosixPath]:
    return [path for model_id in models for path in document_paths(root, model_id)]


def document_paths(root: Path, model_id: str) -> list[PurePosixPath]:
    """The documents of one model, below ``root``. Only the model's own folder is listed."""
    below = document_path(model_id, DEFAULT_LOCALE).parent
    try:
        refuse_linked_folders(root, below)
        names = list_folder(root / below)
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [below / name for name in _document_names(names)]


def stored_locales(root: Path) -> list[str]:
    """The locales of the documents below ``root``, by the names of their files."""
    return locales_of(path.name for path in _all_paths(root))


def locales_of(names: Iterable[str]) -> list[str]:
    """The locales of documents, by the names of their files."""
    return sorted({name.removesuffix(".json") for name in names})


def stored_ids(root: Path) -> list[str]:
    """The ids of all models with documents below ``root``."""
    return [model_id_of_folders(folder.below) for folder, _ in list_documents(root)]


def read_one(root: Path, model_id: str, locale: str) -> Document | None:
    """The stored document of a model in a locale; None if it is missing or no document.

    Raises ``OSError`` if it cannot be read.
    """
    path = document_path(model_id, locale)
    try:
        refuse_linked_folders(root, path.parent)
        return _read(root, path)
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


def _read(root: Path, path: PurePosixPath) -> Document:
    return parse_document_file(path, read_file(root / path, STORED_CAP))


# Facts: what the catalog publishes about models next to their schemas.


@dataclass(frozen=True, slots=True)
class CatalogFacts:
    """The kind and the categories of a model; empty if none of its documents has them."""

    kind: str = ""
    categories: tuple[str, ...] = ()


def facts_of(root: Path, model_ids: Iterable[str]) -> dict[str, CatalogFacts | None]:
    """The facts of each of these models; None if a document that may have them is broken."""
    return {model_id: _facts(root, model_id) for model_id in model_ids}


def matches_kind(
    facts: CatalogFacts | None, kinds: Collection[str], categories: Collection[str]
) -> bool:
    """Whether a model has one of the kinds and one of the categories. No names: no filter.

    A model without readable facts matches: building it reports why, and its files stay.
    """
    if facts is None:
        return True
    return (not kinds or facts.kind in kinds) and (
        not categories or any(category in categories for category in facts.categories)
    )


def _facts(root: Path, model_id: str) -> CatalogFacts | None:
    broken = False
    for path in document_paths(root, model_id):
        try:
            content = read_file(root / path, STORED_CAP)
            facts = members(members(json.loads(content)).get("facts"))
        except (NotReadable, ValueError, *EXHAUSTED):
            broken = True
            continue
        if facts:
            return catalog_facts(facts)
    return None if broken else CatalogFacts()


def catalog_facts(facts: Mapping[str, JsonValue]) -> CatalogFacts:
    """The kind and the categories in the published facts of a model."""
    categories = tuple(map(str, items(facts.get("categories"))))
    return CatalogFacts(str(facts.get("kind", "")), categories)


# Hashes: which models are unchanged, without parsing any document.


def document_hashes(root: Path) -> dict[str, str]:
    """The hash of each model's documents, by model id. Line endings do not matter.

    A model with a file that cannot be a document has ``UNREADABLE``, which equals no hash of a
    lock: it is read, and reported, each time.
    Raises ``NoSchemasFolder`` and ``OSError``.
    """
    _check_root(root)
    return read_again(
        lambda: {
            model_id_of_folders(folder.below): _hash(folder.path, names)
            for folder, names in list_documents(root)
        }
    )


UNREADABLE = "unreadable"
"""In the place of the hash of a model that cannot be read."""


def _hash(folder: str, names: Sequence[str]) -> str:
    whole = hashlib.sha256()
    for name in names:
        try:
            content = read_file(f"{folder}{os.sep}{name}", STORED_CAP)
        except (NotReadable, MemoryError):
            return UNREADABLE
        content = content.replace(b"\r\n", b"\n")
        whole.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogatepass"))
        whole.update(content)
    return whole.hexdigest()
