"""How plainly the docstrings read: ``python benchmarks/prose.py``, from the checkout's root.

Counts the turns that a newcomer has to decode, per 1,000 words of docstrings, in the
generator and in the runtime, and names the files with most of them. httpx has 0.5. It is a
figure to look at, not a check: a word may be the right one where it stands.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("generator", "runtime")
MOST = 10
"""How many files are named."""
TURNS = re.compile(
    r"\b(told|tells?|telling|beside|whoever|nobody|somebody|anew|for ever|lest"
    r"|came to|comes to|what became|what becomes|came of|stands?|that is no|is none"
    r"|are none)\b",
    re.IGNORECASE,
)

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Prose:
    """The docstrings of one file."""

    path: Path
    words: int
    turns: int


def docstrings(path: Path) -> Iterator[str]:
    """The docstrings of a module, its classes and its functions."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, Documented) and (text := ast.get_docstring(node)):
            yield text


def prose_of(path: Path) -> Prose:
    """Count the words of a file's docstrings, and the turns among them."""
    texts = list(docstrings(path))
    return Prose(
        path=path.relative_to(ROOT),
        words=sum(len(text.split()) for text in texts),
        turns=sum(len(TURNS.findall(text)) for text in texts),
    )


def main() -> None:
    """Print the figure of each package and of both, and the files with most turns."""
    files = {
        package: [prose_of(path) for path in sorted((ROOT / package).rglob("*.py"))]
        for package in PACKAGES
    }
    files["together"] = [file for group in files.values() for file in group]
    for name, group in files.items():
        words = sum(file.words for file in group)
        turns = sum(file.turns for file in group)
        print(f"{name:12} {turns:5} in {words:7,} words, {1000 * turns / words:5.1f}")
    print()
    worst = sorted(files["together"], key=lambda file: -file.turns)[:MOST]
    for file in worst:
        if file.turns:
            print(f"{file.turns:4}  {file.path}")


if __name__ == "__main__":
    main()
