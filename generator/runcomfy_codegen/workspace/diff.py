"""Comparing two sides of the schemas: folders or git revisions, with approved findings."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path

from ..diff.approvals import Approval, ApprovalError, apply_approvals, read_approvals
from ..diff.report import DiffReport
from ..diff.run import diff
from ..errors import UsageError
from .comparison import compare_sides
from .project import Project
from .results import DiffResult
from .revision import default_head, overrides_of, resolve_base, resolve_side

APPROVALS = Path("runcomfy-approvals.toml")
"""The file of approved findings that is read if it exists."""


def diff_schemas(
    project: Project,
    base: str,
    head: str | None = None,
    *,
    merge_base: bool = False,
    approvals: Path | None = None,
) -> DiffResult:
    """Read, build and compare both sides. Raises ``CodegenError``.

    Without ``head``, the new side is the work tree. ``merge_base`` compares with the last
    commit that both sides have in common.
    """
    approved = _read_approvals(approvals)
    old = resolve_base(base, project, _revision(base, head) if merge_base else None)
    new = resolve_side(head, project) if head else default_head(old, project)
    overrides = (overrides_of(old, project), overrides_of(new, project))
    sides = compare_sides(old, new, project.build_options, overrides)
    # The last day of an approval is the same everywhere: that of UTC.
    today = datetime.now(UTC).date()
    findings = diff(sides.old, sides.new, sides.outputs, sides.texts, sides.surfaces)
    judged = apply_approvals(approved, findings, today, sides.failed)
    report = DiffReport(
        base=base,
        head=head or "work tree",
        findings=judged.open,
        approved=judged.approved,
        stale=judged.stale,
        diagnostics=sides.diagnostics,
    )
    return DiffResult(report=report, locate=sides.locate, diagnostics=sides.diagnostics)


def _revision(base: str, head: str | None) -> str:
    """The git revision of the new side."""
    if Path(base).is_dir() or (head and Path(head).is_dir()):
        raise UsageError("--merge-base needs git revisions, not folders")
    return head.partition(":")[0] if head else "HEAD"


def _read_approvals(file: Path | None) -> tuple[Approval, ...]:
    """The approvals in a file, or in the usual one if it exists. Raises ``UsageError``."""
    if file is None and not APPROVALS.is_file():
        return ()
    chosen = file or APPROVALS
    try:
        return read_approvals(tomllib.loads(chosen.read_text("utf-8")))
    except OSError as error:
        raise UsageError(f"{chosen}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{chosen}: not TOML: {error}") from None
    except ApprovalError as error:
        raise UsageError(f"{chosen}: {error}") from None
