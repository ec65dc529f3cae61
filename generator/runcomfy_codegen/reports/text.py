"""Text for people: published text is shown, and never controls the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..ir.diagnostic import Diagnostic, Severity

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}


class TextLine(NamedTuple):
    """A line for a terminal: ``lead``, a coloured ``word``, and the rest of the ``text``."""

    text: str
    lead: str = ""
    word: str = ""
    colour: str = ""
    on_stderr: bool = False


def printable(text: str) -> str:
    """The text with control characters and direction marks as escapes.

    A schema could otherwise move the cursor, colour the screen, or hide a line.
    """
    return "".join(
        (
            character
            if character.isprintable() or character == "\n"
            else repr(character)[1:-1]
        )
        for character in text
    )


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
