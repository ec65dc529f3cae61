"""Compares two sides of the schemas: folders or git revisions, with approved findings."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from ..diff.approvals import (
    Approval,
    ApprovalError,
    SortedFindings,
    apply_approvals,
    read_approvals,
)
from ..diff.report import DiffReport
from ..diff.rules import diff, in_order
from ..diff.rules.models import selection_findings
from ..disk.read_file import SETTINGS_CAP, read_file, read_named_file
from ..errors import UsageError
from ..ir.diagnostic import Diagnostic
from ..ir.toml_text import NotToml, parse_toml
from ..targets.target import Overrides
from .comparison import Comparison, changed_models, compare_sides
from .limits_of_sides import SideLimits, limits_changed, limits_of_side
from .loaded_side import Cache, LoadedSide, load_side
from .project import Project
from .results import DiffResult
from .revision import AbsentFolder
from .selection import DiffSelection, select_for_diff
from .sides import DiffSide, resolve_sides

APPROVALS = Path("runcomfy-approvals.toml")
"""The file of approved findings that is read if it exists."""
_SHOWN = 5


def diff_schemas(
    project: Project,
    base: str,
    head: str | None = None,
    *,
    models: Sequence[str] = (),
    all_models: bool = False,
    merge_base: bool = False,
    approvals: Path | None = None,
) -> DiffResult:
    """Read, build and compare both sides. Raises ``CodegenError``.

    Without ``head``, the new side is the work tree. ``merge_base`` compares with the last
    commit that both sides have in common. ``models`` are globs of the models to judge, and
    ``all_models`` judges all of them; by default, the configurations of both sides decide.
    """
    if models and all_models:
        raise UsageError("`models=` and `all_models=True` exclude each other")
    approved = _read_approvals(approvals)
    sides = resolve_sides(base, head, project, from_merge_base=merge_base)
    call = _loaded(sides, models, all_models=all_models)
    compared = compare_sides(
        call.judged_sides,
        call.changed & call.selection.compared,
        replace(project.build_options, whole_check=False),
        call.overrides,
        call.limits,
    )
    judged = _judged(approved, compared, call)
    return _result(base, head or "work tree", judged, compared, call)


def _result(
    base: str,
    head: str,
    judged: SortedFindings,
    compared: Comparison,
    call: _LoadedDiff,
) -> DiffResult:
    report = DiffReport(
        base=base,
        head=head,
        findings=judged.open,
        approved=judged.approved,
        stale=judged.stale,
        diagnostics=(*_empty_by_mistake(call), *compared.diagnostics),
        notices=tuple(_notices(call)),
    )
    return DiffResult(
        report=report,
        locate=compared.locate,
        diagnostics=report.diagnostics,
        unselected=call.unselected,
    )


@dataclass(frozen=True, slots=True)
class _LoadedDiff:
    """Both sides, read; the models that changed, and those that are judged."""

    sides: tuple[DiffSide, DiffSide]
    loaded: tuple[LoadedSide, LoadedSide]
    selection: DiffSelection
    changed: frozenset[str]
    limits: tuple[SideLimits, SideLimits]

    @property
    def overrides(self) -> tuple[Overrides, Overrides]:
        return self.sides[0].overrides, self.sides[1].overrides

    @property
    def judged_sides(self) -> tuple[LoadedSide, LoadedSide]:
        judged = self.selection.judged
        return self.loaded[0].only(judged), self.loaded[1].only(judged)

    @property
    def not_judged(self) -> frozenset[str]:
        old, new = self.loaded
        return (old.model_ids | new.model_ids) - self.selection.judged

    @property
    def unselected(self) -> tuple[str, ...]:
        """The models that changed and are not judged."""
        return tuple(sorted(self.changed & self.not_judged))


def _loaded(
    sides: tuple[DiffSide, DiffSide], models: Sequence[str], *, all_models: bool
) -> _LoadedDiff:
    cache: Cache = {}
    loaded = load_side(sides[0].folder, cache), load_side(sides[1].folder, cache)
    configs = sides[0].config, sides[1].config
    selection = select_for_diff(loaded, configs, models, all_models=all_models)
    changed = changed_models(*loaded, sides[0].overrides, sides[1].overrides)
    limits = limits_of_side(sides[0]), limits_of_side(sides[1])
    both = loaded[0].model_ids & loaded[1].model_ids
    changed |= limits_changed(*limits, both)
    return _LoadedDiff(sides, loaded, selection, frozenset(changed), limits)


def _judged(
    approved: Sequence[Approval], compared: Comparison, call: _LoadedDiff
) -> SortedFindings:
    """What changed in the compared models and in the selection, open or approved."""
    findings = diff(
        compared.old,
        compared.new,
        compared.outputs,
        compared.texts,
        compared.surfaces,
    )
    selection = call.selection
    selected = selection_findings(selection.dropped, selection.taken_up)
    # The last day of an approval is the same everywhere: that of UTC.
    today = datetime.now(UTC).date()
    not_compared = {*compared.failed, *call.not_judged}
    return apply_approvals(
        approved, in_order((*findings, *selected)), today, not_compared
    )


def _empty_by_mistake(call: _LoadedDiff) -> Iterator[Diagnostic]:
    """A folder given by hand that is empty is more often a wrong path than a change."""
    for index, (side, read) in enumerate(zip(call.sides, call.loaded, strict=True)):
        other = call.loaded[1 - index]
        if side.by_hand and other.documents and not read.model_ids:
            yield Diagnostic(
                code="no-documents",
                message=f"there are no documents in {read.name!r}, but {other.name!r}"
                " has some",
                file=read.name,
                hint="give the schemas folder: REF:path, or a folder on disk",
            )


def _notices(call: _LoadedDiff) -> Iterator[str]:
    """What readers of the findings must know: an empty side, and what is not judged."""
    words = ("new", "removed")
    for side, read, word in zip(call.sides, call.loaded, words, strict=True):
        if isinstance(side.folder, AbsentFolder):
            yield f"{side.folder.reason}: every model is {word}"
        elif not read.model_ids and not side.by_hand:
            yield f"there are no documents in {read.name!r}: every model is {word}"
    unselected = call.unselected
    if unselected:
        names = ", ".join(unselected[:_SHOWN])
        more = f" and {len(unselected) - _SHOWN} more" if unselected[_SHOWN:] else ""
        yield (
            f"changed, but not selected by the configuration: {names}{more};"
            " `--all` judges every model"
        )


def _read_approvals(file: Path | None) -> tuple[Approval, ...]:
    """The approvals in a file, or in the usual one if it exists. Raises ``UsageError``."""
    if file is None and not os.path.lexists(APPROVALS):
        return ()
    chosen = file or APPROVALS
    read = read_named_file if file else read_file
    try:
        return read_approvals(parse_toml(read(chosen, SETTINGS_CAP)))
    except OSError as error:
        raise UsageError(f"{chosen}: {error.strerror}") from None
    except (NotToml, ApprovalError) as error:
        raise UsageError(f"{chosen}: {error}") from None
