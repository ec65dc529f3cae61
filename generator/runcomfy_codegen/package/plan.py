"""What generating would change in a folder, decided before anything is touched."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from .lock import LOCK, Lock, sha256

Files = dict[PurePosixPath, str]
"""The files of a package: their texts by their paths below its folder."""


class Conflict(StrEnum):
    """Why a file is not ours to replace or remove."""

    FOREIGN = "foreign"
    EDITED = "edited"


@dataclass(frozen=True, slots=True)
class WritePlan:
    """Files to write and to remove, and those that stand in the way."""

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
    gone = [path for path in lock.files if path not in wanted and path in disk]
    remove = [path for path in gone if path not in kept]
    touched = [path for path in (*changed, *remove) if path in disk and path != LOCK]
    conflicts = {
        path: Conflict.EDITED if path in lock.files else Conflict.FOREIGN
        for path in touched
        if lock.files.get(path) != disk[path]
    }
    return WritePlan(changed, tuple(sorted(remove)), dict(sorted(conflicts.items())))


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass"))
