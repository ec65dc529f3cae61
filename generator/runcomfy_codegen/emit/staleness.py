"""Why a file of a generated package is not what it should be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from .lock import LOCK, Lock, same_package
from .plan import Conflict, Plan
from .renaming import renamed

_PARTS = {
    "generator": "another release of the generator or its libraries",
    "templates": "the templates changed",
    "runtime": "the runtime changed",
    "settings": "the configuration changed",
}


@dataclass(frozen=True, slots=True)
class Stale:
    """A file that is not what it should be, the model it is of, and why."""

    path: PurePosixPath
    model: str
    why: str
    reason: str


def without_hints(plan: Plan, disk_lock: str, wanted_lock: str) -> Plan:
    """The plan without a lock that says the same of the package, made by another tool."""
    if LOCK not in plan.write or not same_package(disk_lock, wanted_lock):
        return plan
    write = {path: text for path, text in plan.write.items() if path != LOCK}
    return Plan(write, plan.remove, plan.conflicts)


def staleness(
    plan: Plan, old: Lock, new: Lock, missing: frozenset[PurePosixPath]
) -> tuple[Stale, ...]:
    """Each file of a plan with its reason; ``missing`` are those that are not there."""
    owners = {
        path: id_
        for lock in (old, new)
        for id_ in lock.models
        for path in lock.files_of(id_)
    }
    return tuple(
        Stale(
            path,
            owners.get(path, ""),
            *_why(path, owners.get(path, ""), plan, old, new, missing),
        )
        for path in sorted({*plan.write, *plan.remove})
    )


def _why(
    path: PurePosixPath,
    model: str,
    plan: Plan,
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
        told = "; ".join(changed.values())
        return [*changed, "lock"][0], told or "what it says of the package changed"
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
    their names, each with a sentence; none if that lock does not tell.
    """
    before, after = old.made_from.tool, new.made_from.tool
    return {
        name: told
        for name, told in _PARTS.items()
        if before and before.get(name) != after.get(name)
    }


_CONFLICTS: Mapping[Conflict, str] = {
    Conflict.EDITED: "edited by hand",
    Conflict.FOREIGN: "not ours, and in the way",
}
