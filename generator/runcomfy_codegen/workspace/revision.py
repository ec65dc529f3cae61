"""The folder of one side of a diff: on disk, or in a git revision without a checkout."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from ..disk.read_file import STORED_CAP, NotReadable, over_cap, read_file
from ..disk.walk import is_read, read_again
from ..errors import OperationError, UsageError
from ..ir.diagnostic import Position
from ..ir.json_text import NotJson
from ..store.schemas_folder import is_document_name, list_documents
from .git import blob_contents, followed, git

Content: TypeAlias = bytes | NotJson
"""The bytes of a file, or why they are not read."""

Blobs: TypeAlias = list[tuple[PurePosixPath, Content]]


_BAD_LINK = "is a link to a file that is not in this revision"


@dataclass(frozen=True, slots=True)
class SchemasFolder:
    """A folder of published documents on disk."""

    path: Path

    @property
    def name(self) -> str:
        """The name of the side in reports, and the prefix of its file names."""
        return self.path.as_posix()

    def blobs(self) -> Blobs:
        """The path of every document below the folder, and its bytes."""
        return read_again(
            lambda: [
                (PurePosixPath(*folder.below, name), _content(Path(folder.path, name)))
                for folder, names in list_documents(self.path)
                for name in names
            ]
        )


def _content(file: Path) -> Content:
    try:
        return read_file(file, STORED_CAP)
    except NotReadable as error:
        return NotJson(error.reason, Position())


@dataclass(frozen=True, slots=True)
class AbsentFolder:
    """A folder of schemas that does not exist on this side: it has no documents.

    ``reason`` says that for people.
    """

    name: str
    reason: str

    def blobs(self) -> Blobs:
        """No documents."""
        return []


@dataclass(frozen=True, slots=True)
class Revision:
    """A folder in a git revision; ``tree`` and ``commit`` are object ids.

    ``path`` starts at the root of the repository. ``name`` is the same folder of the work
    tree, seen from the current folder: the prefix of file names.
    """

    ref: str
    path: str
    tree: str
    commit: str
    name: str

    def blobs(self) -> Blobs:
        """The path of every document below the folder, and its bytes, in two calls of git."""
        return list(tree_contents(self, STORED_CAP, is_document).items())


def tree_contents(
    folder: Revision, cap: int, is_wanted: Callable[[PurePosixPath], bool]
) -> dict[PurePosixPath, Content]:
    """The wanted files of a folder with their bytes, or why they are not read.

    Like on a disk, links to files are followed, links to folders are refused, and nothing
    of more than ``cap`` bytes is read.
    """
    listed = _entries(folder, cap)
    entries = {path: entry for path, entry in listed if is_wanted(path)}
    oids = {path: entry for path, entry in entries.items() if isinstance(entry, bytes)}
    contents = blob_contents([*oids.values()])
    return {**entries, **dict(zip(oids, contents, strict=True))}


def _entries(folder: Revision, cap: int) -> Iterator[tuple[PurePosixPath, Content]]:
    """Every file of a tree: its object id, or why it is not read."""
    # Without --full-tree, git lists only the files below the current folder.
    listed = git("ls-tree", "-r", "-l", "-z", "--full-tree", folder.tree)
    for entry in filter(None, listed.split(b"\0")):
        about, _, name = entry.partition(b"\t")
        mode, _, oid, size = about.split()
        path = PurePosixPath(name.decode("utf-8", "surrogateescape"))
        if mode == b"120000":
            oid, size = _linked(folder, path, name)
        elif not mode.startswith(b"100"):
            continue
        if not oid:
            yield path, NotJson(_BAD_LINK, Position())
        elif not size.isdigit():
            # git's word for an object that this clone lacks, or that is damaged.
            raise OperationError(
                f"git ls-tree failed: the object {oid.decode()} of {path} cannot be"
                " read; this clone may be partial or damaged (git fsck says more)"
            )
        elif int(size) > cap:
            yield path, NotJson(over_cap(str(path), cap).reason, Position())
        else:
            yield path, oid


def _linked(folder: Revision, path: PurePosixPath, name: bytes) -> tuple[bytes, bytes]:
    """The object and the size of the file that a link leads to; empty if it leads to no file."""
    # From the root of the commit: a link may leave the folder.
    above = [os.fsencode(folder.path)] if folder.path not in ("", ".") else []
    oid, kind, size = followed(folder.commit, b"/".join([*above, name]))
    if kind == b"tree":
        raise UsageError(
            f"in the revision {folder.ref!r}, {path} is a link to a folder, and only"
            " links to files are followed"
        )
    return (oid, size) if kind == b"blob" else (b"", b"")


def is_document(path: PurePosixPath) -> bool:
    """Whether a file in the schemas folder is a published document."""
    return is_document_name(path.name) and all(map(is_read, path.parts))


Folder: TypeAlias = SchemasFolder | Revision | AbsentFolder
"""Where the documents of one side are."""
