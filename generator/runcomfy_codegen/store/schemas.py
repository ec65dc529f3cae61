"""The folder of published documents: all of it read, and single documents written."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..ir.diagnostic import Diagnostic, Place
from ..ir.document import Document
from ..ir.json_text import NotJson
from . import envelope
from .path import document_path
from .reading import document_of, unreadable
from .tree import Changes, apply, read_bytes

DIALECT = "dialect.schema.json"


@dataclass(frozen=True, slots=True)
class Stored:
    """What a folder holds: its documents with their files, and what could not be read."""

    documents: tuple[tuple[str, Document], ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def unread(self) -> tuple[str, ...]:
        """Models none of whose documents could be read."""
        read = {document.model_id for _, document in self.documents}
        return tuple(sorted({each.model for each in self.diagnostics} - read))


def read_all(root: Path, models: Collection[str] | None = None) -> Stored:
    """Every document below ``root``, by model id and locale; or those of these models.

    Raises ``FileNotFoundError`` if the folder does not exist.
    """
    if not root.is_dir():
        raise FileNotFoundError(f"no folder of schemas at {root}")
    found = root.rglob("*.json") if models is None else _documents(root, models)
    paths = sorted(PurePosixPath(path.relative_to(root)) for path in found)
    documents: list[tuple[str, Document]] = []
    diagnostics: list[Diagnostic] = []
    for path in paths:
        if path.name == DIALECT or path.parts[0].startswith("."):
            continue
        file = (root / path).as_posix()
        try:
            documents.append((file, _read(root, path)))
        except NotJson as error:
            diagnostics.append(unreadable(file, path, error.message, error.place))
        except OSError as error:
            reason = error.strerror or str(error)
            diagnostics.append(unreadable(file, path, reason, Place()))
    return Stored(tuple(documents), tuple(diagnostics))


def locales(root: Path) -> list[str]:
    """The locales that documents below ``root`` are in, by the names of their files."""
    every = (name for _, _, files in os.walk(root) for name in files)
    return sorted(
        {
            name.removesuffix(".json")
            for name in every
            if name.endswith(".json") and name != DIALECT
        }
    )


def read_one(root: Path, model_id: str, locale: str) -> Document | None:
    """The stored document of a model in a locale; None if there is none that can be read."""
    try:
        return _read(root, document_path(model_id, locale))
    except (FileNotFoundError, NotJson):
        return None


def write_all(root: Path, documents: Iterable[Document]) -> None:
    """Store documents, all or none. Raises ``OSError``."""
    apply(
        root,
        Changes(
            write={
                document_path(document.model_id, document.locale): envelope.write(
                    document
                ).encode("utf-8", "surrogatepass")
                for document in documents
            }
        ),
    )


def remove_all(root: Path, documents: Iterable[Document]) -> None:
    """Remove documents, all or none. Raises ``OSError``."""
    paths = [document_path(each.model_id, each.locale) for each in documents]
    apply(root, Changes(remove=paths))


def _documents(root: Path, models: Collection[str]) -> Iterator[Path]:
    for model_id in models:
        yield from (root / document_path(model_id, "en")).parent.glob("*.json")


def _read(root: Path, path: PurePosixPath) -> Document:
    content = read_bytes(root / path)
    if content is None:
        raise FileNotFoundError(path)
    return document_of(path, content)
