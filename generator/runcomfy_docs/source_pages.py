"""The pages that people write, as the site shows them: links rewritten, examples put in.

``docs/client.md`` becomes ``client.md``, ``README.md`` the front page. A link to a file that is no
page leads to a copy of it. A link to nothing is an error.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

from runcomfy_codegen.disk.walk import walk

from .page_text import fence

FRONT = PurePosixPath("README.md")
ROOT_PAGES = ("README", "ARCHITECTURE", "CHANGELOG", "CONTRIBUTING", "SECURITY")
_DOCS = PurePosixPath("docs")
_INCLUDE = re.compile(r"^<!-- include (\S+) -->$", re.MULTILINE)
_FENCED = re.compile(
    r"(^(`{3,})[^`\n]*\n.*?^\2`*[ ]*$|`[^`\n]+`)", re.DOTALL | re.MULTILINE
)
_LINK = re.compile(
    r"(\]\(|<(?:img|source|a)\b[^>]*?\b(?:src|srcset|href)=\")([^)\s\"]+)"
)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|#|/", re.IGNORECASE)


class BrokenPage(Exception):
    """A page that cannot be shown: it links or includes a file that is not there."""


@dataclass(frozen=True, slots=True)
class SourcePages:
    """Pages by their path below the site's root, and files to copy by theirs."""

    pages: dict[PurePosixPath, str]
    files: dict[PurePosixPath, Path]


def source_pages(root: Path, made: Collection[PurePosixPath]) -> SourcePages:
    """The pages of a checkout. ``made`` are the pages that it may link and does not have."""
    found = sorted(_DOCS / path for path in files_below(root / _DOCS))
    names = [PurePosixPath(f"{name}.md") for name in ROOT_PAGES]
    sources = [*names, *(path for path in found if path.suffix == ".md")]
    files = {site_path(path): root / path for path in found if path.suffix != ".md"}
    pages: dict[PurePosixPath, str] = {}
    for source in sources:
        text = (root / source).read_text("utf-8")
        reader = _PageReader(root, source, made, files)
        pages[site_path(source)] = reader.shown(text)
    return SourcePages(pages, files)


def files_below(folder: Path) -> set[PurePosixPath]:
    """The files of a folder, by their path below it; none if there is no folder."""
    if not folder.is_dir():
        return set()
    return {
        PurePosixPath(*each.below, name) for each in walk(folder) for name in each.files
    }


def site_path(source: PurePosixPath) -> PurePosixPath:
    """Where the site has a file of the checkout."""
    if source == FRONT:
        return PurePosixPath("index.md")
    return source.relative_to(_DOCS) if source.is_relative_to(_DOCS) else source


@dataclass(frozen=True, slots=True)
class _PageReader:
    """Turns the text of one page into what the site shows. Adds to ``files`` what it links."""

    root: Path
    source: PurePosixPath
    made: Collection[PurePosixPath]
    files: dict[PurePosixPath, Path]

    def shown(self, text: str) -> str:
        """The page with links of the site, and with the files that it includes."""
        parts = _FENCED.split(text)
        # Each block of code comes with a group for its fence, which is a part too.
        prose = "".join(
            _LINK.sub(self._link, part) if number % 3 == 0 else part
            for number, part in enumerate(parts)
            if number % 3 != 2
        )
        return _INCLUDE.sub(lambda found: self._included(found[1]), prose)

    def _link(self, found: re.Match[str]) -> str:
        target, _, fragment = found[2].partition("#")
        if _ELSEWHERE.match(found[2]):
            return found[0]
        there = self._place(target)
        link = os.path.relpath(self._site_target(there), site_path(self.source).parent)
        return f"{found[1]}{link}{'#' if fragment else ''}{fragment}"

    def _place(self, target: str) -> PurePosixPath:
        """The file in the checkout that a relative link names."""
        path = os.path.normpath(self.source.parent / unquote(target))
        return PurePosixPath(path)

    def _site_target(self, there: PurePosixPath) -> PurePosixPath:
        shown = site_path(there)
        if shown in self.made:
            return shown
        path = self.root / there
        about = PurePosixPath(f"{shown}.md")
        if path.is_dir() and about in self.made:
            return about
        if not path.is_file():
            raise BrokenPage(f"{self.source} links {there}, and there is no such file")
        if there.suffix != ".md":
            self.files[shown] = path
        return shown

    def _included(self, target: str) -> str:
        path = self.root / self._place(target)
        if not path.is_file():
            raise BrokenPage(
                f"{self.source} includes {target}, and there is no such file"
            )
        text = path.read_text("utf-8")
        return _READERS.get(path.suffix, _listing)(text, path.suffix)


def _listing(text: str, suffix: str) -> str:
    return fence({".py": "python"}.get(suffix, suffix.removeprefix(".")), text)


def _notebook(text: str, suffix: str) -> str:
    """The cells of a notebook one after the other: text as text, code as code."""
    cells: list[dict[str, Any]] = json.loads(text)["cells"]
    return "\n\n".join(_cells(cells))


def _cells(cells: list[dict[str, Any]]) -> Iterator[str]:
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            yield fence("python", source)
        else:
            # The headings of a notebook are sections of the page.
            yield re.sub(r"^(#+) ", r"#\1 ", source, flags=re.MULTILINE)


_READERS: dict[str, Callable[[str, str], str]] = {".ipynb": _notebook}
