"""The lock file: what a generated package was made from, and every file that is ours.

Only files that a lock names are ever removed or replaced; whatever else lies in the folder
is somebody's. What the lock says of the makers (``made_from``) is a hint that saves work: two
locks that differ in nothing else say the same of the package.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from ..ir.json_text import items, members

LOCK = PurePosixPath("runcomfy-codegen.lock")
VERSION = 1
_HINT = "made_from"
_NOTE = "Written by runcomfy-codegen. It names every generated file; only those are replaced."


class LockError(ValueError):
    """A lock file that cannot be read, or that a newer release wrote."""


@dataclass(frozen=True, slots=True)
class MadeFrom:
    """Hashes of all that decides about a package: the tool's parts, and each model's documents.

    The parts are the generator, the templates, the runtime and the settings. A model whose schema is wrong is not named, so that it is read, and reported, each time.
    """

    tool: Mapping[str, str] = field(default_factory=dict[str, str])
    models: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Selection:
    """What a call asked for beside its configuration; nothing where it asked for nothing."""

    models: tuple[str, ...] = ()
    locale: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Lock:
    """The files of a generated package with their hashes, and the entry of each model."""

    files: Mapping[PurePosixPath, str] = field(default_factory=dict[PurePosixPath, str])
    models: Mapping[str, Mapping[str, Any]] = field(
        default_factory=dict[str, Mapping[str, Any]]
    )
    made_from: MadeFrom = MadeFrom()
    selection: Selection = Selection()

    def module(self, model_id: str) -> PurePosixPath:
        """The file of a model's module."""
        return _inside(str(self.models[model_id].get("file", "")))

    def files_of(self, model_id: str) -> list[PurePosixPath]:
        """Every file that is a model's own."""
        others = items(self.models[model_id].get("files"))
        return [self.module(model_id), *(_inside(str(name)) for name in others)]

    def keeping(self, model_ids: Collection[str]) -> Lock:
        """What stays of this lock when these models are not rendered: all that is theirs."""
        models = {id_: self.models[id_] for id_ in model_ids if id_ in self.models}
        modules = {path for model_id in models for path in self.files_of(model_id)}
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
    told: dict[str, Any] = {
        "note": _NOTE,
        "lock_version": VERSION,
        "generator": generator,
        "locale": locale,
    }
    if lock.selection != Selection():
        told["selection"] = {
            "models": list(lock.selection.models),
            "locale": lock.selection.locale,
            "target": lock.selection.target,
        }
    told["models"] = {id_: dict(lock.models[id_]) for id_ in sorted(lock.models)}
    told["files"] = {path.as_posix(): lock.files[path] for path in sorted(lock.files)}
    if lock.made_from.tool:
        hashes = lock.made_from.models
        told[_HINT] = {
            "lock": seal(told),
            "tool": dict(lock.made_from.tool),
            "models": {id_: hashes[id_] for id_ in sorted(hashes)},
        }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def seal(told: Mapping[str, Any]) -> str:
    """The hash of what a lock says beside its hint: a merge may have changed it."""
    rest = {name: value for name, value in told.items() if name != _HINT}
    return sha256(json.dumps(rest, sort_keys=True).encode("ascii"))


def same_package(one: str, other: str) -> bool:
    """Whether two lock files say the same, whatever they say of the makers."""
    try:
        told = [members(json.loads(text)) for text in (one, other)]
    except ValueError:
        return False
    for each in told:
        each.pop(_HINT, None)
    return told[0] == told[1]


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
    return Lock(files, models, _made_from(told), _selection(told))


def _made_from(told: dict[str, Any]) -> MadeFrom:
    hint = members(told.get(_HINT))
    if hint.get("lock") != seal(told):
        # Then nothing it says may be relied on, and everything is made again.
        return MadeFrom()
    tool, models = (_texts(hint.get(name)) for name in ("tool", "models"))
    return MadeFrom(tool, models)


def _texts(told: Any) -> dict[str, str]:
    return {name: str(value) for name, value in members(told).items()}


def _selection(told: dict[str, Any]) -> Selection:
    selection = members(told.get("selection"))
    globs = tuple(map(str, items(selection.get("models"))))
    locale, target = (str(selection.get(name, "")) for name in ("locale", "target"))
    return Selection(globs, locale, target)


def _inside(name: str) -> PurePosixPath:
    """A path that a lock may name: below the package, whatever the lock says."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise LockError(f"{LOCK} names {name!r}, which is not below the package")
    return path
