"""How diagnostics reach a reader: lines for people on stderr, one JSON document on stdout."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import click

from ..ir.diagnostic import Diagnostic, Severity
from .text import shown

format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people, or one JSON document on stdout.",
)

_HALVES = re.compile("[\ud800-\udfff]")
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}


def has_error(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether one of them is an error."""
    return any(each.severity is Severity.ERROR for each in diagnostics)


def print_diagnostics(diagnostics: Iterable[Diagnostic]) -> None:
    """A line each, where and what, and the hint below; then how many there are."""
    told = list(diagnostics)
    for each in told:
        click.echo(_line(each), err=True)
        if each.hint:
            click.echo(f"    hint: {shown(each.hint)}", err=True)
    if told:
        counts = Counter(each.severity for each in told)
        summary = ", ".join(
            _counted(counts[level], level) for level in Severity if counts[level]
        )
        click.echo(summary, err=True)


def print_json(value: Any) -> None:
    """One JSON document on stdout, and nothing else there."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    # Half of a surrogate pair can only be told as an escape: it has no UTF-8.
    click.echo(_HALVES.sub(lambda half: f"\\u{ord(half[0]):04x}", text))


def _line(diagnostic: Diagnostic) -> str:
    where = f"{diagnostic.file}:{diagnostic.place.line}:{diagnostic.place.column}"
    level = click.style(diagnostic.severity.value, fg=_COLOURS[diagnostic.severity])
    pointer = f" at {diagnostic.pointer}" if diagnostic.pointer else ""
    return f"{shown(where)}: {level} {diagnostic.code}: {shown(diagnostic.message)}{shown(pointer)}"


def _counted(number: int, level: Severity) -> str:
    noun = "note" if level is Severity.INFO else level.value
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
