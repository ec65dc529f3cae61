"""Every client of a configuration: generate all of them, or compare them with their schemas."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import Literal

from ..disk.atomic_write import refuse_links
from ..disk.folder_lock import lock_folder, require_folder
from ..disk.walk import list_folder
from ..errors import (
    CodegenError,
    FolderConflict,
    OperationError,
    UsageError,
)
from ..ir.diagnostic import Diagnostic
from ..package.changelog import package_changes, stale_reasons, without_equal_lock
from ..package.folder import (
    LOST_LOCK,
    Conflict,
    WritePlan,
    enclosing_package,
    file_text,
    holds_foreign_files,
    unified_diff,
    write_package,
)
from ..package.lock import LOCK, CallOptions
from ..package.lock_file import read_lock
from .generate import GenerateRequest, PreparedPackage, prepare, request_for
from .project import Project
from .results import (
    CheckResult,
    GenerateResult,
    PackageCheck,
    PackageResult,
    Progress,
    Stale,
    ignore_progress,
)

_SHOWN = 5


def select_clients(
    project: Project, client: str | None, output: Path | None, options: CallOptions
) -> list[Project]:
    """The clients of a call. The options are allowed for a single client only.

    Raises ``UsageError``, and ``OSError`` for an output folder that is a file.
    """
    clients = project.clients(client, output)
    for selected in clients:
        require_folder(selected.config.output)
    if len(clients) > 1 and options != CallOptions():
        raise UsageError(
            "`models=`, `locale=` and `target=` apply to one client; choose it with"
            " `client=`"
        )
    return clients


def generate_clients(
    clients: Sequence[Project],
    options: CallOptions,
    progress: Progress = ignore_progress,
    *,
    force: bool = False,
) -> GenerateResult:
    """Generate every client. Each one is prepared before the first is written.

    ``force`` renders everything, and replaces generated files that were edited by hand.
    Raises ``CodegenError`` and ``OSError``.
    """
    with ExitStack() as locks:
        for client in clients:
            locks.enter_context(_locked(client.config.output))
        prepared: list[tuple[GenerateRequest, PreparedPackage]] = []
        noticed: list[Diagnostic] = []
        try:
            for client in clients:
                request = request_for(client, client.config.output, options)
                package = prepare(request, progress, whole=force)
                prepared.append((request, package))
                noticed += package.diagnostics
                _check_conflicts(request.folder, package.plan, force=force)
        except CodegenError as error:
            error.diagnostics = tuple(noticed)
            raise
        packages = tuple(_written(request, package) for request, package in prepared)
    return GenerateResult(packages=packages, diagnostics=tuple(dict.fromkeys(noticed)))


def _written(request: GenerateRequest, package: PreparedPackage) -> PackageResult:
    """Bring one client up to date."""
    folder, plan = request.folder, package.plan
    write_package(folder, plan)
    changes: tuple[tuple[str, str], ...] = ()
    if request.lock.models and LOCK in package.wanted:
        new = read_lock(package.wanted[LOCK])
        changes = tuple(package_changes(request.lock, new))
    return PackageResult(
        client=request.project.config.client,
        output=folder,
        written=tuple(folder / path for path in plan.write),
        removed=tuple(folder / path for path in plan.remove),
        files=package.total,
        changes=changes,
        diagnostics=package.diagnostics,
    )


@contextmanager
def _locked(folder: Path) -> Generator[None]:
    """Hold a folder that the tool may write to, for the block."""
    if holds_foreign_files(folder):
        raise FolderConflict(
            f"{folder} holds other files and no lock file; nothing was written."
            f" Choose an empty folder; if the folder was generated, {LOST_LOCK}",
            {PurePosixPath(name): "foreign" for name in list_folder(folder)},
        )
    around = enclosing_package(folder)
    if around is not None:
        raise OperationError(
            f"{folder} is inside {around}, which is a generated package;"
            " nothing was written. Choose a folder outside of it"
        )
    with lock_folder(folder):
        yield


def _check_conflicts(folder: Path, plan: WritePlan, *, force: bool) -> None:
    """Refuse to write through links, or to replace files that are not the tool's as they are."""
    refuse_links(folder, (*plan.write, *plan.remove))
    conflicts: dict[PurePosixPath, Literal["edited", "foreign"]] = {
        path: "foreign" if why is Conflict.FOREIGN else "edited"
        for path, why in plan.conflicts.items()
    }
    foreign = [path for path, why in plan.conflicts.items() if why is Conflict.FOREIGN]
    if foreign:
        raise FolderConflict(
            f"{_named(folder, foreign)} in the way and not generated by this tool; nothing"
            " was written. Move it, or choose another folder",
            conflicts,
        )
    if conflicts and not force:
        raise FolderConflict(
            f"{_named(folder, list(conflicts))} edited by hand; nothing was written."
            " `force=True` replaces edited files",
            conflicts,
            tuple(_edits(folder, plan)),
        )


def _edits(folder: Path, plan: WritePlan) -> Iterator[str]:
    """The lines of a diff of the first files that would be replaced."""
    for path in [*plan.conflicts][:_SHOWN]:
        yield from unified_diff(folder, path, plan.write.get(path, ""))


def _named(folder: Path, paths: Sequence[PurePosixPath]) -> str:
    names = ", ".join(f"{folder}/{path}" for path in paths[:_SHOWN])
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return f"{names}{more} {'is' if len(paths) == 1 else 'are'}"


# Comparing generated clients with their schemas. Nothing is written.


def check_clients(
    clients: Sequence[Project],
    options: CallOptions,
    progress: Progress = ignore_progress,
) -> CheckResult:
    """Render every client again, and compare it with its folder. Raises ``CodegenError``."""
    packages = tuple(
        _checked(request_for(client, client.config.output, options), progress)
        for client in clients
    )
    noticed = (diagnostic for package in packages for diagnostic in package.diagnostics)
    return CheckResult(packages=packages, diagnostics=tuple(dict.fromkeys(noticed)))


def _checked(request: GenerateRequest, progress: Progress) -> PackageCheck:
    folder, old = request.folder, request.lock
    package = prepare(request, progress, whole=True)
    new_text = package.wanted[LOCK]
    plan = without_equal_lock(package.plan, file_text(folder, LOCK), new_text)
    missing = frozenset(path for path in plan.write if not (folder / path).exists())
    nowhere = not os.path.lexists(folder)
    stale = tuple(
        Stale(
            file=folder / stale.path,
            model=stale.model,
            why=stale.why,
            reason=stale.reason,
            # Of a folder that is not there, a diff is the whole package.
            diff=() if nowhere else _diff_of(folder, stale.path, plan),
        )
        for stale in stale_reasons(plan, old, read_lock(new_text), missing)
    )
    other_options = old.selection != request.selection
    return PackageCheck(
        client=request.project.config.client,
        schemas=request.project.config.schemas,
        output=folder,
        stale=stale,
        edited=tuple(folder / path for path in plan.conflicts),
        removed=tuple(folder / path for path in plan.remove),
        files=package.total,
        generated_with=_as_options(old.selection) if other_options else None,
        interrupted=bool(old.generating),
        missing=nowhere,
        diagnostics=package.diagnostics,
    )


def _diff_of(folder: Path, path: PurePosixPath, plan: WritePlan) -> tuple[str, ...]:
    return tuple(unified_diff(folder, path, plan.write.get(path, "")))


def _as_options(selection: CallOptions) -> str:
    """The options of a call as they are written on the command line."""
    options = [f"--models '{glob}'" for glob in selection.models]
    options += [f"--locale {selection.locale}"] if selection.locale else []
    options += [f"--target {selection.target}"] if selection.target else []
    return " ".join(options) or "no options"
