"""One side of a diff: a folder on disk, or a folder in a git revision without a checkout."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..errors import ConfigError, OperationError, UsageError
from ..store.schemas_folder import DIALECT
from ..targets.python.names import Overrides
from .configuration import OWN_FILE, config_of
from .project import Project

Blobs = list[tuple[PurePosixPath, bytes]]


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
        found = (path.relative_to(self.path) for path in self.path.rglob("*.json"))
        paths = sorted(PurePosixPath(path) for path in found)
        return [
            (path, (self.path / path).read_bytes())
            for path in paths
            if is_document(path)
        ]


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
        # Without --full-tree, git lists only the files below the current folder.
        listed = git("ls-tree", "-r", "-z", "--full-tree", self.tree).split(b"\0")
        entries = [entry.partition(b"\t") for entry in listed if entry]
        chosen = [
            (PurePosixPath(name.decode("utf-8", "surrogateescape")), about.split()[2])
            for about, _, name in entries
            if about.startswith(b"100")
        ]
        wanted = [(path, oid) for path, oid in chosen if is_document(path)]
        contents = _contents([oid for _, oid in wanted])
        return [
            (path, content) for (path, _), content in zip(wanted, contents, strict=True)
        ]


def overrides_of(side: SchemasFolder | Revision, project: Project) -> Overrides:
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
    hidden = path.parts[0].startswith(".")
    return path.suffix == ".json" and path.name != DIALECT and not hidden


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
    found = commit(ref)
    wanted = path.rstrip("/") if colon else _configured(project)
    try:
        tree = _git_text("rev-parse", "--verify", "--quiet", f"{found}:{wanted}")
    except UsageError:
        raise UsageError(f"the revision {ref!r} has no folder {wanted!r}") from None
    if _git_text("cat-file", "-t", tree) != "tree":
        raise UsageError(f"in the revision {ref!r}, {wanted!r} is not a folder")
    return Revision(ref, wanted, tree, found)


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
