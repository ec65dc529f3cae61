"""A client package: modules of the selected models, the runtime, and the lock over both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from ..ir.document import DEFAULT_LOCALE
from ..ir.model import Model
from .annotation import Annotator
from .layout import laid_out
from .lock import LOCK, Lock, MadeFrom, Selection, sha256, write_lock
from .place import kept_packages, module_file
from .place import packages_of as packages_of
from .plan import Files
from .templates import TemplateFault, Templates
from .view import ModelView, model_view

CONTEXT_VERSION = 1
"""Of what templates are given; another number means that names went or changed."""
PACKAGE = "runcomfy_client"
"""The usual name of a generated package."""


@dataclass(frozen=True, slots=True)
class Export:
    """A name of the client's top package, and the runtime module it comes from."""

    name: str
    module: str


_EXPORTED = {
    "aio": ("AsyncRunComfy",),
    "aio_job": ("AsyncJob", "AsyncResult"),
    "client": ("RunComfy",),
    "errors": (
        "AuthError",
        "DownloadError",
        "InputRejected",
        "JobCancelled",
        "JobFailed",
        "JobTimeout",
        "MissingToken",
        "NoBalance",
        "NotFound",
        "NotSent",
        "PermissionDenied",
        "PollInterrupted",
        "RateLimited",
        "RunComfyError",
        "SubmitOutcomeUnknown",
        "SubmitRefused",
    ),
    "inline": ("inline",),
    "job": ("Job",),
    "report": ("Problem", "Report"),
    "result": ("Result",),
    "rule": ("Rule",),
    "status": ("Cancellation", "Status"),
}
EXPORTS = tuple(
    sorted(
        (Export(name, module) for module, names in _EXPORTED.items() for name in names),
        key=lambda export: export.name,
    )
)
"""The names of the client's top package, in their order."""


def _ignore(model_id: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """What rendering needs beside the models.

    ``kept`` is what stays of the package that is there, unrendered; ``sources`` are the
    hashes of what the package is made from; ``tell`` is called with each model that is done.
    """

    templates: Templates
    runtime: Mapping[PurePosixPath, str]
    generator: str
    locale: str = DEFAULT_LOCALE
    kept: Lock = Lock()
    sources: MadeFrom = MadeFrom()
    selection: Selection = Selection()
    tell: Callable[[str], None] = _ignore


def render_package(models: Iterable[Model], name: str, workshop: Workshop) -> Files:
    """Every file of the client package ``name``, by its path below the package's folder.

    Modules that are kept are not among them, but the lock names them.
    """
    chosen = sorted(models, key=lambda model: model.model_id)
    packages = packages_of(chosen) | kept_packages(workshop.kept)
    templates = workshop.templates
    # A folder may be called anything; only an identifier can be imported.
    package = name if name.isidentifier() else PACKAGE
    client = templates.render("client.jinja", package=package, exports=EXPORTS)
    files: Files = {
        PurePosixPath("__init__.py"): _laid_out(client, templates),
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
    workshop: Workshop,
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
) -> dict[str, dict[str, Any]]:
    return {
        model.model_id: {
            "file": module_file(model.path, packages).as_posix(),
            "schema_sha256": model.schema_sha256,
            "documents": dict(model.documents),
        }
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
            source = templates.render("model.jinja", **context(model, view))
            told = _laid_out(source, templates)
        except TemplateFault as fault:
            raise TemplateFault(f"{fault} (rendering {model.model_id!r})") from None
        files[module_file(model.path, packages)] = told
        tell(model.model_id)
    return files


def _laid_out(source: str, templates: Templates) -> str:
    """Our own templates write black's layout; whoever writes others need not know it."""
    if not templates.changed:
        return source
    try:
        return laid_out(source)
    except ValueError as error:
        raise TemplateFault(f"what the templates make is no Python: {error}") from None


def context(model: Model, view: ModelView) -> dict[str, Any]:
    """What ``model.jinja`` is rendered with; docs/templates.md tells every name."""
    return {"version": CONTEXT_VERSION, "view": view, "heading": _heading(model)}


def _heading(model: Model) -> str:
    """The docstring of a module: id, title, description."""
    title = f": {model.title}" if model.title else ""
    return "\n\n".join(filter(None, (f"{model.model_id}{title}", model.description)))
