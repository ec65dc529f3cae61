"""Where the files of models lie in an output, and which paths are packages."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from ..ir.model import Model
from .lock import Lock

PACKAGE_FILE = "__init__.py"
"""The file of a package's own module."""


def module_file(
    path: tuple[str, ...], packages: frozenset[tuple[str, ...]]
) -> PurePosixPath:
    """The file of a module below the client: a package's own if the path is one."""
    folder = PurePosixPath("models", *path)
    return folder / PACKAGE_FILE if path in packages else folder.with_suffix(".py")


def model_path(file: PurePosixPath) -> tuple[str, ...]:
    """The path of the model in a file: of a module, or of one of its documents."""
    told = file.as_posix()
    if not told.endswith(".py"):
        return tuple(told.split("/")[:-1])
    return tuple(told.removesuffix(".py").removesuffix("/__init__").split("/")[1:])


def packages_of(models: Iterable[Model]) -> frozenset[tuple[str, ...]]:
    """Every path that holds modules; one of them may be a model's own."""
    return _above(model.path for model in models)


def kept_packages(kept: Lock) -> frozenset[tuple[str, ...]]:
    """The paths that hold modules which are not rendered now."""
    return _above(model_path(kept.module(model_id)) for model_id in kept.models)


def _above(paths: Iterable[tuple[str, ...]]) -> frozenset[tuple[str, ...]]:
    return frozenset(path[:length] for path in paths for length in range(1, len(path)))
