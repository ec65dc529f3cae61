"""A client package: the modules of the models, the runtime, and the top package."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from ...ir.model import Model
from ..line_layout import format_code
from ..target import (
    Files,
    Kept,
    Layout,
    ModelFiles,
    Named,
    Names,
    Overrides,
    RenderContext,
    Target,
)
from ..templates import TemplateFault, Templates, context_as_json
from .annotations import Annotator
from .exports import client_context
from .model_names import given_names, name_models
from .names import named_model
from .view import module_context
from .view_builder import model_view

PACKAGE = "runcomfy_client"
"""The usual name of a generated package."""

PackagePaths = frozenset[tuple[str, ...]]
"""The paths that hold modules; one of them may be the module of a model too."""


class PythonTarget:
    """A typed client package."""

    name = "python"
    templates = (
        "client.jinja",
        "field.jinja",
        "model.jinja",
        "object.jinja",
        "params.jinja",
        "rule.jinja",
        "rules.jinja",
    )

    def name_models(self, models: Iterable[Model], overrides: Overrides) -> Named:
        """Name modules, fields and classes; those that collide are left out and reported."""
        return name_models(models, overrides)

    def render(self, named: Named, context: RenderContext) -> Files:
        """Every file of the client package, by its path below the package's folder."""
        packages = packages_of(named.names, context.kept)
        templates = context.templates
        # A folder may be called anything; only an identifier can be imported.
        package = context.package if context.package.isidentifier() else PACKAGE
        client = _printed("client.jinja", client_context(package), templates)
        return {
            PurePosixPath("__init__.py"): client,
            PurePosixPath("py.typed"): "",
            PurePosixPath("models/__init__.py"): "",
            **_package_files(packages, context.kept),
            **{
                PurePosixPath("_runtime") / path: text
                for path, text in context.runtime.items()
            },
            **render_modules(named, packages, context),
        }

    def layout(self, named: Named, kept: Kept) -> Layout:
        """The module of each model, and the names in it that are not published.

        A kept model must be rendered too if its module becomes a package, or no longer is
        one, or is replaced.
        """
        packages = packages_of(named.names, kept)
        modules = {_module_path(files[0]): files[0] for files in kept.values()}
        moved = any(
            (file.name == PACKAGE_FILE) is not (path in packages)
            for path, file in modules.items()
        )
        replaced = any(names.module in modules for names in named.names.values())
        return Layout(
            {
                model.model_id: _model_files(model, named, packages)
                for model in named.models
            },
            moves_kept=moved or replaced,
        )

    def template_context(self, named: Named, model_id: str) -> dict[str, Any]:
        """The context of ``model.jinja``."""
        (model,) = (model for model in named.models if model.model_id == model_id)
        alone = named_model(model, named.names[model_id])
        annotator = Annotator((alone.input, alone.output))
        view = model_view(alone, annotator, packages_of(named.names, {}))
        context: dict[str, Any] = context_as_json(module_context(alone, view))
        # A template can ask for what the view computes as well as for what it holds.
        context["view"]["rules"] = context_as_json(view.rules)
        context["view"]["limits"] = view.limits
        context["view"]["rule_groups"] = context_as_json(view.rule_groups)
        context["view"]["printed"] = context_as_json(view.printed)
        return context


PYTHON: Target = PythonTarget()


def render_modules(
    named: Named, packages: PackagePaths, context: RenderContext
) -> Files:
    """The module of each model, by its path below the package."""
    chosen = [named_model(model, named.names[model.model_id]) for model in named.models]
    annotator = Annotator(
        kind for model in chosen for kind in (model.input, model.output)
    )
    files: Files = {}
    for model in chosen:
        view = model_view(model, annotator, packages)
        given = module_context(model, view)
        try:
            text = _printed("model.jinja", given, context.templates)
        except TemplateFault as fault:
            raise TemplateFault(f"{fault} (rendering {model.model_id!r})") from None
        files[module_file(model.path, packages)] = text
        context.report(model.model_id)
    return files


def _printed(name: str, context: Mapping[str, Any], templates: Templates) -> str:
    """The text of a template in black's layout. Ours are written in it; others need not be."""
    source = templates.render(name, **context)
    if not templates.changed:
        return source
    try:
        text = format_code(source)
        # What black can read need not be Python: it lets a `return` stand anywhere.
        compile(text, name, "exec")
    except (ValueError, SyntaxError, RecursionError) as error:
        blamed = templates.blamed(name)
        raise TemplateFault(f"what {blamed} makes is not Python: {error}") from None
    return text


# Where the modules of models lie, and which paths are packages.

PACKAGE_FILE = "__init__.py"
"""The file of a package's own module."""


def module_file(path: tuple[str, ...], packages: PackagePaths) -> PurePosixPath:
    """The file of a module below the client: a package's own if the path is one."""
    folder = PurePosixPath("models", *path)
    return folder / PACKAGE_FILE if path in packages else folder.with_suffix(".py")


def _model_files(model: Model, named: Named, packages: PackagePaths) -> ModelFiles:
    names = named.names[model.model_id]
    return ModelFiles((module_file(names.module, packages),), given_names(model, names))


def packages_of(names: Names, kept: Kept) -> PackagePaths:
    """Every path that holds modules, of models that are rendered or kept."""
    rendered = (code_names.module for code_names in names.values())
    return _above(rendered) | _above(_module_path(files[0]) for files in kept.values())


def _package_files(packages: Collection[tuple[str, ...]], kept: Kept) -> Files:
    """An empty file for each package, unless it is the module of a model that is kept."""
    modules = {files[0] for files in kept.values()}
    paths = (PurePosixPath("models", *path, PACKAGE_FILE) for path in packages)
    return {path: "" for path in paths if path not in modules}


def _module_path(file: PurePosixPath) -> tuple[str, ...]:
    """The names of the packages and the module in a file."""
    whole = file.as_posix().removesuffix(".py").removesuffix("/__init__")
    return tuple(whole.split("/")[1:])


def _above(paths: Iterable[tuple[str, ...]]) -> PackagePaths:
    return frozenset(path[:length] for path in paths for length in range(1, len(path)))
