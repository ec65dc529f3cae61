"""Comparing generated clients with their schemas. Nothing is written."""

from __future__ import annotations

from collections.abc import Sequence

from ..package.changelog import staleness, without_equal_lock
from ..package.folder import file_text, unified_diff
from ..package.lock import LOCK, CallOptions, read_lock
from .generate import GenerateRequest, prepare, request_for
from .project import Project
from .results import CheckResult, PackageCheck, Progress, Stale, ignore_progress


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
    noticed = (found for each in packages for found in each.diagnostics)
    return CheckResult(packages=packages, diagnostics=tuple(dict.fromkeys(noticed)))


def _checked(request: GenerateRequest, progress: Progress) -> PackageCheck:
    folder, old = request.folder, request.lock
    package = prepare(request, progress, whole=True)
    new_text = package.wanted[LOCK]
    plan = without_equal_lock(package.plan, file_text(folder, LOCK), new_text)
    missing = frozenset(path for path in plan.write if not (folder / path).exists())
    stale = tuple(
        Stale(
            file=folder / each.path,
            model=each.model,
            why=each.why,
            reason=each.reason,
            diff=tuple(unified_diff(folder, each.path, plan.write.get(each.path, ""))),
        )
        for each in staleness(plan, old, read_lock(new_text), missing)
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
        diagnostics=package.diagnostics,
    )


def _as_options(selection: CallOptions) -> str:
    """The options of a call as they are written on the command line."""
    options = [f"--models '{glob}'" for glob in selection.models]
    options += [f"--locale {selection.locale}"] if selection.locale else []
    options += [f"--target {selection.target}"] if selection.target else []
    return " ".join(options) or "no options"
