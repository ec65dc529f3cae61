"""Findings as lines that GitHub Actions shows beside the code.

The form is GitHub's "workflow commands": ``::error file=…,line=…::message``.
"""

from __future__ import annotations

import click

_ESCAPES = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTIES = {**_ESCAPES, ":": "%3A", ",": "%2C"}


def print_annotation(level: str, message: str, file: str, line: int = 1) -> None:
    """One annotation; ``level`` is ``error``, ``warning`` or ``notice``."""
    where = f"file={_escaped(file, _IN_PROPERTIES)},line={line}"
    click.echo(f"::{level} {where}::{_escaped(message, _ESCAPES)}")


def _escaped(text: str, escapes: dict[str, str]) -> str:
    return "".join(escapes.get(character, character) for character in text)
