"""A generated package on disk: what is there, what generating would change, and how it is carried out."""

from __future__ import annotations

import contextlib
import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from ..disk.atomic_write import FolderChanges, apply_changes, is_leftover, refuse_links
from ..disk.read_file import GENERATED_CAP, read_if_there
from ..disk.walk import list_folder
from ..errors import OperationError
from .lock import LOCK, Lock, MadeFrom, sha256
from .lock_entry import LockError
from .lock_file import lock_while_generating, read_lock

_HASH = re.compile(r"[0-9a-f]{64}")


class Conflict(StrEnum):
    """Why a file is not ours to replace or remove."""

    FOREIGN = "foreign"
    EDITED = "edited"


@dataclass(frozen=True, slots=True)
class WritePlan:
    """Files to write, files to remove, and files that are in the way."""

    write: Mapping[PurePosixPath, str]
    remove: tuple[PurePosixPath, ...]
    conflicts: Mapping[PurePosixPath, Conflict]

    @property
    def clean(self) -> bool:
        """Whether the folder is what it should be."""
        return not (self.write or self.remove or self.conflicts)


def make_plan(
    wanted: Mapping[PurePosixPath, str],
    disk: Mapping[PurePosixPath, str],
    lock: Lock,
    kept: Collection[PurePosixPath] = (),
) -> WritePlan:
    """Compare what should be with what is.

    ``disk`` holds the hashes of the files that exist among those wanted and those in the
    lock; ``kept`` are files of the lock that stay although nothing renders them now. Line
    ends do not count: version control may have turned them.
    """
    changed = {
        path: text for path, text in wanted.items() if _hash(text) != disk.get(path)
    }
    gone = [path for path in lock.paths if path not in wanted and path in disk]
    remove = [path for path in gone if path not in kept]
    touched = [path for path in (*changed, *remove) if path in disk and path != LOCK]
    conflicts = {
        path: Conflict.EDITED if path in lock.paths else Conflict.FOREIGN
        for path in touched
        if not lock.is_ours(path, disk[path])
    }
    return WritePlan(changed, tuple(sorted(remove)), dict(sorted(conflicts.items())))


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass"))


# What need not be rendered again: models whose documents, tool and files are the same.


def unchanged_models(
    lock: Lock, sources: MadeFrom, hashes: Mapping[PurePosixPath, str]
) -> frozenset[str]:
    """The models of a package that another rendering would leave as they are.

    ``hashes`` are those of the files that are there. Someone who edits the lock can deceive
    this; that is why ``check`` never asks it.
    """
    if dict(lock.made_from.tool) != dict(sources.tool):
        return frozenset()
    return frozenset(
        model_id
        for model_id in lock.models
        if sources.models.get(model_id) == lock.made_from.models.get(model_id, "")
        and all(_intact(lock, path, hashes) for path in lock.files_of(model_id))
    )


def up_to_date(
    lock: Lock, sources: MadeFrom, hashes: Mapping[PurePosixPath, str]
) -> bool:
    """Whether rendering ``sources`` would leave the whole package as it is."""
    same_tool = dict(lock.made_from.tool) == dict(sources.tool)
    same_tool &= lock.made_from.shipped == sources.shipped
    stale = sources.models.keys() - unchanged_models(lock, sources, hashes)
    gone = lock.models.keys() - sources.models.keys()
    intact = all(_intact(lock, path, hashes) for path in lock.files)
    return bool(lock.files) and same_tool and intact and not stale and not gone


def _intact(
    lock: Lock, path: PurePosixPath, hashes: Mapping[PurePosixPath, str]
) -> bool:
    return path in lock.files and hashes.get(path) == lock.files[path]


# A generated package on disk: what is there, and how a plan is carried out.


def unified_diff(folder: Path, path: PurePosixPath, wanted: str) -> Iterator[str]:
    """The lines of a unified diff. Line ends and the hashes of a lock do not count."""
    old = file_text(folder, path)
    if path == LOCK:
        old, wanted = (_HASH.sub("…", text) for text in (old, wanted))
    for line in difflib.unified_diff(
        _lines(old), _lines(wanted), f"on disk/{path}", f"generated/{path}"
    ):
        yield line.rstrip("\n")


def file_text(folder: Path, path: PurePosixPath) -> str:
    """The text of a file; empty if the file is missing."""
    return (read_if_there(folder / path, GENERATED_CAP) or b"").decode(
        "utf-8", "replace"
    )


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").splitlines(keepends=True)


LOST_LOCK = "take it from version control, or delete the folder and generate it again"
_PLACEHOLDERS = frozenset({".gitignore", ".gitkeep", "__pycache__"})


def lock_of(folder: Path) -> Lock:
    """The lock of a generated package; an empty lock if the package has no lock file."""
    content = read_if_there(folder / LOCK, GENERATED_CAP)
    if content is None:
        return Lock()
    try:
        return read_lock(content.decode("utf-8", "surrogatepass"))
    except UnicodeDecodeError:
        raise OperationError(f"{folder}: {LOCK} is not text; {LOST_LOCK}") from None
    except LockError as error:
        raise OperationError(f"{folder}: {error}") from None


def hashes_of(folder: Path, paths: Iterable[PurePosixPath]) -> dict[PurePosixPath, str]:
    """The hashes of those of these files that are there."""
    contents = ((path, read_if_there(folder / path, GENERATED_CAP)) for path in paths)
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
    new = hashes_of(folder, wanted.keys() - lock.paths)
    return make_plan(wanted, {**hashes, **new}, lock, kept=kept)


def write_package(folder: Path, plan: WritePlan) -> None:
    """Write and remove, all at once. Raises ``OSError``.

    The lock says first what is about to be written, and last what was written. So a killed
    ``generate`` leaves no file that looks edited by hand, and the next one finishes it.
    """
    content = {path: _encoded(text) for path, text in plan.write.items()}
    before = read_if_there(folder / LOCK, GENERATED_CAP)
    after = content.pop(LOCK, before) or b""
    if not (content or plan.remove):
        apply_changes(folder, FolderChanges(write={LOCK: after} if plan.write else {}))
        return
    intent = _encoded(
        lock_while_generating(
            (before or b"").decode("utf-8", "surrogatepass"),
            {path: sha256(text) for path, text in content.items()},
            after.decode("utf-8", "surrogatepass"),
        )
    )
    refuse_links(folder, (*plan.write, *plan.remove))
    try:
        apply_changes(folder, FolderChanges(write={LOCK: intent}))
        everything = FolderChanges({**content, LOCK: after}, plan.remove)
        apply_changes(folder, everything)
    except BaseException:
        # Ctrl-C may arrive after the intent, or after everything, was written.
        if read_if_there(folder / LOCK, GENERATED_CAP) == intent:
            _restore_lock(folder, before)
        raise


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _restore_lock(folder: Path, before: bytes | None) -> None:
    """Write the old lock again; if that fails too, the next ``generate`` finishes."""
    changes = FolderChanges(remove=[LOCK])
    if before is not None:
        changes = FolderChanges(write={LOCK: before})
    with contextlib.suppress(OSError):
        apply_changes(folder, changes)


def holds_foreign_files(folder: Path) -> bool:
    """Whether a folder without a lock holds any file: then it is the user's own."""
    if (folder / LOCK).exists() or not folder.is_dir():
        return False
    return any(
        not (name in _PLACEHOLDERS or is_leftover(name)) for name in list_folder(folder)
    )


def enclosing_package(folder: Path) -> Path | None:
    """The generated package that a folder lies in; None if it lies in none."""
    above = folder.resolve().parents
    return next((parent for parent in above if (parent / LOCK).exists()), None)
