"""What changed in a package: for those who use it, and as the reason why a file is stale."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from .folder import Conflict, WritePlan
from .lock import LOCK, Lock
from .lock_entry import NAME_KINDS, LockEntry
from .lock_file import same_package


def package_changes(old: Lock, new: Lock) -> Iterator[tuple[str, str]]:
    """A word for each model that was added, removed, moved or changed, and its id; then one
    for the files that changed without their model: those that another release made.
    """
    reported: set[str] = set()
    for model_id in sorted({*old.models, *new.models}):
        for word, text in _changes(model_id, old, new):
            reported.add(model_id)
            yield word, text
    remade = _remade(old, new, reported)
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


def _remade(old: Lock, new: Lock, reported: set[str]) -> set[PurePosixPath]:
    """The files that changed, without those of the reported models."""
    both = old.files.keys() & new.files.keys()
    others = {path for path in both if old.files[path] != new.files[path]}
    return others - {
        path for model_id in reported for path in _files(model_id, old, new)
    }


def _files(model_id: str, old: Lock, new: Lock) -> Iterator[PurePosixPath]:
    for lock in (old, new):
        if model_id in lock.models:
            yield from lock.files_of(model_id)


# Names that callers use, and that are others now: the published ones may be the same.

_OPTIONS = re.compile(r"(\|(option_.*|[0-9]+))+$")
"""Which of several schemas a place is in; earlier releases counted them."""


def renamed(old: LockEntry, new: LockEntry) -> Iterator[str]:
    """``three -> renamed`` for each field and class of a model that is called otherwise now.

    If the documents changed too, a name that only one lock has may belong to a field that was
    added or removed. Then the line says what the field is called, which is true either way.
    """
    if old.names is None or new.names is None:
        return
    same = old.documents == new.documents
    for kind in NAME_KINDS:
        before, after = old.names.get(kind, {}), new.names.get(kind, {})
        yield from _name_changes(before, after, same=same)


def _name_changes(
    old: Mapping[str, str], new: Mapping[str, str], *, same: bool
) -> Iterator[str]:
    for place in sorted({*old, *new}):
        step = _OPTIONS.sub("", place.rpartition("/")[2])
        published = step.replace("~1", "/").replace("~0", "~")
        before, after = old.get(place), new.get(place)
        if before == after:
            continue
        if same or (before and after):
            yield f"{before or published} -> {after or published}"
        else:
            now = f"called {after}" if after else f"not called {before} any more"
            yield f"{published} is {now}"


# Why a file of a generated package is not what it should be.


_PARTS = {
    "generator": "another release of the generator or its libraries",
    "templates": "the templates changed",
    "runtime": "the runtime changed",
    "settings": "the configuration changed",
}


@dataclass(frozen=True, slots=True)
class StaleFile:
    """A file that is not what it should be, the model it is of, and why."""

    path: PurePosixPath
    model: str
    why: str
    reason: str


def without_equal_lock(plan: WritePlan, disk_lock: str, wanted_lock: str) -> WritePlan:
    """The plan without a lock that says the same of the package, made by another tool."""
    if LOCK not in plan.write or not same_package(disk_lock, wanted_lock):
        return plan
    write = {path: text for path, text in plan.write.items() if path != LOCK}
    return WritePlan(write, plan.remove, plan.conflicts)


def stale_reasons(
    plan: WritePlan, old: Lock, new: Lock, missing: frozenset[PurePosixPath]
) -> tuple[StaleFile, ...]:
    """Each file of a plan with its reason; ``missing`` are those that are not there."""
    owners = {
        path: id_
        for lock in (old, new)
        for id_ in lock.models
        for path in lock.files_of(id_)
    }
    return tuple(
        StaleFile(
            path,
            owners.get(path, ""),
            *_why(path, owners.get(path, ""), plan, old, new, missing),
        )
        for path in sorted({*plan.write, *plan.remove})
    )


def _why(
    path: PurePosixPath,
    model: str,
    plan: WritePlan,
    old: Lock,
    new: Lock,
    missing: frozenset[PurePosixPath],
) -> tuple[str, str]:
    """A stable word, and a sentence."""
    conflict = plan.conflicts.get(path)
    if conflict is not None:
        return conflict.value, _CONFLICTS[conflict]
    if path in plan.remove:
        return "removed", "its model is not selected any more, or gone"
    if path in missing and path in old.files:
        return "missing", "the file is gone"
    if model and model not in old.models:
        return "new", "the model is new"
    news = _news(model, old, new)
    if news is not None:
        return news
    changed = changed_parts(old, new)
    if path == LOCK or changed:
        reasons = "; ".join(changed.values())
        return [*changed, "lock"][0], reasons or "what it says of the package changed"
    return "lock", (
        "nothing that the lock names changed, yet it is another file: the lock was made by"
        " other means; `runcomfy-codegen generate --force` renders everything"
    )


def _news(model: str, old: Lock, new: Lock) -> tuple[str, str] | None:
    """What the two locks say of a model that both know, if it is not the same."""
    if model not in old.models or model not in new.models:
        return None
    before, after = old.models[model], new.models[model]
    names = tuple(renamed(before, after))
    if before.documents != after.documents:
        return "schema", "; ".join(("the schema changed", *names))
    return ("renamed", "; ".join(names)) if names else None


def changed_parts(old: Lock, new: Lock) -> dict[str, str]:
    """The parts of the tool that are not as they were when the old lock was written, by
    their names, each with a sentence; none if that lock has no hint.
    """
    before, after = old.made_from.tool, new.made_from.tool
    return {
        name: reason
        for name, reason in _PARTS.items()
        if before and before.get(name) != after.get(name)
    }


_CONFLICTS: Mapping[Conflict, str] = {
    Conflict.EDITED: "edited by hand",
    Conflict.FOREIGN: "not ours, and in the way",
}
