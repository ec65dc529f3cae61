"""Markdown that the made pages are written with."""

from __future__ import annotations

import re
from collections.abc import Iterable

from runcomfy_codegen.reports.published_text import in_page

_FENCES = re.compile(r"^`{3,}", re.MULTILINE)
_PARAGRAPH_END = re.compile(r"\n\s*\n")


def fence(language: str, code: str) -> str:
    """A block of code. No line of the code can end it."""
    longest = max((len(found) for found in _FENCES.findall(code)), default=2)
    ticks = "`" * (longest + 1)
    return f"{ticks}{language}\n{code.rstrip()}\n{ticks}"


def code(text: str) -> str:
    """A text as code inside a sentence."""
    return f"<code>{in_page(text)}</code>"


def paragraphs(text: str) -> str:
    """A published text as paragraphs, its line ends as line breaks."""
    parts = filter(str.strip, _PARAGRAPH_END.split(text))
    return "\n\n".join(
        "<br>\n".join(in_page(line) for line in part.splitlines() if line.strip())
        for part in parts
    )


def bullets(items: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {item}" for item in items)


def page(*parts: str) -> str:
    """A page of these parts, without the empty ones."""
    return "\n\n".join(filter(None, parts)) + "\n"
