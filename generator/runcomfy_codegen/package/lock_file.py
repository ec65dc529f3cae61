"""The text of the lock file: written with a line for each model and file, and read back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from ..ir.json_text import is_object, items, members
from .lock import LOCK, CallOptions, Lock, MadeFrom, sha256
from .lock_entry import LockError, damaged, read_entry, table, word, words_of

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
