"""A client that exists for one command: generated, imported, and deleted.

``validate`` and ``run`` use the same module as a user's program, so that both report the
same problems.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..ir.model import Model
from ..ir.surface import CodeNames
from ..package.folder import hashes_of, lock_of, plan_for_folder, write_package
from ..targets.python.package import PACKAGE, PYTHON
from ..targets.target import Named
from .project import Project
from .render_context import render_package


@dataclass(frozen=True, slots=True)
class TemporaryClient:
    """A generated client, imported: its package, and the module of one model."""

    client: Any
    module: Any


@contextmanager
def temporary_client(project: Project, model: Model) -> Generator[TemporaryClient]:
    """An imported client of one model. It is deleted at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="runcomfy-") as folder:
        named = PYTHON.name_models([model], project.config.overrides)
        generate_into(project, named, Path(folder) / PACKAGE)
        with importable(Path(folder)):
            yield import_client(named.names[model.model_id])


def generate_into(project: Project, named: Named, folder: Path) -> None:
    """Write the Python client of a catalog to a folder."""
    python = Project(replace(project.config, target=PYTHON.name))
    wanted = render_package(python, named, folder)
    lock = lock_of(folder)
    hashes = hashes_of(folder, lock.files)
    write_package(folder, plan_for_folder(folder, wanted, lock, (), hashes))


def import_client(names: CodeNames) -> TemporaryClient:
    """Import the generated client and the module of a model. It must be on the path."""
    name = f"{PACKAGE}.models.{names.dotted}"
    return TemporaryClient(
        importlib.import_module(PACKAGE), importlib.import_module(name)
    )


@contextmanager
def importable(folder: Path) -> Generator[None]:
    """Make packages in a folder importable, ahead of others with the same name."""
    before = {name: sys.modules.pop(name) for name in _loaded()}
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in _loaded():
            del sys.modules[name]
        sys.modules.update(before)


def _loaded() -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] == PACKAGE]
