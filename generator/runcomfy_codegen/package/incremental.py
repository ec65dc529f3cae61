"""What of a package need not be made again: models whose documents, tool and files are the same."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import PurePosixPath

from ..ir.model import Model
from ..targets.python.package import (
    PACKAGE_FILE,
    kept_packages,
    model_path,
    packages_of,
)
from .lock import Lock, MadeFrom


def unchanged_models(
    lock: Lock, sources: MadeFrom, hashes: Mapping[PurePosixPath, str]
) -> frozenset[str]:
    """The models of a package that another rendering would leave as they are.

    ``hashes`` are those of the files that are there. Whoever changes the lock can deceive
    this; that is why ``check`` never asks it.
    """
    if dict(lock.made_from.tool) != dict(sources.tool):
        return frozenset()
    return frozenset(
        model_id
        for model_id in lock.models
        if sources.models.get(model_id) == lock.made_from.models.get(model_id, "")
        and all(_intact(lock, path, hashes) for path in lock.files_of(model_id))
    )


def up_to_date(
    lock: Lock, sources: MadeFrom, hashes: Mapping[PurePosixPath, str]
) -> bool:
    """Whether rendering ``sources`` would leave the whole package as it is."""
    same_tool = dict(lock.made_from.tool) == dict(sources.tool)
    stale = sources.models.keys() - unchanged_models(lock, sources, hashes)
    gone = lock.models.keys() - sources.models.keys()
    intact = all(_intact(lock, path, hashes) for path in lock.files)
    return bool(lock.files) and same_tool and intact and not stale and not gone


def moves_kept_modules(kept: Lock, models: Collection[Model]) -> bool:
    """Whether models that are rendered change where kept ones belong, or take their place."""
    files = [kept.module(model_id) for model_id in kept.models]
    paths = {model_path(file): file for file in files}
    packages = packages_of(models) | kept_packages(kept)
    moved = any(
        (file.name == PACKAGE_FILE) is not (path in packages)
        for path, file in paths.items()
        if file.suffix == ".py"
    )
    return moved or any(model.path in paths for model in models)


def _intact(
    lock: Lock, path: PurePosixPath, hashes: Mapping[PurePosixPath, str]
) -> bool:
    return path in lock.files and hashes.get(path) == lock.files[path]
