"""The lock: what a generated package was made from, and every file that is ours.

Only files that a lock names are ever removed or replaced; any other file in the folder is the
user's. What the lock says about its sources (``made_from``) is a hint that saves work: two
locks that differ in nothing else describe the same package.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from .lock_entry import LockEntry

LOCK = PurePosixPath("runcomfy-codegen.lock")


@dataclass(frozen=True, slots=True)
class MadeFrom:
    """Hashes of all that decides about a package: the tool's parts, and each model's documents.

    The parts are the generator, the templates, the runtime and the settings. A model with an
    error is left out, so that it is read, and reported, each time. ``shipped`` says that the
    documents are those that ship with the tool.
    """

    tool: Mapping[str, str] = field(default_factory=dict[str, str])
    models: Mapping[str, str] = field(default_factory=dict[str, str])
    shipped: bool = False


@dataclass(frozen=True, slots=True)
class CallOptions:
    """The options of a call, next to its configuration; each is empty if it was not given."""

    models: tuple[str, ...] = ()
    locale: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Lock:
    """The files of a generated package with their hashes, and the entry of each model.

    ``generating`` are the files, with their new hashes, that a ``generate`` is writing. It
    stays in the lock only if that ``generate`` is killed: then each file is old or new. If
    the next one is killed too, a file may be what any of them wrote.
    """

    files: Mapping[PurePosixPath, str] = field(default_factory=dict[PurePosixPath, str])
    models: Mapping[str, LockEntry] = field(default_factory=dict[str, LockEntry])
    made_from: MadeFrom = MadeFrom()
    selection: CallOptions = CallOptions()
    generating: Mapping[PurePosixPath, frozenset[str]] = field(
        default_factory=dict[PurePosixPath, frozenset[str]]
    )

    @property
    def paths(self) -> set[PurePosixPath]:
        """Every file that is ours, also those of a ``generate`` that was interrupted."""
        return {*self.files, *self.generating}

    def is_ours(self, path: PurePosixPath, digest: str) -> bool:
        """Whether this content of a file was generated."""
        return digest == self.files.get(path) or digest in self.generating.get(path, ())

    def module(self, model_id: str) -> PurePosixPath:
        """The file of a model's module."""
        return self.models[model_id].files[0]

    def files_of(self, model_id: str) -> tuple[PurePosixPath, ...]:
        """Every file that is a model's own."""
        return self.models[model_id].files

    def keeping(self, model_ids: Collection[str]) -> Lock:
        """What stays of this lock when these models are not rendered: all that is theirs."""
        models = {id_: self.models[id_] for id_ in model_ids if id_ in self.models}
        own = {path for entry in models.values() for path in entry.files}
        packages = {f"{folder}__init__.py" for folder in _folders(own)}
        kept = {
            path: digest
            for path, digest in self.files.items()
            if path in own or path.as_posix() in packages
        }
        return Lock(kept, models)

    def holding(
        self,
        files: Mapping[PurePosixPath, str],
        models: Mapping[str, LockEntry],
        made_from: MadeFrom,
        selection: CallOptions,
    ) -> Lock:
        """The lock of a package that has these files and models next to the kept ones.

        A kept model whose file is written again for others is no longer in the package.
        """
        kept = {
            id_: entry
            for id_, entry in self.models.items()
            if files.keys().isdisjoint(entry.files)
        }
        hashes = {
            path: sha256(text.encode("utf-8", "surrogatepass"))
            for path, text in files.items()
        }
        return Lock({**self.files, **hashes}, {**kept, **models}, made_from, selection)


def _folders(paths: Collection[PurePosixPath]) -> set[str]:
    """Every folder above these files, the package's own included, each with its slash."""
    folders: set[str] = set()
    for path in paths:
        folder = path.as_posix()
        while folder:
            folder = folder.rpartition("/")[0]
            if f"{folder}/" in folders:
                break
            folders.add(f"{folder}/" if folder else "")
    return folders


def sha256(content: bytes) -> str:
    """The hash that a lock names a file by. Line ends count as ``\\n``: git may turn them."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()
