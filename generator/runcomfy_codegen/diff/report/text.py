"""The report for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from ..approvals import approval_entry
from ..finding import DiffFinding, DiffVerdict
from .quote import counted, witness_text
from .report import DiffReport, by_model, worst_first


def lines(report: DiffReport) -> Iterator[str]:
    """Model by model, the worst first, each with the entry that would approve it.

    The line of a finding begins with two spaces and its verdict.
    """
    for model, findings in by_model(report.findings).items():
        yield model
        for finding in worst_first(findings):
            yield from _finding(finding)
            if finding.verdict.reaches(DiffVerdict.RISKY):
                yield "      to approve it:"
                yield from (
                    f"        {line}" for line in approval_entry(finding).splitlines()
                )
        yield ""
    for approval in report.stale:
        yield f"stale approval {approval.fingerprint} ({approval.reason}): take it out"
    told = counted(report.summary, len(report.approved))
    yield f"{told}; version bump: {report.bump}"


def _finding(finding: DiffFinding) -> Iterator[str]:
    where = f"{finding.side.value} {finding.pointer}".strip()
    yield f"  {finding.verdict} {finding.rule} [{finding.lens.value}] {where}"
    yield f"      {finding.message}"
    told = {
        "witness": witness_text(finding),
        "not decided": finding.reason,
        "hint": finding.hint,
    }
    yield from (f"      {name}: {text}" for name, text in told.items() if text)
