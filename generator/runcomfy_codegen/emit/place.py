"""Where modules lie in a client package, and which paths are packages."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from ..ir.model import Model
from .lock import Lock


def module_file(
    path: tuple[str, ...], packages: frozenset[tuple[str, ...]]
) -> PurePosixPath:
    """The file of a module below the client: a package's own if the path is one."""
    folder = PurePosixPath("models", *path)
    return folder / "__init__.py" if path in packages else folder.with_suffix(".py")


def module_path(file: PurePosixPath) -> tuple[str, ...]:
    """The path of the model in a file: the inverse of ``module_file``."""
    module = file.parent if file.name == "__init__.py" else file.with_suffix("")
    return module.parts[1:]


def packages_of(models: Iterable[Model]) -> frozenset[tuple[str, ...]]:
    """Every path that holds modules; one of them may be a model's own."""
    return _above(model.path for model in models)


def kept_packages(kept: Lock) -> frozenset[tuple[str, ...]]:
    """The paths that hold modules which are not rendered now."""
    return _above(module_path(kept.module(model_id)) for model_id in kept.models)


def _above(paths: Iterable[tuple[str, ...]]) -> frozenset[tuple[str, ...]]:
    return frozenset(path[:length] for path in paths for length in range(1, len(path)))
