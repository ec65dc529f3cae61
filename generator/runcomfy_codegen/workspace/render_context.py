"""A generated package on disk: what is there, and how a plan is carried out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .. import __version__, resources
from ..errors import UsageError
from ..ir.diagnostic import Severity
from ..package.lock import Lock
from ..package.plan import Files, WritePlan
from ..package.write import hashes_of, lock_of, package_name, plan_beside
from ..targets.templates import TemplateFault, Templates
from .project import Project, select

if TYPE_CHECKING:
    from ..build.build_model import BuiltCatalog
    from ..targets.target import RenderContext


def render(
    project: Project, catalog: BuiltCatalog, folder: Path, patterns: tuple[str, ...]
) -> Files:
    """The files of the package that belongs into a folder."""
    # Imported here, as in `workshop`: nothing is rendered where nothing changed.
    from ..targets.python.package import render_package

    models = select(catalog.models, patterns, project.config.exclude)
    kept = lock_of(folder).keeping(catalog.failed)
    return render_package(models, package_name(folder), render_context(project, kept))


def render_context(project: Project, kept: Lock) -> RenderContext:
    """What rendering needs beside the models."""
    from ..targets.target import RenderContext as Workshop

    return Workshop(
        templates=templates_of(project),
        runtime=resources.runtime_sources(),
        generator=__version__,
        locale=project.config.locale,
        kept=kept,
    )


def templates_of(project: Project) -> Templates:
    """Our templates, and the user's before them. Raises ``CodegenError``."""
    own = project.config.template_dir
    shipped = resources.template_sources(project.config.target)
    try:
        return Templates(
            shipped, None if own is None else resources.own_template_sources(own)
        )
    except FileNotFoundError as error:
        raise UsageError(str(error)) from None
    except TemplateFault as fault:
        raise UsageError(f"{own}: {fault}") from None


def plan_for(folder: Path, wanted: Files, catalog: BuiltCatalog) -> WritePlan:
    """What generating would change in the folder, if nothing but failed models is kept."""
    lock = lock_of(folder)
    kept = lock.keeping(catalog.failed).files
    return plan_beside(folder, wanted, lock, kept, hashes_of(folder, lock.files))


def wrong_models(catalog: BuiltCatalog) -> set[str]:
    """The models whose documents have an error."""
    return {
        each.model for each in catalog.diagnostics if each.severity is Severity.ERROR
    }
