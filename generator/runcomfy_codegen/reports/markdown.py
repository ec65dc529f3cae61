"""Markdown: the comment on a pull request (GitHub Flavored), and the documentation of rules."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from ..ir.diagnostic import Severity
from .command_report import (
    CommandReport,
    ReportEntry,
    RuleMetadata,
    by_model,
    counted,
    worst_first,
)
from .published_text import in_markdown, in_table_cell

MAX_COMMENT = 60_000
"""Characters that surely fit into a comment on GitHub, which takes 65,536."""
MAX_STEP_SUMMARY = 900_000
"""Characters that surely fit into a step summary, which takes a mebibyte."""

_SIGNS = {Severity.ERROR: "🔴", Severity.WARNING: "🟠", Severity.INFO: "🟢"}
_SIGN_OF_DOCS = "⚪"


def comment_marker(command: str) -> str:
    """The first line of a comment, by which a workflow finds and replaces its own."""
    return f"<!-- runcomfy-codegen {command} -->"


def markdown_comment(report: CommandReport, max_length: int = MAX_COMMENT) -> str:
    """What needs attention in tables, and the rest folded below; cut to ``max_length``."""
    approved = [entry for entry in report.entries if entry.approved]
    open_entries = [entry for entry in report.entries if not entry.approved]
    urgent = [entry for entry in open_entries if entry.level is not Severity.INFO]
    harmless = [entry for entry in open_entries if entry.level is Severity.INFO]
    bump = f" Version bump: **{report.bump}**." if report.bump else ""
    parts = [
        comment_marker(report.command),
        "### RunComfy schemas",
        f"{counted(report.summary, len(approved))}.{bump}",
        *_tables(urgent, report.summary),
        *_folded(f"{len(harmless)} harmless changes", harmless, report.summary),
        *_folded(f"{len(approved)} approved", approved, report.summary),
        *(in_markdown(remark.text) for remark in report.remarks),
        *(
            f"Not compared: {in_markdown(f'{notice.file}: {notice.message}')}"
            for notice in report.notices
        ),
    ]
    return "\n\n".join(_fitting(parts, max_length)) + "\n"


def _fitting(parts: Iterable[str], max_length: int) -> Iterator[str]:
    """The parts that fit, and a word about those that do not."""
    left, dropped = max_length, 0
    for part in parts:
        if len(part) + 2 <= left:
            left -= len(part) + 2
            yield part
        else:
            dropped += 1
    if dropped:
        yield f"{dropped} more tables are too long to show here."


def _tables(
    entries: Iterable[ReportEntry], summary: Mapping[str, int]
) -> Iterator[str]:
    for model, own in by_model(entries).items():
        rows = [f"| {_row(entry)} |" for entry in worst_first(own, summary)]
        head = ["| | rule | where | what | witness |", "|---|---|---|---|---|"]
        yield "\n".join([f"**{in_markdown(model)}**", "", *head, *rows])


def _row(entry: ReportEntry) -> str:
    why = f" ({entry.reason})" if entry.reason else ""
    docs_only = entry.verdict == "docs-only"
    sign = _SIGN_OF_DOCS if docs_only else _SIGNS[entry.level]
    lens = f", {entry.properties['lens']}" if "lens" in entry.properties else ""
    cells = (
        f"{sign} {entry.verdict}{lens}",
        in_table_cell(entry.rule),
        in_table_cell(entry.where),
        in_table_cell(entry.message + why),
        in_table_cell(entry.witness),
    )
    return " | ".join(cells)


def _folded(
    title: str, entries: Iterable[ReportEntry], summary: Mapping[str, int]
) -> Iterator[str]:
    tables = list(_tables(entries, summary))
    if tables:
        inner = "\n\n".join(tables)
        yield f"<details><summary>{title}</summary>\n\n{inner}\n\n</details>"


# The documentation of rules, written from the rules themselves (Markdown).


def rule_section(
    rule: RuleMetadata, lead: str, before_label: str, after_label: str
) -> str:
    """The section of one rule; ``lead`` is its first paragraph."""
    paragraphs = (
        f"## {rule.id}",
        lead,
        rule.why,
        f"{before_label}:",
        _schema(rule.before),
        f"{after_label}:",
        _schema(rule.after),
        f"What to do: {rule.advice}\n",
    )
    return "\n\n".join(paragraphs)


def _schema(text: str) -> str:
    if not text:
        return "no such model"
    pretty = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return f"```json\n{pretty}\n```"
