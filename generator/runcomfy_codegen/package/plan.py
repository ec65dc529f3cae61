"""What generating would change in a folder, decided before anything is touched."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from .lock import LOCK, Lock, MadeFrom, sha256


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


# What need not be rendered again: models whose documents, tool and files are the same.


def unchanged_models(
    lock: Lock, sources: MadeFrom, hashes: Mapping[PurePosixPath, str]
) -> frozenset[str]:
    """The models of a package that another rendering would leave as they are.

    ``hashes`` are those of the files that are there. Whoever changes the lock can deceive
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
    stale = sources.models.keys() - unchanged_models(lock, sources, hashes)
    gone = lock.models.keys() - sources.models.keys()
    intact = all(_intact(lock, path, hashes) for path in lock.files)
    return bool(lock.files) and same_tool and intact and not stale and not gone


def _intact(
    lock: Lock, path: PurePosixPath, hashes: Mapping[PurePosixPath, str]
) -> bool:
    return path in lock.files and hashes.get(path) == lock.files[path]
