"""The report as a comment on a pull request (GitHub Flavored Markdown)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..finding import DiffFinding, DiffVerdict
from .quote import counted, witness_text, writable
from .report import DiffReport, by_model, worst_first

MARKER = "<!-- runcomfy-codegen diff -->"
"""The first line: a workflow finds its own comment by it, and replaces it."""

COMMENT = 60_000
"""Characters that surely fit into a comment on GitHub, which takes 65,536."""
SUMMARY = 900_000
"""Characters that surely fit into a step summary, which takes a mebibyte."""

_SIGNS = {
    DiffVerdict.BREAKING: "🔴",
    DiffVerdict.RISKY: "🟠",
    DiffVerdict.COMPATIBLE: "🟢",
    DiffVerdict.DOCS_ONLY: "⚪",
}
_SPECIAL = re.compile(r"([\\`*_\[\]|#~@])")


def markdown(report: DiffReport, longest: int = COMMENT) -> str:
    """What hurts in a table, and the rest folded away below; no longer than ``longest``."""
    hurting = [
        each for each in report.findings if each.verdict.reaches(DiffVerdict.RISKY)
    ]
    harmless = [each for each in report.findings if each not in hurting]
    parts = [
        MARKER,
        "### RunComfy schemas",
        f"{counted(report.summary, len(report.approved))}. Version bump: **{report.bump}**.",
        *_table(hurting),
        *_folded(f"{len(harmless)} harmless changes", harmless),
        *_folded(f"{len(report.approved)} approved", report.approved),
        *_notes(report),
    ]
    return "\n\n".join(_fitting(parts, longest)) + "\n"


def _fitting(parts: Iterable[str], longest: int) -> Iterator[str]:
    """The parts that fit, and a word about those that do not."""
    left, dropped = longest, 0
    for part in parts:
        if len(part) + 2 <= left:
            left -= len(part) + 2
            yield part
        else:
            dropped += 1
    if dropped:
        yield f"{dropped} more tables are too long to be shown here."


def _table(findings: Iterable[DiffFinding]) -> Iterator[str]:
    for model, told in by_model(findings).items():
        rows = [f"| {_row(finding)} |" for finding in worst_first(told)]
        head = ["| | rule | where | what | witness |", "|---|---|---|---|---|"]
        yield "\n".join([f"**{_plain(model)}**", "", *head, *rows])


def _row(finding: DiffFinding) -> str:
    where = f"{finding.side.value} {finding.pointer}"
    why = f" ({finding.reason})" if finding.reason else ""
    cells = (
        f"{_SIGNS[finding.verdict]} {finding.verdict.value}, {finding.lens.value}",
        _plain(finding.rule),
        _plain(where),
        _plain(finding.message + why),
        _plain(witness_text(finding)),
    )
    return " | ".join(cells)


def _folded(title: str, findings: Iterable[DiffFinding]) -> Iterator[str]:
    tables = list(_table(findings))
    if tables:
        inner = "\n\n".join(tables)
        yield f"<details><summary>{title}</summary>\n\n{inner}\n\n</details>"


def _notes(report: DiffReport) -> Iterator[str]:
    for approval in report.stale:
        told = _plain(f"{approval.fingerprint} ({approval.reason})")
        yield f"Stale approval: {told}"
    for each in report.diagnostics:
        yield f"Not compared: {_plain(f'{each.file}: {each.message}')}"


def _plain(text: str) -> str:
    """A text that Markdown shows as it is: on one line, with nothing to interpret."""
    one_line = " ".join(writable(text).split())
    escaped = one_line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", escaped)
