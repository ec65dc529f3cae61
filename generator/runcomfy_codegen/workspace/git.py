"""Reading from the git repository of the current folder. Nothing is checked out or fetched."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ..errors import OperationError, UsageError

UNBORN = "HEAD"
"""The name of the branch that the next commit makes, in a repository without commits."""


class TreeEntry(NamedTuple):
    """What a commit has at a path: the kind of the object and its id."""

    kind: str
    oid: str


class _Answer(NamedTuple):
    code: int
    out: bytes
    reason: str


def git(*words: str, stdin: bytes = b"") -> bytes:
    """The output of git.

    Raises ``OperationError`` with git's own words if git fails, and ``UsageError`` outside of
    a repository.
    """
    answer = _run(words, stdin)
    if answer.code != 0:
        raise _failure(words, answer)
    return answer.out


def git_text(*words: str) -> str:
    """The output of git as text, without the white space around it."""
    return _text(git(*words))


def commit(ref: str) -> str:
    """The commit of a revision. Raises ``CodegenError``."""
    oid = _if_any("rev-parse", "--end-of-options", f"{ref}^{{commit}}")
    if oid is None:
        repository_root()
        raise UsageError(
            f"{ref!r} is neither a folder nor a revision of this git repository"
            f"{_shallow_hint()}"
        )
    return oid.splitlines()[-1]


def is_unborn(ref: str) -> bool:
    """Whether a revision is the current branch, and that has no commit yet."""
    if _if_any("rev-parse", "--end-of-options", "HEAD^{commit}") is not None:
        return False
    branch = git_text("symbolic-ref", "HEAD")
    return ref in {UNBORN, "@", branch, branch.removeprefix("refs/heads/")}


def merge_base(ref: str, other: str) -> str:
    """The last commit that two revisions have in common. Raises ``CodegenError``."""
    words = ("merge-base", commit(ref), commit(other))
    answer = _run(words)
    if answer.code == 1 and not answer.reason:
        raise UsageError(
            f"{ref!r} and {other!r} have no commit in common{_shallow_hint()}"
        )
    if answer.code != 0:
        raise _failure(words, answer)
    return _text(answer.out)


def tree_entry(commit_id: str, path: str) -> TreeEntry | None:
    """What a commit has at this path from the root; None if there is nothing.

    A commit that cannot be read is an error, and not a missing path.
    """
    if path.startswith("/") or ".." in path.split("/"):
        return None
    if path in ("", "."):
        return TreeEntry("tree", git_text("rev-parse", f"{commit_id}^{{tree}}"))
    listed = git("ls-tree", "-z", "--full-tree", commit_id, "--", path)
    for entry in filter(None, listed.split(b"\0")):
        facts, _, name = entry.partition(b"\t")
        if name == os.fsencode(path):
            _, kind, oid = facts.decode().split()
            return TreeEntry(kind, oid)
    return None


def is_in_commit(commit_id: str, file: Path) -> bool:
    """Whether a commit has a file at this path."""
    path = path_in_repository(file)
    return path is not None and tree_entry(commit_id, path) is not None


class UnreadableBlob(Exception):
    """What a commit has at the path of a file is not a file of a reasonable size."""


def file_in_commit(commit_id: str, file: Path, cap: int) -> bytes | None:
    """A file in a commit; None if the commit or the repository does not have it.

    Links to files are followed, as on a disk. Raises ``UnreadableBlob``, also for a file of
    more than ``cap`` bytes, which is not read.
    """
    path = path_in_repository(file)
    if path is None or tree_entry(commit_id, path) is None:
        return None
    oid, kind, size = followed(commit_id, os.fsencode(path))
    if kind == b"tree":
        raise UnreadableBlob("is a folder, not a file")
    if kind != b"blob":
        raise UnreadableBlob("is a link to a file that is not in this revision")
    if int(size) > cap:
        raise UnreadableBlob(f"has more than {cap >> 20} MiB, the most that is read")
    return git("cat-file", "blob", oid.decode())


def followed(tree: str, path: bytes) -> tuple[bytes, bytes, bytes]:
    """The id, kind and size of the object at a path, at the end of all links.

    The kind is neither ``blob`` nor ``tree`` if a link leads nowhere, or out of the tree.
    """
    answer = git(
        "cat-file",
        "--batch-check",
        "--follow-symlinks",
        stdin=tree.encode() + b":" + path,
    )
    oid, kind, size = (*answer.split(), b"", b"", b"")[:3]
    return oid, kind, size


def blob_contents(oids: list[bytes]) -> Iterator[bytes]:
    """The blobs with these ids, in this order (see git-cat-file, BATCH OUTPUT)."""
    output = git("cat-file", "--batch", stdin=b"".join(oid + b"\n" for oid in oids))
    at = 0
    for _ in oids:
        end = output.index(b"\n", at)
        oid, _, size_or_word = output[at:end].rpartition(b" ")
        if not size_or_word.isdigit():
            # For example "missing", in a clone that has only some of the objects.
            word = size_or_word.decode("utf-8", "replace")
            raise OperationError(f"git cat-file failed: {oid.decode()} is {word}")
        size = int(size_or_word)
        yield output[end + 1 : end + 1 + size]
        at = end + 1 + size + 1


def repository_root() -> Path:
    """The root of the work tree."""
    return _root_around(Path.cwd())


@cache
def _root_around(folder: Path) -> Path:
    return Path(git_text("rev-parse", "--show-toplevel")).resolve()


def path_in_repository(path: Path) -> str | None:
    """A path from the root of the work tree; None if it lies outside."""
    whole, root = path.resolve(), repository_root()
    return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else None


def _if_any(command: str, *words: str) -> str | None:
    """The output of a query; None if git says quietly that there is nothing."""
    whole = (command, "--verify", "--quiet", *words)
    answer = _run(whole)
    if answer.code == 0:
        return _text(answer.out)
    if answer.code == 1 and not answer.reason:
        return None
    raise _failure(whole, answer)


def _run(words: tuple[str, ...], stdin: bytes = b"") -> _Answer:
    try:
        # git comes from PATH; refs are passed after --end-of-options.
        ran = subprocess.run(  # noqa: S603
            ["git", *words],  # noqa: S607
            input=stdin,
            capture_output=True,
            check=False,
            env={**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"},
        )
    except FileNotFoundError:
        raise OperationError("git is not installed, or not on PATH") from None
    return _Answer(ran.returncode, ran.stdout, _text(ran.stderr))


def _failure(words: tuple[str, ...], answer: _Answer) -> OperationError | UsageError:
    if "not a git repository" in answer.reason:
        return UsageError(
            "this is not a git repository; give a folder instead of a revision"
        )
    reason = answer.reason or f"it exited with {answer.code}"
    return OperationError(f"git {words[0]} failed: {reason}")


def _shallow_hint() -> str:
    if git_text("rev-parse", "--is-shallow-repository") != "true":
        return ""
    return "; this clone is shallow and may lack it (fetch-depth: 0)"


def _text(output: bytes) -> str:
    return output.decode("utf-8", "replace").strip()
