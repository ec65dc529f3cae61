"""A generated package on disk: what is there, and how a plan is carried out."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from ..errors import OperationError
from ..store.atomic_write import FolderChanges, apply_changes, read_bytes
from .lock import LOCK, Lock, read_lock, sha256
from .lock_entry import LockError
from .plan import WritePlan, make_plan


def unified_diff(folder: Path, path: PurePosixPath, wanted: str) -> Iterator[str]:
    """The lines of a unified diff. Line ends do not count."""
    old = _lines(file_text(folder, path))
    for line in difflib.unified_diff(
        old, _lines(wanted), f"on disk/{path}", f"generated/{path}"
    ):
        yield line.rstrip("\n")


def file_text(folder: Path, path: PurePosixPath) -> str:
    """The text of a file; empty if there is none."""
    return (read_bytes(folder / path) or b"").decode("utf-8", "replace")


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").splitlines(keepends=True)


LOST_LOCK = "take it from version control, or delete the folder and generate it again"
_PLACEHOLDERS = frozenset({".gitignore", ".gitkeep", "__pycache__"})


def lock_of(folder: Path) -> Lock:
    """The lock of a generated package; an empty one if there is none."""
    content = read_bytes(folder / LOCK)
    if content is None:
        return Lock()
    try:
        return read_lock(content.decode("utf-8", "surrogatepass"))
    except UnicodeDecodeError:
        raise OperationError(f"{folder}: {LOCK} is no text; {LOST_LOCK}") from None
    except LockError as error:
        raise OperationError(f"{folder}: {error}") from None


def hashes_of(folder: Path, paths: Iterable[PurePosixPath]) -> dict[PurePosixPath, str]:
    """The hashes of those of these files that are there."""
    contents = ((path, read_bytes(folder / path)) for path in paths)
    return {path: sha256(content) for path, content in contents if content is not None}


def package_name(folder: Path) -> str:
    """The name that the package in a folder is imported by."""
    return folder.resolve().name


def plan_for_folder(
    folder: Path,
    wanted: Mapping[PurePosixPath, str],
    lock: Lock,
    kept: Collection[PurePosixPath],
    hashes: Mapping[PurePosixPath, str],
) -> WritePlan:
    """What generating would change in the folder, next to the files that are kept.

    ``hashes`` are those of the lock's files that are there: they were read already.
    """
    new = hashes_of(folder, wanted.keys() - lock.files.keys())
    return make_plan(wanted, {**hashes, **new}, lock, kept=kept)


def write_package(folder: Path, plan: WritePlan) -> None:
    """Write and remove, all at once. Raises ``OSError``."""
    content = {
        path: text.encode("utf-8", "surrogatepass") for path, text in plan.write.items()
    }
    apply_changes(folder, FolderChanges(write=content, remove=plan.remove))


def holds_foreign_files(folder: Path) -> bool:
    """Whether a folder without a lock holds any file: then it is the user's own."""
    if (folder / LOCK).exists() or not folder.is_dir():
        return False
    return any(each.name not in _PLACEHOLDERS for each in folder.iterdir())


def enclosing_package(folder: Path) -> Path | None:
    """The generated package that a folder lies in; None if it lies in none."""
    above = folder.resolve().parents
    return next((each for each in above if (each / LOCK).exists()), None)
