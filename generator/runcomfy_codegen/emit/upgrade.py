"""What a new lock says of a package that the old one did not: news for those who use it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from .lock import Lock
from .renaming import renamed
from .staleness import changed_parts


def upgrade(old: Lock, new: Lock) -> Iterator[tuple[str, str]]:
    """A word for each model that came, went, moved or changed, and its id; then one for the
    files that are others although no model is: those that another release made.
    """
    told: set[str] = set()
    for model_id in sorted({*old.models, *new.models}):
        for word, text in _changes(model_id, old, new):
            told.add(model_id)
            yield word, text
    remade = _remade(old, new, told)
    if remade:
        parts = changed_parts(old, new).values()
        files = "1 file" if len(remade) == 1 else f"{len(remade)} files"
        yield "remade", f"{files}: {'; '.join(parts) or 'the lock does not say why'}"


def _changes(model_id: str, old: Lock, new: Lock) -> Iterator[tuple[str, str]]:
    if model_id not in old.models:
        yield "new", model_id
    elif model_id not in new.models:
        yield "removed", model_id
    else:
        before, after = old.models[model_id], new.models[model_id]
        if before.files[0] != after.files[0]:
            yield "moved", f"{model_id}: {before.files[0]} is now {after.files[0]}"
        for name in renamed(before, after):
            yield "renamed", f"{model_id}: {name}"
        if before.documents != after.documents:
            yield "changed", model_id


def _remade(old: Lock, new: Lock, told: set[str]) -> set[PurePosixPath]:
    """The files that are others now, without those of the models that are told of."""
    both = old.files.keys() & new.files.keys()
    others = {path for path in both if old.files[path] != new.files[path]}
    return others - {path for model_id in told for path in _files(model_id, old, new)}


def _files(model_id: str, old: Lock, new: Lock) -> Iterator[PurePosixPath]:
    for lock in (old, new):
        if model_id in lock.models:
            yield from lock.files_of(model_id)
