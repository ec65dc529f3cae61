"""A generated package on disk: what is there, and how a plan is carried out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from .. import __version__, resources
from ..emit.entry import LockError
from ..emit.lock import LOCK, Lock, read_lock, sha256
from ..emit.plan import Files, Plan, make_plan
from ..emit.templates import TemplateFault, Templates
from ..ir.diagnostic import Severity
from ..store.tree import Changes, apply, read_bytes
from .failure import Failure, usage
from .project import Project, select

if TYPE_CHECKING:
    from ..build.catalog import Catalog
    from ..emit.package import Workshop


LOST_LOCK = "take it from version control, or delete the folder and generate it again"
_NOBODYS = frozenset({".gitignore", ".gitkeep", "__pycache__"})


def lock_of(folder: Path) -> Lock:
    """The lock of a generated package; an empty one if there is none."""
    content = read_bytes(folder / LOCK)
    if content is None:
        return Lock()
    try:
        return read_lock(content.decode("utf-8", "surrogatepass"))
    except UnicodeDecodeError:
        raise Failure(f"{folder}: {LOCK} is no text; {LOST_LOCK}") from None
    except LockError as error:
        raise Failure(f"{folder}: {error}") from None


def hashes_of(folder: Path, paths: Iterable[PurePosixPath]) -> dict[PurePosixPath, str]:
    """The hashes of those of these files that are there."""
    contents = ((path, read_bytes(folder / path)) for path in paths)
    return {path: sha256(content) for path, content in contents if content is not None}


def render(
    project: Project, catalog: Catalog, folder: Path, patterns: tuple[str, ...]
) -> Files:
    """The files of the package that belongs into a folder."""
    # Imported here, as in `workshop`: nothing is rendered where nothing changed.
    from ..emit.package import render_package

    models = select(catalog.models, patterns, project.config.exclude)
    kept = lock_of(folder).keeping(catalog.failed)
    return render_package(models, package_name(folder), workshop(project, kept))


def workshop(project: Project, kept: Lock) -> Workshop:
    """What rendering needs beside the models."""
    from ..emit.package import Workshop

    return Workshop(
        templates=templates_of(project),
        runtime=resources.runtime_sources(),
        generator=__version__,
        locale=project.config.locale,
        kept=kept,
    )


def templates_of(project: Project) -> Templates:
    """Our templates, and the user's before them. Raises ``Failure``."""
    own = project.config.template_dir
    shipped = resources.template_sources(project.config.target)
    try:
        return Templates(
            shipped, None if own is None else resources.own_template_sources(own)
        )
    except FileNotFoundError as error:
        raise usage(str(error)) from None
    except TemplateFault as fault:
        raise usage(f"{own}: {fault}") from None


def package_name(folder: Path) -> str:
    """The name that the package in a folder is imported by."""
    return folder.resolve().name


def plan_for(folder: Path, wanted: Files, catalog: Catalog) -> Plan:
    """What generating would change in the folder, if nothing but failed models is kept."""
    lock = lock_of(folder)
    kept = lock.keeping(catalog.failed).files
    return plan_beside(folder, wanted, lock, kept, hashes_of(folder, lock.files))


def plan_beside(
    folder: Path,
    wanted: Files,
    lock: Lock,
    kept: Collection[PurePosixPath],
    hashes: Mapping[PurePosixPath, str],
) -> Plan:
    """What generating would change in the folder, beside the files that are kept.

    ``hashes`` are those of the lock's files that are there: they were read already.
    """
    new = hashes_of(folder, wanted.keys() - lock.files.keys())
    return make_plan(wanted, {**hashes, **new}, lock, kept=kept)


def carry_out(folder: Path, plan: Plan) -> None:
    """Write and remove, all at once. Raises ``OSError``."""
    content = {
        path: text.encode("utf-8", "surrogatepass") for path, text in plan.write.items()
    }
    apply(folder, Changes(write=content, remove=plan.remove))


def holds_strangers(folder: Path) -> bool:
    """Whether a folder without a lock holds anything: then it is somebody else's."""
    if (folder / LOCK).exists() or not folder.is_dir():
        return False
    return any(each.name not in _NOBODYS for each in folder.iterdir())


def package_around(folder: Path) -> Path | None:
    """The generated package that a folder lies in; None if it lies in none."""
    above = folder.resolve().parents
    return next((each for each in above if (each / LOCK).exists()), None)


def wrong_models(catalog: Catalog) -> set[str]:
    """The models whose documents have an error."""
    return {
        each.model for each in catalog.diagnostics if each.severity is Severity.ERROR
    }
