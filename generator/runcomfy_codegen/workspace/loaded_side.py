"""The published documents of one side of a diff, read and parsed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TypeAlias

from ..ir.diagnostic import EXHAUSTED, Diagnostic, Position, too_large
from ..ir.document import Document
from ..ir.json_text import NotJson
from ..store.document_file import model_id_of, parse_document_file, unreadable_document
from .revision import Content, Folder

Documents: TypeAlias = dict[str, dict[str, tuple[str, Document]]]
"""By model id and locale: the file name and its document."""

Cache: TypeAlias = dict[tuple[PurePosixPath, Content], Document | NotJson]
"""Parsed files; most of them are the same on both sides."""

_NOT_COMPARED = "the model is not compared; the rest is"


@dataclass(frozen=True, slots=True)
class LoadedSide:
    """The documents of one side, the models with unreadable files, and diagnostics."""

    name: str
    documents: Documents = field(default_factory=Documents)
    broken: frozenset[str] = frozenset()
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def model_ids(self) -> frozenset[str]:
        """Every model with a file on this side, readable or not."""
        return self.broken.union(self.documents)

    def only(self, model_ids: Collection[str]) -> LoadedSide:
        """The side with these models alone, and what is about no model."""
        others = self.model_ids.difference(model_ids)
        if not others:
            return self
        return LoadedSide(
            self.name,
            {
                id_: documents
                for id_, documents in self.documents.items()
                if id_ not in others
            },
            self.broken - others,
            tuple(
                diagnostic
                for diagnostic in self.diagnostics
                if diagnostic.model not in others
            ),
        )


def load_side(folder: Folder, cache: Cache) -> LoadedSide:
    """Read and parse every document of a side."""
    documents: defaultdict[str, dict[str, tuple[str, Document]]] = defaultdict(dict)
    broken: set[str] = set()
    diagnostics: list[Diagnostic] = []
    for blob in folder.blobs():
        path = blob[0]
        if blob not in cache:
            cache[blob] = _document(*blob)
        document = cache[blob]
        if isinstance(document, NotJson):
            broken.add(model_id_of(path))
            file = str(PurePosixPath(folder.name, path))
            unreadable = unreadable_document(
                file, path, document.message, document.place, _NOT_COMPARED
            )
            diagnostics.append(unreadable)
        else:
            documents[document.model_id][document.locale] = (path.as_posix(), document)
    return LoadedSide(
        folder.name, dict(documents), frozenset(broken), tuple(diagnostics)
    )


def _document(path: PurePosixPath, content: Content) -> Document | NotJson:
    if isinstance(content, NotJson):
        return content
    try:
        return parse_document_file(path, content)
    except NotJson as error:
        return error
    except EXHAUSTED as error:
        return NotJson(too_large(error).message, Position())
