"""Everything that a report tells: the findings, what became of them, what could not be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from ...ir.diagnostic import Diagnostic, Position
from ..approvals import Approval
from ..finding import DiffFinding, DiffVerdict, version_bump


@dataclass(frozen=True, slots=True)
class FileLocation:
    """A place in a file, relative to the repository."""

    file: str
    place: Position


Locate: TypeAlias = Callable[[DiffFinding], FileLocation | None]
"""Finds where a finding's pointer stands in a file; None if no file has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffReport:
    """One comparison of ``base`` and ``head``, which are named as the user named them."""

    base: str
    head: str
    findings: tuple[DiffFinding, ...]
    approved: tuple[DiffFinding, ...] = ()
    stale: tuple[Approval, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def summary(self) -> dict[str, int]:
        """How many findings of each verdict there are, approved ones left out."""
        counts = Counter(finding.verdict for finding in self.findings)
        return {verdict.value: counts[verdict] for verdict in DiffVerdict}

    @property
    def bump(self) -> str:
        """The version bump that the changes ask for, approved or not."""
        return version_bump((*self.findings, *self.approved))

    def printed(self) -> dict[str, Any]:
        """The shape of ``--format json``, as ``diff.schema.json`` describes it."""
        return {
            "base": self.base,
            "head": self.head,
            "findings": [finding.printed() for finding in self.findings],
            "approved": [finding.printed() for finding in self.approved],
            "stale_approvals": [each.fingerprint for each in self.stale],
            "diagnostics": [each.printed() for each in self.diagnostics],
            "summary": self.summary,
            "bump": self.bump,
        }


def worst_first(findings: Iterable[DiffFinding]) -> list[DiffFinding]:
    """Findings by verdict, those of one verdict in their order."""
    order = list(DiffVerdict)
    return sorted(findings, key=lambda finding: order.index(finding.verdict))


def by_model(findings: Iterable[DiffFinding]) -> dict[str, list[DiffFinding]]:
    """Findings under their models."""
    found: dict[str, list[DiffFinding]] = {}
    for finding in findings:
        found.setdefault(finding.model, []).append(finding)
    return found
