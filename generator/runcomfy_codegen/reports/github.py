"""Workflow commands: GitHub Actions shows them as annotations next to the code.

GitHub shows ten annotations of each level for a step. The worst come first, and a notice
says how many more there are; the whole report belongs in the step summary.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..ir.diagnostic import Severity
from .command_report import (
    CommandReport,
    FileNotice,
    ReportEntry,
    counted,
)
from .published_text import in_workflow_command

MAX_ANNOTATIONS = 10
"""Annotations of one level that GitHub shows for a step."""

_COMMANDS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "notice",
}


def github_lines(report: CommandReport) -> Iterator[str]:
    """One workflow command a line."""
    for level, what in report.annotated.items():
        entries = [e for e in report.entries if e.level is level and not e.approved]
        yield from map(_annotation, entries[:MAX_ANNOTATIONS])
        if len(entries) > MAX_ANNOTATIONS:
            yield f"::notice::{len(entries) - MAX_ANNOTATIONS} more {what}"
    yield from map(_file_annotation, report.notices)
    for remark in report.remarks:
        yield f"::{_COMMANDS[remark.level]}::{in_workflow_command(remark.text)}"
    if report.bump:
        yield f"::notice::{counted(report.summary)}; version bump: {report.bump}"


def _annotation(entry: ReportEntry) -> str:
    lines = (
        f"{entry.model}: {entry.message}",
        f"witness: {entry.witness}" if entry.witness else "",
        f"reason: {entry.reason}" if entry.reason else "",
        entry.hint,
    )
    message = "%0A".join(in_workflow_command(line) for line in lines if line)
    title = f"title={_escape_property(entry.rule)}"
    return f"::{_COMMANDS[entry.level]} {_location(entry)}{title}::{message}"


def _location(entry: ReportEntry) -> str:
    if entry.location is None:
        return ""
    file, position = entry.location.file, entry.location.position
    return f"file={_escape_property(file)},line={position.line},col={position.column},"


def _file_annotation(notice: FileNotice) -> str:
    where = f" file={_escape_property(notice.file)},line={notice.line}"
    command = _COMMANDS[notice.level] + (where if notice.file else "")
    return f"::{command}::{in_workflow_command(notice.message)}"


def _escape_property(text: str) -> str:
    return in_workflow_command(text).replace(":", "%3A").replace(",", "%2C")
