"""The page of the examples: what each of them shows, from its own first lines."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

from .page_text import page
from .source_pages import files_below

_FOLDER = "examples"


def examples_page(root: Path) -> str:
    """The page as Markdown."""
    return page(
        "# Examples",
        "Whole programs, which the tests run. They import the generated package alone.",
        *_entries(root / _FOLDER),
    )


def _entries(folder: Path) -> Iterator[str]:
    for path in sorted(files_below(folder)):
        first = _first_line(folder / path)
        if first:
            yield f"- [{path}]({_FOLDER}/{path}): {first}"


def _first_line(file: Path) -> str:
    if file.suffix == ".py":
        module = ast.parse(file.read_text("utf-8"))
        return (ast.get_docstring(module) or "").partition("\n")[0]
    if file.suffix == ".ipynb":
        cells = json.loads(file.read_text("utf-8"))["cells"]
        return "".join(cells[0]["source"]).partition("\n")[0].lstrip("# ")
    return ""
