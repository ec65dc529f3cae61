"""How a file of a generated package differs from what it should be, line by line."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from ..store.tree import read_bytes


def difference(folder: Path, path: PurePosixPath, wanted: str) -> Iterator[str]:
    """The lines of a unified diff. Line ends do not count."""
    old = _lines(on_disk(folder, path))
    for line in difflib.unified_diff(
        old, _lines(wanted), f"on disk/{path}", f"generated/{path}"
    ):
        yield line.rstrip("\n")


def on_disk(folder: Path, path: PurePosixPath) -> str:
    """The text of a file; empty if there is none."""
    return (read_bytes(folder / path) or b"").decode("utf-8", "replace")


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").splitlines(keepends=True)
