"""A client package: modules of the selected models, the runtime, and the lock over both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from ...ir.model import Model
from ...package.given_names import names_of
from ...package.lock import LOCK, Lock, sha256, write_lock
from ...package.lock_entry import LockEntry
from ...package.plan import Files
from ..target import RenderContext, _ignore
from ..templates import TemplateFault, Templates
from .annotations import Annotator
from .layout import format_code
from .view import client_context, model_view, module_context

PACKAGE = "runcomfy_client"
"""The usual name of a generated package."""


def render_package(
    models: Iterable[Model], name: str, workshop: RenderContext
) -> Files:
    """Every file of the client package ``name``, by its path below the package's folder.

    Modules that are kept are not among them, but the lock names them.
    """
    chosen = sorted(models, key=lambda model: model.model_id)
    packages = packages_of(chosen) | kept_packages(workshop.kept)
    templates = workshop.templates
    # A folder may be called anything; only an identifier can be imported.
    package = name if name.isidentifier() else PACKAGE
    files: Files = {
        PurePosixPath("__init__.py"): _printed(
            "client.jinja", client_context(package), templates
        ),
        PurePosixPath("py.typed"): "",
        PurePosixPath("models/__init__.py"): "",
        **_package_files(packages, workshop.kept),
        **{
            PurePosixPath("_runtime") / path: text
            for path, text in workshop.runtime.items()
        },
        **render_modules(chosen, packages, templates, workshop.tell),
    }
    told = write_lock(
        _lock(chosen, packages, files, workshop),
        generator=workshop.generator,
        locale=workshop.locale,
    )
    return {**files, LOCK: told}


def _package_files(packages: frozenset[tuple[str, ...]], kept: Lock) -> Files:
    """An empty file for each package, unless it is the module of a model that is kept."""
    modules = {kept.module(model_id) for model_id in kept.models}
    paths = (PurePosixPath("models", *path, "__init__.py") for path in packages)
    return {path: "" for path in paths if path not in modules}


def _lock(
    models: Iterable[Model],
    packages: frozenset[tuple[str, ...]],
    files: Files,
    workshop: RenderContext,
) -> Lock:
    return Lock(
        files={**workshop.kept.files, **_hashes(files)},
        models={**workshop.kept.models, **_entries(models, packages)},
        made_from=workshop.sources,
        selection=workshop.selection,
    )


def _hashes(files: Files) -> dict[PurePosixPath, str]:
    return {
        path: sha256(text.encode("utf-8", "surrogatepass"))
        for path, text in files.items()
    }


def _entries(
    models: Iterable[Model], packages: frozenset[tuple[str, ...]]
) -> dict[str, LockEntry]:
    return {
        model.model_id: LockEntry(
            files=(module_file(model.path, packages),),
            schema_sha256=model.schema_sha256,
            documents=dict(model.documents),
            names=names_of(model),
        )
        for model in models
    }


def render_modules(
    models: Iterable[Model],
    packages: frozenset[tuple[str, ...]],
    templates: Templates,
    tell: Callable[[str], None] = _ignore,
) -> Files:
    """The module of each model, by its path below the package."""
    chosen = list(models)
    annotator = Annotator(
        kind for model in chosen for kind in (model.input, model.output)
    )
    files: Files = {}
    for model in chosen:
        view = model_view(model, annotator, packages)
        try:
            told = _printed("model.jinja", module_context(model, view), templates)
        except TemplateFault as fault:
            raise TemplateFault(f"{fault} (rendering {model.model_id!r})") from None
        files[module_file(model.path, packages)] = told
        tell(model.model_id)
    return files


def _printed(name: str, context: Mapping[str, Any], templates: Templates) -> str:
    """Our own templates write black's layout; whoever writes others need not know it."""
    source = templates.render(name, **context)
    if not templates.changed:
        return source
    try:
        told = format_code(source)
        # What black can read need not be Python: it lets a `return` stand anywhere.
        compile(told, name, "exec")
    except (ValueError, SyntaxError, RecursionError) as error:
        blamed = templates.blamed(name)
        raise TemplateFault(f"what {blamed} makes is no Python: {error}") from None
    return told


# Where the files of models lie in an output, and which paths are packages.


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
