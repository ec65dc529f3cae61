"""The pages of the documentation, and the blocks of code in them."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"^( *)(`{3,})(\w*)\n(.*?)^\1\2$", re.DOTALL | re.MULTILINE)
_COMMAND = "runcomfy-codegen"
_BEFORE = re.compile(r"^(?:\$ |(?:- )?(?:run|entry): )")
"""A prompt, or a key of YAML."""
_INSIDE = re.compile(r"\$\(([^()]*)\)")
"""A command whose output a line takes."""
_ENDS = ("|", ">", "&", "&&", ";")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code; ``number`` counts those of the page."""

    page: str
    number: int
    language: str
    code: str

    def __str__(self) -> str:
        return f"{self.page}-{self.number}-{self.language or 'plain'}"


@cache
def pages() -> dict[str, str]:
    """The text of each page by its name: the README, and everything in ``docs/``."""
    files = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return {
        path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in files
    }


def blocks_in(text: str, page: str = "") -> list[Block]:
    """The blocks of a text, without the indentation of a list."""
    return [
        Block(page, number, found[3], re.sub(f"^{found[1]}", "", found[4], flags=re.M))
        for number, found in enumerate(_BLOCK.finditer(text))
    ]


@cache
def all_blocks() -> tuple[Block, ...]:
    """Every block of every page."""
    return tuple(
        block for name, text in pages().items() for block in blocks_in(text, name)
    )


def blocks(*languages: str, page: str = "") -> list[Block]:
    """The blocks in these languages, of one page or of all."""
    return [
        block
        for block in all_blocks()
        if page in ("", block.page) and block.language in languages
    ]


def commands(block: Block) -> list[list[str]]:
    """The arguments of each call of ``runcomfy-codegen`` in a block of shell."""
    if block.language not in ("sh", "console", "yaml", "text", ""):
        return []
    lines = re.sub(r"\\\n", " ", block.code).splitlines()
    return list(filter(None, map(_arguments, lines)))


def _arguments(line: str) -> list[str]:
    """The arguments of the call in a line; empty if there is no call."""
    inside = _INSIDE.search(line)
    line = inside[1] if inside else _BEFORE.sub("", line.strip())
    try:
        words = shlex.split(line, comments=True)
    except ValueError:  # A text of several lines, or a line of output.
        return []
    if not words or Path(words[0]).name != _COMMAND:
        return []
    ends = (n for n, word in enumerate(words) if word in _ENDS)
    return words[1 : next(ends, len(words))]
