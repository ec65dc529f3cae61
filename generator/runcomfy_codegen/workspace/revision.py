"""The folder of one side of a diff: on disk, or in a git revision without a checkout."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from ..disk.read_file import STORED_CAP, NotReadable, read_file, too_large
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
        entries = {path: entry for path, entry in self._entries() if is_document(path)}
        wanted = {
            path: entry for path, entry in entries.items() if isinstance(entry, bytes)
        }
        contents = blob_contents([*wanted.values()])
        read: dict[PurePosixPath, Content] = {
            **entries,
            **dict(zip(wanted, contents, strict=True)),
        }
        return list(read.items())

    def _entries(self) -> Iterator[tuple[PurePosixPath, Content]]:
        """Every file below the folder: its object id, or why it is not read."""
        # Without --full-tree, git lists only the files below the current folder.
        listed = git("ls-tree", "-r", "-l", "-z", "--full-tree", self.tree)
        for entry in filter(None, listed.split(b"\0")):
            about, _, name = entry.partition(b"\t")
            mode, _, oid, size = about.split()
            path = PurePosixPath(name.decode("utf-8", "surrogateescape"))
            if mode == b"120000":
                oid, size = self._linked(path, name)
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
            elif int(size) > STORED_CAP:
                yield path, NotJson(too_large(str(path), STORED_CAP).reason, Position())
            else:
                yield path, oid

    def _linked(self, path: PurePosixPath, name: bytes) -> tuple[bytes, bytes]:
        """The object and the size of the file that a link leads to; empty if there is none.

        Like on a disk, links to files are followed and links to folders are refused.
        """
        oid, kind, size = followed(self.tree, name)
        if kind == b"tree":
            raise UsageError(
                f"in the revision {self.ref!r}, {path} is a link to a folder, and only"
                " links to files are followed"
            )
        return (oid, size) if kind == b"blob" else (b"", b"")


def is_document(path: PurePosixPath) -> bool:
    """Whether a file in the schemas folder is a published document."""
    return is_document_name(path.name) and all(map(is_read, path.parts))


Folder: TypeAlias = SchemasFolder | Revision | AbsentFolder
"""Where the documents of one side are."""
