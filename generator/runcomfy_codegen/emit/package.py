"""A client package: modules of the selected models, the runtime, and the lock over both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from ..ir.model import Model
from .annotation import Annotator
from .layout import laid_out
from .lock import LOCK, Lock, sha256, write_lock
from .templates import Templates
from .view import model_view, module_file

Files = dict[PurePosixPath, str]

PACKAGE = "runcomfy_client"
"""The usual name of a generated package."""


@dataclass(frozen=True, slots=True)
class Export:
    """A name of the client's top package, and the runtime module it comes from."""

    name: str
    module: str


EXPORTS = (
    Export("AsyncRunComfy", "aio"),
    Export("RunComfy", "client"),
    Export("RunComfyError", "errors"),
    Export("InputRejected", "errors"),
    Export("inline", "inline"),
)


@dataclass(frozen=True, slots=True)
class Workshop:
    """What rendering needs beside the models."""

    templates: Templates
    runtime: Mapping[PurePosixPath, str]
    generator: str
    locale: str = "en"
    kept: Lock = Lock()


def render_package(models: Iterable[Model], name: str, workshop: Workshop) -> Files:
    """Every file of the client package ``name``, by its path below the package's folder."""
    chosen = sorted(models, key=lambda model: model.model_id)
    packages = packages_of(chosen)
    modules = render_modules(chosen, packages, workshop.templates)
    files: Files = {
        PurePosixPath("__init__.py"): laid_out(
            workshop.templates.render(
                "client.jinja",
                # A folder may be called anything; only an identifier can be imported.
                package=name if name.isidentifier() else PACKAGE,
                exports=EXPORTS,
            )
        ),
        PurePosixPath("py.typed"): "",
        PurePosixPath("models/__init__.py"): "",
        **{PurePosixPath("models", *path, "__init__.py"): "" for path in packages},
        **{
            PurePosixPath("_runtime") / path: text
            for path, text in workshop.runtime.items()
        },
        **modules,
    }
    lock = Lock(
        files={**workshop.kept.files, **_hashes(files)},
        models={**workshop.kept.models, **_entries(chosen, packages)},
    )
    told = write_lock(lock, generator=workshop.generator, locale=workshop.locale)
    return {**files, LOCK: told}


def _hashes(files: Files) -> dict[PurePosixPath, str]:
    return {
        path: sha256(text.encode("utf-8", "surrogatepass"))
        for path, text in files.items()
    }


def _entries(
    models: Iterable[Model], packages: frozenset[tuple[str, ...]]
) -> dict[str, dict[str, Any]]:
    return {
        model.model_id: {
            "file": module_file(model.path, packages).as_posix(),
            "schema_sha256": model.schema_sha256,
            "documents": dict(model.documents),
        }
        for model in models
    }


def packages_of(models: Iterable[Model]) -> frozenset[tuple[str, ...]]:
    """Every path that holds modules; one of them may be a model's own."""
    return frozenset(
        model.path[:length] for model in models for length in range(1, len(model.path))
    )


def render_modules(
    models: Iterable[Model], packages: frozenset[tuple[str, ...]], templates: Templates
) -> Files:
    """The module of each model, by its path below the package."""
    chosen = list(models)
    annotator = Annotator(
        kind for model in chosen for kind in (model.input, model.output)
    )
    files: Files = {}
    for model in chosen:
        view = model_view(model, annotator, packages)
        source = templates.render("model.jinja", view=view, heading=_heading(model))
        files[module_file(model.path, packages)] = laid_out(source)
    return files


def _heading(model: Model) -> str:
    """The docstring of a module: id, title, description."""
    title = f": {model.title}" if model.title else ""
    return "\n\n".join(filter(None, (f"{model.model_id}{title}", model.description)))
