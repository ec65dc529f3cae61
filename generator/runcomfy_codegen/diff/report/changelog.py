"""The changes as a section of a changelog (keepachangelog.com)."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import DiffFinding, DiffVerdict
from .quote import writable
from .report import DiffReport, by_model

_ADDED = {"model-added", "field-added", "required-field-added"}
_REMOVED = {"model-removed", "field-removed"}


def changelog(report: DiffReport) -> str:
    """Added, Changed and Removed, breaking changes marked; texts and samples left out."""
    told = [
        each
        for each in (*report.findings, *report.approved)
        if each.verdict is not DiffVerdict.DOCS_ONLY
    ]
    sections = (
        ("Added", [each for each in told if each.rule in _ADDED]),
        ("Changed", [each for each in told if each.rule not in _ADDED | _REMOVED]),
        ("Removed", [each for each in told if each.rule in _REMOVED]),
    )
    blocks = [
        "\n".join((f"### {title}", "", *_lines(found)))
        for title, found in sections
        if found
    ]
    return "\n\n".join(("## Unreleased", *blocks)) + "\n"


def _lines(findings: list[DiffFinding]) -> Iterator[str]:
    for model, told in by_model(findings).items():
        said: dict[str, bool] = {}
        for each in told:
            name = each.pointer.rpartition("/properties/")[2] if each.pointer else ""
            text = f"{name}: {each.message}" if name else each.message
            breaking = each.verdict is DiffVerdict.BREAKING
            said[text] = said.get(text, False) or breaking
        for text, breaking in said.items():
            mark = "**Breaking.** " if breaking else ""
            yield f"- {mark}`{model}`: {' '.join(writable(text).split())}"
