"""The report as workflow commands: annotations in a pull request's file view.

GitHub shows ten errors and ten warnings of a step, so the worst are told, and how many
more there are; the whole report belongs into the step summary.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import DiffFinding, DiffVerdict
from .quote import counted, witness_text
from .report import DiffReport, Locate, worst_first

SHOWN = 10
"""Annotations of one level that GitHub shows for a step."""

_LEVELS = {DiffVerdict.BREAKING: "error", DiffVerdict.RISKY: "warning"}


def commands(report: DiffReport, locate: Locate) -> Iterator[str]:
    """One workflow command a line."""
    for verdict, level in _LEVELS.items():
        told = [each for each in report.findings if each.verdict is verdict]
        for finding in worst_first(told)[:SHOWN]:
            yield _command(level, finding, locate)
        if len(told) > SHOWN:
            rest = len(told) - SHOWN
            yield f"::notice::{rest} more {verdict.value} findings in the step summary"
    for each in report.diagnostics:
        file = _property(each.file)
        yield f"::error file={file},line={each.place.line}::{_text(each.message)}"
    yield f"::notice::{counted(report.summary)}; version bump: {report.bump}"


def _command(level: str, finding: DiffFinding, locate: Locate) -> str:
    found = locate(finding)
    where = (
        ""
        if found is None
        else f"file={_property(found.file)},line={found.place.line},"
        f"col={found.place.column},"
    )
    witness = witness_text(finding)
    told = [
        f"{finding.model}: {finding.message}",
        f"witness: {witness}" if witness else "",
        f"not decided: {finding.reason}" if finding.reason else "",
        finding.hint,
    ]
    message = "\n".join(line for line in told if line)
    return f"::{level} {where}title={_property(finding.rule)}::{_text(message)}"


def _text(text: str) -> str:
    """A message as the runner reads it back."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _text(text).replace(":", "%3A").replace(",", "%2C")
