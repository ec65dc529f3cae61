"""What a new lock says of the models that the old one did not."""

from __future__ import annotations

from collections.abc import Iterator

from .lock import Lock


def upgrade(old: Lock, new: Lock) -> Iterator[tuple[str, str]]:
    """A word for each model that came, went, moved or changed, and its id (with its files)."""
    for model_id in sorted({*old.models, *new.models}):
        if model_id not in old.models:
            yield "new", model_id
        elif model_id not in new.models:
            yield "removed", model_id
        else:
            yield from _changes(model_id, old, new)


def _changes(model_id: str, old: Lock, new: Lock) -> Iterator[tuple[str, str]]:
    before, after = old.module(model_id), new.module(model_id)
    if before != after:
        yield "moved", f"{model_id}: {before} is now {after}"
    documents = (lock.models[model_id].get("documents") for lock in (old, new))
    if next(documents) != next(documents):
        yield "changed", model_id
