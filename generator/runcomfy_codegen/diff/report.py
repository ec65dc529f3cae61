"""What one run of the diff reports: findings, approvals, and what could not be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from ..ir.diagnostic import Diagnostic, Severity
from ..ir.exact import json_value
from ..ir.json_layout import exact_json_text
from ..reports.command_report import (
    CommandReport,
    FileLocation,
    Remark,
    ReportEntry,
    TextLine,
    by_model,
    counted,
    notice_of,
    worst_first,
)
from ..reports.published_text import in_markdown
from .approvals import Approval, approval_entry
from .finding import DiffFinding, DiffVerdict, version_bump
from .rules import RULES
from .same_change import Change, changes

Locate: TypeAlias = Callable[[DiffFinding], FileLocation | None]
"""Finds the position of a finding's pointer in a file; None if no file has it."""

_LEVELS = {
    DiffVerdict.BREAKING: Severity.ERROR,
    DiffVerdict.RISKY: Severity.WARNING,
    DiffVerdict.COMPATIBLE: Severity.INFO,
    DiffVerdict.DOCS_ONLY: Severity.INFO,
}
_COLOURS: Mapping[str, str] = {
    DiffVerdict.BREAKING: "red",
    DiffVerdict.RISKY: "yellow",
    DiffVerdict.COMPATIBLE: "green",
    DiffVerdict.DOCS_ONLY: "blue",
}
_MAX_WITNESS = 160
_ADDED = {"model-added", "field-added", "required-field-added"}
_REMOVED = {"model-removed", "field-removed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffReport:
    """One comparison of ``base`` and ``head``, which are named as the user named them."""

    base: str
    head: str
    findings: tuple[DiffFinding, ...]
    approved: tuple[DiffFinding, ...] = ()
    stale: tuple[Approval, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def summary(self) -> dict[str, int]:
        """How many findings of each verdict there are, approved ones left out."""
        counts = Counter(finding.verdict for finding in self.findings)
        return {verdict.value: counts[verdict] for verdict in DiffVerdict}

    @property
    def bump(self) -> str:
        """The version bump that the changes ask for, approved or not."""
        return version_bump((*self.findings, *self.approved))

    def as_json(self) -> dict[str, Any]:
        """The shape of ``--format json``, as ``diff.schema.json`` describes it."""
        return {
            "base": self.base,
            "head": self.head,
            "findings": [finding.as_json() for finding in self.findings],
            "approved": [finding.as_json() for finding in self.approved],
            "stale_approvals": [approval.fingerprint for approval in self.stale],
            "notices": [*self.notices],
            "diagnostics": [diagnostic.printed() for diagnostic in self.diagnostics],
            "summary": self.summary,
            "bump": self.bump,
        }

    def for_writers(self, locate: Locate) -> CommandReport:
        """The report in the form that every writer understands."""
        entries = tuple(_entry(change, locate) for change in changes(self.findings))
        approved = [
            replace(_entry(change, locate), approved=True)
            for change in changes(self.approved)
        ]
        counts = Counter(entry.verdict for entry in entries)
        summary = {verdict.value: counts[verdict] for verdict in DiffVerdict}
        return CommandReport(
            command="diff",
            document=self.as_json(),
            entries=(*entries, *approved),
            notices=tuple(map(notice_of, self.diagnostics)),
            rules=tuple(rule.metadata for rule in RULES),
            diagnostics=self.diagnostics,
            text=tuple(_lines(self, entries, summary, len(approved))),
            summary=summary,
            bump=self.bump,
            remarks=tuple(_remarks(self)),
            annotated={
                Severity.ERROR: "breaking findings in the step summary",
                Severity.WARNING: "risky findings in the step summary",
            },
            complete=not self.diagnostics,
        )


def _remarks(report: DiffReport) -> Iterator[Remark]:
    """What is about no single finding, in every format."""
    for notice in report.notices:
        yield Remark(notice)
    for approval in report.stale:
        yield Remark(
            f"stale approval {approval.fingerprint} ({approval.reason}): remove it",
            Severity.WARNING,
        )


def _entry(change: Change, locate: Locate) -> ReportEntry:
    finding, worst = change.main, change.worst
    return ReportEntry(
        rule=finding.rule,
        level=_LEVELS[worst.verdict],
        verdict=worst.verdict.value,
        model=finding.model,
        message=change.message,
        pointer=finding.pointer,
        where=f"{finding.side.value} {finding.pointer}".strip(),
        location=locate(finding),
        witness=_witness_text(change),
        reason=worst.reason,
        hint=finding.hint or worst.hint,
        fingerprint=finding.fingerprint,
        properties={
            "verdict": worst.verdict.value,
            "lens": change.lens,
            "side": finding.side.value,
        },
    )


def _lines(
    report: DiffReport,
    entries: Iterable[ReportEntry],
    summary: Mapping[str, int],
    approved: int,
) -> Iterator[TextLine]:
    """Model by model, the worst first, each with the entry that would approve it."""
    for model, own in by_model(entries).items():
        yield TextLine(model)
        for entry in worst_first(own, summary):
            yield from _entry_lines(entry)
        yield TextLine("")
    for remark in _remarks(report):
        yield TextLine(remark.text)
    counts = counted(summary, approved)
    yield TextLine(f"{counts}; version bump: {report.bump}")


def _entry_lines(entry: ReportEntry) -> Iterator[TextLine]:
    yield TextLine(
        f" {entry.rule} [{entry.properties['lens']}] {entry.where}",
        lead="  ",
        word=entry.verdict,
        colour=_COLOURS[entry.verdict],
    )
    yield TextLine(f"      {entry.message}")
    details = {
        "witness": entry.witness,
        "reason": entry.reason,
        "hint": entry.hint,
    }
    for name, text in details.items():
        if text:
            yield TextLine(f"      {name}: {text}")
    if entry.level is not Severity.INFO:
        yield TextLine("      to approve it:")
        for line in approval_entry(entry).split("\n"):
            yield TextLine(f"        {line}")


def changelog(report: CommandReport) -> str:
    """The changes as a section of a changelog (keepachangelog.com).

    Added, Changed and Removed, breaking changes marked; texts and samples are left out.
    """
    changes = [
        entry for entry in report.entries if entry.verdict != DiffVerdict.DOCS_ONLY
    ]
    sections = (
        ("Added", [entry for entry in changes if entry.rule in _ADDED]),
        (
            "Changed",
            [entry for entry in changes if entry.rule not in _ADDED | _REMOVED],
        ),
        ("Removed", [entry for entry in changes if entry.rule in _REMOVED]),
    )
    blocks = [
        "\n".join((f"### {title}", "", *_changelog_lines(entries)))
        for title, entries in sections
        if entries
    ]
    return "\n\n".join(("## Unreleased", *blocks)) + "\n"


def _changelog_lines(entries: Iterable[ReportEntry]) -> Iterator[str]:
    for model, own in by_model(entries).items():
        breaking: dict[str, bool] = {}
        for entry in own:
            name = entry.pointer.rpartition("/properties/")[2] if entry.pointer else ""
            text = f"{name}: {entry.message}" if name else entry.message
            breaks = entry.level is Severity.ERROR
            breaking[text] = breaking.get(text, False) or breaks
        for text, breaks in breaking.items():
            mark = "**Breaking.** " if breaks else ""
            yield f"- {mark}{in_markdown(model)}: {in_markdown(text)}"


def _witness_text(change: Change) -> str:
    """A witness as JSON, its middle left out if it is long; empty if there is none."""
    found = (change.worst, *change.findings)
    wanted = (each for each in found if each.verdict is change.worst.verdict)
    witness = next((each.witness for each in wanted if each.witness is not None), None)
    if witness is None:
        return ""
    text = exact_json_text(json_value(witness.value))
    if len(text) <= _MAX_WITNESS:
        return text
    half = _MAX_WITNESS // 2
    return f"{text[:half]}… ({len(text)} characters) …{text[-half:]}"
