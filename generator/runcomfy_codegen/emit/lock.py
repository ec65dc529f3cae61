"""The lock file: what a generated package was made from, and every file that is ours.

Only files that a lock names are ever removed or replaced; whatever else lies in the folder
is somebody's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from ..ir.json_text import members

LOCK = PurePosixPath("runcomfy-codegen.lock")
VERSION = 1
_NOTE = "Written by runcomfy-codegen. It names every generated file; only those are replaced."


class LockError(ValueError):
    """A lock file that cannot be read, or that a newer release wrote."""


@dataclass(frozen=True, slots=True)
class Lock:
    """The files of a generated package with their hashes, and the entry of each model."""

    files: Mapping[PurePosixPath, str] = field(default_factory=dict[PurePosixPath, str])
    models: Mapping[str, Mapping[str, Any]] = field(
        default_factory=dict[str, Mapping[str, Any]]
    )

    def keeping(self, failed: Collection[str]) -> Lock:
        """What stays of this lock when these models cannot be built: all that is theirs."""
        models = {id_: self.models[id_] for id_ in failed if id_ in self.models}
        modules = {_inside(str(entry.get("file", ""))) for entry in models.values()}
        packages = {
            above / "__init__.py" for module in modules for above in module.parents
        }
        kept = [path for path in modules | packages if path in self.files]
        return Lock({path: self.files[path] for path in kept}, models)


def sha256(content: bytes) -> str:
    """The hash that a lock names a file by. Line ends count as ``\\n``: git may turn them."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def write_lock(lock: Lock, *, generator: str, locale: str) -> str:
    """The text of the lock file."""
    told = {
        "note": _NOTE,
        "lock_version": VERSION,
        "generator": generator,
        "locale": locale,
        "models": {
            model_id: dict(lock.models[model_id]) for model_id in sorted(lock.models)
        },
        "files": {path.as_posix(): lock.files[path] for path in sorted(lock.files)},
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def read_lock(text: str) -> Lock:
    """Read a lock file. Raises ``LockError``."""
    try:
        told = members(json.loads(text))
    except ValueError as error:
        raise LockError(f"{LOCK} is not JSON: {error}") from None
    version = told.get("lock_version")
    if version != VERSION:
        raise LockError(
            f"{LOCK} has version {version!r}; this release of runcomfy-codegen reads"
            f" version {VERSION}. Use the release that wrote it, or a newer one"
        )
    files = {
        _inside(name): str(told_hash)
        for name, told_hash in members(told.get("files")).items()
    }
    models = {
        model_id: members(entry)
        for model_id, entry in members(told.get("models")).items()
    }
    return Lock(files, models)


def _inside(name: str) -> PurePosixPath:
    """A path that a lock may name: below the package, whatever the lock says."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise LockError(f"{LOCK} names {name!r}, which is not below the package")
    return path
