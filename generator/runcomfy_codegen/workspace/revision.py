"""One side of a diff: a folder on disk, or a folder in a git revision without a checkout."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from ..disk.read_file import STORED_CAP, NotReadable, read_file, too_large
from ..disk.walk import is_read, read_again
from ..errors import ConfigError, OperationError, UsageError
from ..ir.diagnostic import Position
from ..ir.json_text import NotJson
from ..store.schemas_folder import is_document_name, list_documents
from ..targets.target import Overrides
from .configuration import OWN_FILE, config_of
from .project import Project

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
class Revision:
    """A folder in a git revision; ``tree`` and ``commit`` are object ids."""

    ref: str
    path: str
    tree: str
    commit: str

    @property
    def name(self) -> str:
        """The folder below the root of the repository, as annotations name files."""
        return self.path or "."

    def blobs(self) -> Blobs:
        """The path of every document below the folder, and its bytes, in two calls of git."""
        entries = {path: entry for path, entry in self._entries() if is_document(path)}
        wanted = {
            path: entry for path, entry in entries.items() if isinstance(entry, bytes)
        }
        contents = _contents([*wanted.values()])
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
            elif int(size) > STORED_CAP:
                yield path, NotJson(too_large(str(path), STORED_CAP).reason, Position())
            else:
                yield path, oid

    def _linked(self, path: PurePosixPath, name: bytes) -> tuple[bytes, bytes]:
        """The object and the size of the file that a link leads to; empty if there is none.

        Like on a disk, links to files are followed and links to folders are refused.
        """
        asked = self.tree.encode() + b":" + name
        answer = git("cat-file", "--batch-check", "--follow-symlinks", stdin=asked)
        oid, kind, size = (*answer.split(), b"", b"", b"")[:3]
        if kind == b"tree":
            raise UsageError(
                f"in the revision {self.ref!r}, {path} is a link to a folder, and only"
                " links to files are followed"
            )
        return (oid, size) if kind == b"blob" else (b"", b"")


def overrides_at(side: SchemasFolder | Revision, project: Project) -> Overrides:
    """The names in the configuration of a side.

    A revision has its own configuration. For a folder, the current one applies. Raises
    ``UsageError``.
    """
    if isinstance(side, SchemasFolder):
        return project.config.overrides
    file = project.config.file or Path(OWN_FILE)
    usual = (OWN_FILE, "pyproject.toml")
    for name in usual if file.name in usual else (file.name,):
        content = _file(side.commit, file.with_name(name))
        if content is None:
            continue
        try:
            config = config_of(content, Path(name))
        except ConfigError as error:
            raise UsageError(f"in the revision {side.ref!r}: {error}") from None
        return config.overrides
    return Overrides()


def _file(found: str, file: Path) -> bytes | None:
    """A file in a commit; None if the commit or the repository does not have it."""
    whole = file.resolve()
    if not whole.is_relative_to(_root()):
        return None
    name = whole.relative_to(_root()).as_posix()
    # List first: reading a missing file would look like any other error of git.
    if not git("ls-tree", "--full-tree", found, "--", name):
        return None
    return git("cat-file", "blob", f"{found}:{name}")


def is_document(path: PurePosixPath) -> bool:
    """Whether a file in the schemas folder is a published document."""
    return is_document_name(path.name) and all(map(is_read, path.parts))


def resolve_base(
    text: str, project: Project, merge_with: str | None
) -> SchemasFolder | Revision:
    """The old side; with ``merge_with``, the last commit that it has in common with it."""
    if merge_with is None:
        return resolve_side(text, project)
    ref, colon, path = text.partition(":")
    try:
        common = _git_text("merge-base", commit(ref), commit(merge_with))
    except UsageError:
        raise UsageError(
            f"{ref!r} and {merge_with!r} have no commit in common; a shallow clone may"
            " lack it (fetch-depth: 0)"
        ) from None
    return resolve_side(f"{common}{colon}{path}", project)


def resolve_side(text: str, project: Project) -> SchemasFolder | Revision:
    """The side for a folder, ``REF:path``, or ``REF`` alone.

    Without a path, the configuration says where the schemas are. Raises ``CodegenError``.
    """
    if Path(text).is_dir():
        return SchemasFolder(Path(text))
    ref, colon, path = text.partition(":")
    if not ref or text.startswith("-"):
        raise UsageError(
            f"{text!r} is neither a folder nor a git revision such as main:schemas"
        )
    commit_id = commit(ref)
    wanted = path.rstrip("/") if colon else _configured(project)
    try:
        tree = _git_text("rev-parse", "--verify", "--quiet", f"{commit_id}:{wanted}")
    except UsageError:
        raise UsageError(f"the revision {ref!r} has no folder {wanted!r}") from None
    if _git_text("cat-file", "-t", tree) != "tree":
        raise UsageError(f"in the revision {ref!r}, {wanted!r} is not a folder")
    return Revision(ref, wanted, tree, commit_id)


def default_head(base: SchemasFolder | Revision, project: Project) -> SchemasFolder:
    """The new side if none is given: the schemas on disk."""
    path = project.config.schemas
    if isinstance(base, Revision) and not base.path.startswith("."):
        path = _relative(_root() / base.path)
    if not path.is_dir():
        raise UsageError(f"no schemas folder at {path}; give one as HEAD")
    return SchemasFolder(path)


def commit(ref: str) -> str:
    """The commit of a revision. Raises ``CodegenError``."""
    try:
        return _git_text(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"
        ).splitlines()[-1]
    except UsageError:
        _root()
        raise UsageError(
            f"{ref!r} is neither a folder nor a revision of this git repository;"
            " a shallow clone may lack it (fetch-depth: 0)"
        ) from None


def git(*words: str, stdin: bytes = b"") -> bytes:
    """The output of git. Raises ``OperationError`` without git, ``UsageError`` if it fails."""
    try:
        # git comes from PATH; refs are passed after --end-of-options.
        ran = subprocess.run(  # noqa: S603
            ["git", *words],  # noqa: S607
            input=stdin,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise OperationError("git is not installed, or not on PATH") from None
    if b"not a git repository" in ran.stderr:
        raise UsageError(
            "this is not a git repository; give a folder instead of a revision"
        )
    if ran.returncode != 0:
        reason = ran.stderr.decode("utf-8", "replace").strip()
        raise UsageError(f"git {words[0]} failed: {reason}")
    return ran.stdout


def _contents(oids: list[bytes]) -> Iterator[bytes]:
    """The blobs with these ids, in this order (see git-cat-file, BATCH OUTPUT)."""
    output = git("cat-file", "--batch", stdin=b"".join(oid + b"\n" for oid in oids))
    at = 0
    for _ in oids:
        end = output.index(b"\n", at)
        size = int(output[at:end].split()[2])
        yield output[end + 1 : end + 1 + size]
        at = end + 1 + size + 1


def _configured(project: Project) -> str:
    schemas = project.config.schemas.resolve()
    try:
        return schemas.relative_to(_root()).as_posix()
    except ValueError:
        raise UsageError(
            f"the schemas at {schemas} are not in this git repository; write REF:path"
        ) from None


def _root() -> Path:
    return Path(_git_text("rev-parse", "--show-toplevel")).resolve()


def _relative(path: Path) -> Path:
    here = Path.cwd().resolve()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _git_text(*words: str) -> str:
    return git(*words).decode("utf-8", "replace").strip()
