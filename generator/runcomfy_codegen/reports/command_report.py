"""What a command reports, in one form that every writer understands."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..ir.diagnostic import Diagnostic, Position, Severity

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}


class TextLine(NamedTuple):
    """A line for a terminal: ``lead``, a coloured ``word``, and the rest of the ``text``."""

    text: str
    lead: str = ""
    word: str = ""
    colour: str = ""
    on_stderr: bool = False


def diagnostic_lines(diagnostics: Iterable[Diagnostic]) -> Iterator[TextLine]:
    """A line each, where and what, and the hint below; then how many there are."""
    counts: Counter[Severity] = Counter()
    for diagnostic in diagnostics:
        counts[diagnostic.severity] += 1
        yield _line(diagnostic)
        if diagnostic.hint:
            yield TextLine(f"    hint: {diagnostic.hint}", on_stderr=True)
    if counts:
        levels = (level for level in Severity if counts[level])
        summary = ", ".join(_count(counts[level], level) for level in levels)
        yield TextLine(summary, on_stderr=True)


def _line(diagnostic: Diagnostic) -> TextLine:
    position, level = diagnostic.place, diagnostic.severity
    where = f"{diagnostic.file}:{position.line}:{position.column}: "
    pointer = f" at {diagnostic.pointer}" if diagnostic.pointer else ""
    return TextLine(
        f" {diagnostic.code}: {diagnostic.message}{pointer}",
        lead=where,
        word=level.value,
        colour=_COLOURS[level],
        on_stderr=True,
    )


def _count(number: int, level: Severity) -> str:
    noun = "note" if level is Severity.INFO else level.value
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleMetadata:
    """What a rule reports and why, an example, and what to do about a finding.

    ``before`` and ``after`` are JSON texts of schemas: for a rule of the diff the old and
    the new one, for a rule of the lint a wrong and a corrected one.
    """

    id: str
    summary: str
    why: str = ""
    before: str = ""
    after: str = ""
    advice: str = ""


class FileLocation(NamedTuple):
    """A position in a file."""

    file: str
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportEntry:
    """One finding about one place of a published schema.

    ``verdict`` is one of the words of the report's ``summary``; ``where`` is the place for
    people. ``witness`` is a value that shows the problem, as JSON. ``reason`` says why a problem is
    not certain, ``hint`` what to do. ``properties`` are further words about the finding,
    such as the lens of the diff. ``approved`` findings do not count.
    """

    rule: str
    level: Severity
    model: str
    message: str
    pointer: str = ""
    where: str = ""
    verdict: str = ""
    location: FileLocation | None = None
    witness: str = ""
    reason: str = ""
    hint: str = ""
    fingerprint: str = ""
    properties: Mapping[str, str] = field(default_factory=dict[str, str])
    approved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileNotice:
    """A message about a file as a whole, or about what could not be read in it."""

    level: Severity
    message: str
    file: str
    line: int = 1


class Remark(NamedTuple):
    """A message about the report as a whole."""

    text: str
    level: Severity = Severity.INFO


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandReport:
    """Everything that a command reports.

    - ``document`` is the JSON document of ``--format json``.
    - ``entries`` are findings, ``notices`` are about whole files.
    - ``rules`` describe the rules of the entries.
    - ``diagnostics`` are for people, on stderr; ``text`` are the command's own lines.
    - ``summary`` counts the entries by verdict, the worst first; approved ones do not count.
    - ``bump`` is the version bump that the findings ask for.
    - ``remarks`` are about the report as a whole; every format shows them.
    - ``annotated`` names the levels that GitHub annotates. Its values say what the entries
      beyond GitHub's limit are ("4 more of severity error").
    - ``complete`` says whether everything could be read, where that is known.
    """

    command: str
    document: Mapping[str, Any]
    entries: tuple[ReportEntry, ...] = ()
    notices: tuple[FileNotice, ...] = ()
    rules: tuple[RuleMetadata, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    text: tuple[TextLine, ...] = ()
    summary: Mapping[str, int] = field(default_factory=dict[str, int])
    bump: str = ""
    remarks: tuple[Remark, ...] = ()
    annotated: Mapping[Severity, str] = field(default_factory=dict[Severity, str])
    complete: bool | None = None


def entry_of(diagnostic: Diagnostic) -> ReportEntry:
    """A diagnostic as an entry."""
    identity = "\n".join((diagnostic.code, diagnostic.model, diagnostic.pointer))
    return ReportEntry(
        rule=diagnostic.code,
        level=diagnostic.severity,
        verdict=diagnostic.severity.value,
        model=diagnostic.model,
        message=diagnostic.message,
        pointer=diagnostic.pointer,
        where=diagnostic.pointer,
        location=_location_of(diagnostic),
        hint=diagnostic.hint,
        fingerprint=hashlib.sha256(
            identity.encode("utf-8", "backslashreplace")
        ).hexdigest()[:16],
    )


def _location_of(diagnostic: Diagnostic) -> FileLocation | None:
    return FileLocation(diagnostic.file, diagnostic.place) if diagnostic.file else None


def notice_of(diagnostic: Diagnostic) -> FileNotice:
    """A diagnostic as a message about its file."""
    return FileNotice(
        level=diagnostic.severity,
        message=diagnostic.message,
        file=diagnostic.file,
        line=diagnostic.place.line,
    )


def counted(summary: Mapping[str, int], approved: int = 0) -> str:
    """``2 breaking, 1 risky; 1 approved``; ``no differences`` without any finding."""
    counts = [f"{number} {verdict}" for verdict, number in summary.items() if number]
    if approved and not counts:
        return f"only {approved} approved"
    suffix = f"; {approved} approved" if approved else ""
    return (", ".join(counts) or "no differences") + suffix


def by_model(entries: Iterable[ReportEntry]) -> dict[str, list[ReportEntry]]:
    """Entries under their models."""
    groups: dict[str, list[ReportEntry]] = {}
    for entry in entries:
        groups.setdefault(entry.model, []).append(entry)
    return groups


def worst_first(
    entries: Iterable[ReportEntry], summary: Mapping[str, int]
) -> list[ReportEntry]:
    """Entries by verdict, those of one verdict in their order."""
    order = list(summary)
    return sorted(entries, key=lambda entry: order.index(entry.verdict))
