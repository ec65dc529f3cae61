"""A generated package on disk: what is there, and how a plan is carried out."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from .. import __version__, resources
from ..build.catalog import Catalog
from ..emit.lock import LOCK, Lock, LockError, read_lock
from ..emit.package import Files, Workshop, render_package
from ..emit.plan import Plan, make_plan
from ..emit.templates import Templates
from ..store.tree import Changes, apply, read_bytes
from .failure import Failure
from .project import Project, select


def lock_of(folder: Path) -> Lock:
    """The lock of a generated package; an empty one if there is none."""
    content = read_bytes(folder / LOCK)
    if content is None:
        return Lock()
    try:
        return read_lock(content.decode("utf-8", "surrogatepass"))
    except LockError as error:
        raise Failure(f"{folder}: {error}") from None


def render(
    project: Project, catalog: Catalog, folder: Path, patterns: tuple[str, ...]
) -> Files:
    """The files of the package that belongs into a folder."""
    models = select(catalog.models, patterns, project.config.exclude)
    workshop = Workshop(
        templates=Templates(resources.template_sources()),
        runtime=resources.runtime_sources(),
        generator=__version__,
        locale=project.config.locale,
        kept=lock_of(folder).keeping(catalog.failed),
    )
    return render_package(models, folder.resolve().name, workshop)


def plan_for(folder: Path, wanted: Files, catalog: Catalog) -> Plan:
    """What generating would change in the folder."""
    lock = lock_of(folder)
    paths: set[PurePosixPath] = {*wanted, *lock.files}
    found = {path: read_bytes(folder / path) for path in paths}
    disk = {path: content for path, content in found.items() if content is not None}
    return make_plan(wanted, disk, lock, kept=lock.keeping(catalog.failed).files)


def carry_out(folder: Path, plan: Plan) -> None:
    """Write and remove, all at once. Raises ``OSError``."""
    content = {
        path: text.encode("utf-8", "surrogatepass") for path, text in plan.write.items()
    }
    apply(folder, Changes(write=content, remove=plan.remove))


def holds_strangers(folder: Path) -> bool:
    """Whether a folder without a lock holds anything: then it is somebody else's."""
    return not (folder / LOCK).exists() and folder.is_dir() and any(folder.iterdir())
