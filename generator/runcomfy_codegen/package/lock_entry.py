"""A model's entry in the lock: its files, what they are made from, and what callers say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from ..ir.json_text import is_array, is_object

Paths = Mapping[str, PurePosixPath]
"""Every path that a lock names, parsed once."""


class LockError(ValueError):
    """A lock file that cannot be read, or that a newer release wrote."""


GivenNames = Mapping[str, Mapping[str, str]]
"""The names that callers write and that are not published: by kind, then by place.

The target that wrote the package says which; the lock only carries them.
"""
NAME_KINDS = ("fields", "classes")
"""The kinds of names, which are the keys of an entry."""


@dataclass(frozen=True, slots=True)
class LockEntry:
    """What a lock says of one model; of its files, the one that it is looked up by is first.

    ``names`` is None in a lock of the first version, which has none.
    """

    files: tuple[PurePosixPath, ...]
    schema_sha256: str = ""
    documents: Mapping[str, str] = field(default_factory=dict[str, str])
    names: GivenNames | None = field(default_factory=dict[str, Mapping[str, str]])

    def written(self) -> dict[str, Any]:
        """The entry as JSON values."""
        first, *others = (path.as_posix() for path in self.files)
        names = self.names or {}
        optional = {"files": others, **{kind: names.get(kind) for kind in NAME_KINDS}}
        return {
            "file": first,
            "schema_sha256": self.schema_sha256,
            "documents": dict(self.documents),
            **{name: value for name, value in optional.items() if value},
        }


def read_entry(
    model_id: str, value: Any, paths: Paths, *, has_names: bool
) -> LockEntry:
    """An entry from the JSON values of a lock. Raises ``LockError``."""
    where = f"the entry of {model_id!r}"
    entry = table(value, where)
    others = entry.get("files", [])
    if not is_array(others):
        raise damaged(f"the files of {model_id!r} are no list")
    return LockEntry(
        files=tuple(
            _listed(name, where, paths) for name in (entry.get("file"), *others)
        ),
        schema_sha256=word(entry.get("schema_sha256"), where),
        documents=words_of(entry.get("documents"), where),
        names=_names(entry, where) if has_names else None,
    )


def _names(entry: Mapping[str, Any], where: str) -> GivenNames:
    return {kind: words_of(entry.get(kind, {}), where) for kind in NAME_KINDS}


def _listed(name: Any, where: str, paths: Paths) -> PurePosixPath:
    path = paths.get(name) if isinstance(name, str) else None
    if path is None:
        raise damaged(f"{where} names {name!r}, which is not a file of the package")
    return path


def table(value: Any, where: str) -> Mapping[str, Any]:
    """A JSON object. Raises ``LockError`` for anything else."""
    if not is_object(value):
        raise damaged(f"{where} is not an object")
    return value


def words_of(value: Any, where: str) -> dict[str, str]:
    """A JSON object of texts. Raises ``LockError`` for anything else."""
    return {name: word(text, where) for name, text in table(value, where).items()}


def word(value: Any, where: str) -> str:
    """A text. Raises ``LockError`` for anything else."""
    if not isinstance(value, str):
        raise damaged(f"{where} holds {value!r} where a text belongs")
    return value


def damaged(what: str) -> LockError:
    """The error for a lock that this tool did not write so, and what to do about it."""
    return LockError(
        f"the lock file is damaged: {what}. Restore it from version control, or delete"
        " the folder and generate"
    )
