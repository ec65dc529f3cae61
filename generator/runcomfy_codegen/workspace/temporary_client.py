"""A client made for one call of a command: generated, imported, thrown away.

``validate`` and ``run`` use the very module that a user's program would, so that they say
the same things.
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

from ..build.build_model import BuiltCatalog
from ..ir.model import Model
from ..package.write import write_package
from .project import Project
from .render_context import plan_for, render

PACKAGE = "runcomfy_client"


@dataclass(frozen=True, slots=True)
class TemporaryClient:
    """A generated client, imported: its package, and the module of one model."""

    client: Any
    module: Any


@contextmanager
def temporary_client(project: Project, model: Model) -> Generator[TemporaryClient]:
    """A temporary client of one model, imported. It is gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="runcomfy-") as folder:
        # The configuration's exclusions are about the user's package, not about this one.
        alone = Project(replace(project.config, exclude=()))
        catalog = BuiltCatalog(models=(model,), diagnostics=())
        generate_into(alone, catalog, Path(folder) / PACKAGE)
        with importable(Path(folder)):
            yield import_client(model)


def generate_into(project: Project, catalog: BuiltCatalog, folder: Path) -> None:
    """Write the client of a catalog into a folder."""
    wanted = render(project, catalog, folder, ("*",))
    write_package(folder, plan_for(folder, wanted, catalog))


def import_client(model: Model) -> TemporaryClient:
    """The generated client and a model's module in it. The package must be importable."""
    name = f"{PACKAGE}.models.{'.'.join(model.path)}"
    return TemporaryClient(
        importlib.import_module(PACKAGE), importlib.import_module(name)
    )


@contextmanager
def importable(folder: Path) -> Generator[None]:
    """Let packages of a folder be imported, before any other of the same name."""
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
