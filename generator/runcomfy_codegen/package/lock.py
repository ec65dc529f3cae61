"""The lock file: what a generated package was made from, and every file that is ours.

Only files that a lock names are ever removed or replaced; any other file in the folder is the
user's. What the lock says about its sources (``made_from``) is a hint that saves work: two
locks that differ in nothing else describe the same package.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from ..ir.json_text import is_object, items, members
from .lock_entry import LockEntry, LockError, damaged, read_entry, table, word, words_of

LOCK = PurePosixPath("runcomfy-codegen.lock")
VERSION = 2
"""Version 2 has the names that callers use; version 1 is still read."""
_HINT = "made_from"
_GENERATING = "generating"
_SCHEMAS, _SHIPPED = "schemas", "shipped"
_NOTE = "Written by runcomfy-codegen. It names every generated file; only those are replaced."
_MERGING = ("<<<<<<< ", "=======", ">>>>>>> ")
# Steps that lead down; a backslash or a drive would lead elsewhere on Windows.
_STEP = r"(?!\.\.?(?:/|\Z))[^/\\:\0]+"
_BELOW = re.compile(rf"{_STEP}(?:/{_STEP})*")
_JSON = json.JSONEncoder(ensure_ascii=False)
# How deep the tables of a lock have a line for each member.
_DEPTHS = {"models": 1, "files": 1, _HINT: 2}


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


def write_lock(lock: Lock, *, generator: str, locale: str) -> str:
    """The text of the lock file: a line for each model and file, so that versions merge."""
    data: dict[str, Any] = {
        "note": _NOTE,
        "lock_version": VERSION,
        "generator": generator,
        "locale": locale,
    }
    if lock.selection != CallOptions():
        data["selection"] = {
            "models": list(lock.selection.models),
            "locale": lock.selection.locale,
            "target": lock.selection.target,
        }
    data["models"] = {id_: lock.models[id_].written() for id_ in sorted(lock.models)}
    data["files"] = {path.as_posix(): lock.files[path] for path in sorted(lock.files)}
    if lock.made_from.tool:
        data[_HINT] = {"lock": lock_digest(data), **_hint(lock.made_from)}
    rows = {name: _lines(value, _DEPTHS.get(name, 0)) for name, value in data.items()}
    return _object(rows, "") + "\n"


def _hint(made_from: MadeFrom) -> dict[str, Any]:
    models = made_from.models
    return {
        **({_SCHEMAS: _SHIPPED} if made_from.shipped else {}),
        "tool": dict(made_from.tool),
        "models": {id_: models[id_] for id_ in sorted(models)},
    }


def _lines(value: Any, depth: int, margin: str = "  ") -> str:
    """JSON on one line, but for objects as deep as this: they have a line for each member."""
    if not depth or not is_object(value):
        return _JSON.encode(value)
    inner = f"{margin}  "
    return _object(
        {name: _lines(member, depth - 1, inner) for name, member in value.items()},
        margin,
    )


def _object(rows: Mapping[str, str], margin: str) -> str:
    lines = ",\n".join(f"{margin}  {_JSON.encode(name)}: {rows[name]}" for name in rows)
    return f"{{\n{lines}\n{margin}}}" if lines else "{}"


def lock_digest(data: Mapping[str, Any]) -> str:
    """The hash of everything in a lock except its hint: a merge may have changed it."""
    rest = {name: value for name, value in data.items() if name != _HINT}
    return sha256(json.dumps(rest, sort_keys=True).encode("ascii"))


def same_package(one: str, other: str) -> bool:
    """Whether two lock files describe the same package, from any sources."""
    try:
        locks = [members(json.loads(text)) for text in (one, other)]
    except ValueError:
        return False
    for lock in locks:
        lock.pop(_HINT, None)
    return locks[0] == locks[1]


def read_lock(text: str) -> Lock:
    """Read a lock file. Raises ``LockError`` for one that is not whole, or too new."""
    data = table(_parsed(text), LOCK.name)
    version = _version(data.get("lock_version"))
    hashes = words_of(data.get("files"), "the table of files")
    paths = {name: _inside(name) for name in hashes}
    models = {
        model_id: read_entry(model_id, entry, paths, has_names=version > 1)
        for model_id, entry in table(data.get("models"), "the table of models").items()
    }
    files = {path: hashes[name] for name, path in paths.items()}
    return Lock(files, models, _made_from(data), _selection(data), _generating(data))


def lock_while_generating(text: str, new: Mapping[PurePosixPath, str], to: str) -> str:
    """A lock file that says what a ``generate`` is about to write over the package.

    ``text`` is the lock of the package, empty if it has no lock file; ``new`` are the hashes of
    the files to write, and ``to`` is the text of the lock afterwards. What an earlier
    ``generate`` was writing when it was killed stays in the lock.
    """
    empty: dict[str, Any] = {"models": {}, "files": {}}
    before = members(json.loads(text)) if text else empty
    hashes = _generating(before)
    for path, digest in new.items():
        hashes[path] = hashes.get(path, frozenset()) | {digest}
    data = {
        "note": _NOTE,
        "lock_version": VERSION,
        **before,
        _GENERATING: {
            "lock": sha256(to.encode("utf-8", "surrogatepass")),
            "files": {path.as_posix(): sorted(hashes[path]) for path in sorted(hashes)},
        },
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _generating(data: Mapping[str, Any]) -> dict[PurePosixPath, frozenset[str]]:
    """The hashes of each file that a killed ``generate`` may have written.

    A list for each file; earlier releases wrote a single hash.
    """
    where = "the list of files that are being generated"
    files = table(table(data.get(_GENERATING, {}), where).get("files", {}), where)
    return {
        _inside(name): frozenset(
            word(option, where) for option in (items(known) or [known])
        )
        for name, known in files.items()
    }


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise damaged("its JSON is nested without end") from None
    except ValueError as error:
        for number, line in enumerate(text.splitlines(), 1):
            if line.startswith(_MERGING):
                raise _unmerged(number) from None
        raise damaged(f"it is not JSON: {error}") from None


def _unmerged(line: int) -> LockError:
    return LockError(
        f"line {line} of {LOCK} is a mark of a merge that is not done. Take either side of"
        " the whole folder, and generate"
    )


def _version(version: Any) -> int:
    if type(version) is not int or version < 1:
        raise damaged(f"its version is {version!r}")
    if version > VERSION:
        raise LockError(
            f"{LOCK} has version {version}; this release of runcomfy-codegen reads up to"
            f" version {VERSION}. Use the release that wrote it, or a newer one"
        )
    return version


def _made_from(data: Mapping[str, Any]) -> MadeFrom:
    hint = members(data.get(_HINT))
    if hint.get("lock") != lock_digest(data):
        # Then nothing it says may be relied on, and everything is made again.
        return MadeFrom()
    tool, models = (_texts(hint.get(name)) for name in ("tool", "models"))
    return MadeFrom(tool, models, hint.get(_SCHEMAS) == _SHIPPED)


def _texts(data: Any) -> dict[str, str]:
    return {name: str(value) for name, value in members(data).items()}


def _selection(data: Mapping[str, Any]) -> CallOptions:
    where = "the selection"
    selection = table(data.get("selection", {}), where)
    globs = tuple(word(glob, where) for glob in items(selection.get("models")))
    locale, target = (
        word(selection.get(name, ""), where) for name in ("locale", "target")
    )
    return CallOptions(globs, locale, target)


def _inside(name: str) -> PurePosixPath:
    """A path below the package; a lock may name no other."""
    if not _BELOW.fullmatch(name):
        raise damaged(f"it names {name!r}, which is not below the package")
    return PurePosixPath(name)
