"""Reports: one neutral form for what commands find, and one writer for every format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..ir.json_layout import exact_json_text
from .published_text import in_json

if TYPE_CHECKING:
    from .command_report import CommandReport

# The formats of reports by their names: a new format is a writer and a row here.
#
# Every command reads the names; a writer is imported when it is used.


def json_document(value: Any) -> str:
    """A JSON document without commands and control characters."""
    return in_json(exact_json_text(value, indent=2)) + "\n"


def _write_json(report: CommandReport) -> str:
    return json_document(report.document)


def _write_github(report: CommandReport) -> str:
    from .github import github_lines

    return "".join(f"{line}\n" for line in github_lines(report))


def _write_markdown(report: CommandReport) -> str:
    from .markdown import markdown_comment

    return markdown_comment(report)


def _write_sarif(report: CommandReport) -> str:
    from .sarif import sarif_log

    return json_document(sarif_log(report))


@dataclass(frozen=True, slots=True)
class ReportFormat:
    """One format: its name on the command line, its writer, and the commands that offer it."""

    name: str
    write: Callable[[CommandReport], str]
    commands: frozenset[str]


FORMATS = (
    ReportFormat("json", _write_json, frozenset({"lint", "diff", "check", "import"})),
    ReportFormat("markdown", _write_markdown, frozenset({"diff"})),
    ReportFormat("github", _write_github, frozenset({"lint", "diff", "check"})),
    ReportFormat("sarif", _write_sarif, frozenset({"lint", "diff"})),
)
"""Every format but ``text``, which is coloured and goes to two streams."""


def format_names(command: str) -> tuple[str, ...]:
    """The formats that a command offers."""
    return ("text", *(row.name for row in FORMATS if command in row.commands))


def write(report: CommandReport, name: str) -> str:
    """The report in one of the formats of ``FORMATS``."""
    return next(row for row in FORMATS if row.name == name).write(report)
