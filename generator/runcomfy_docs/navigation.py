"""The settings of the site: those of ``mkdocs.yml``, and every page in the navigation."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from runcomfy_codegen.ir.json_text import is_object

from .model_pages import LIST
from .source_pages import BrokenPage

SETTINGS = "mkdocs.yml"
"""The settings: in the checkout, and completed in the folder of the build."""


def completed_settings(root: Path, pages: Collection[PurePosixPath]) -> dict[str, Any]:
    """The settings of the checkout, with the entries of all models, for the folder of the build.

    Raises ``BrokenPage`` for a page that the navigation lacks, or an entry without a page.
    """
    try:
        settings: dict[str, Any] = yaml.safe_load((root / SETTINGS).read_text("utf-8"))
    except yaml.YAMLError as error:
        raise BrokenPage(f"{SETTINGS} is not YAML: {error}") from None
    nav = [
        {title: _models(pages) if where == str(LIST) else where}
        for entry in settings["nav"]
        for title, where in entry.items()
    ]
    _check(nav, {str(path) for path in pages if path.suffix == ".md"})
    return {**settings, "nav": nav, "docs_dir": "pages", "site_dir": "site"}


def _models(pages: Iterable[PurePosixPath]) -> list[Any]:
    """The list of the models, then the page of each by vendor."""
    of_models = (path for path in pages if path.is_relative_to(LIST.parent))
    vendors = groupby(
        sorted(path for path in of_models if path != LIST),
        key=lambda path: path.parts[1],
    )
    return [
        str(LIST),
        *({vendor: [str(path) for path in group]} for vendor, group in vendors),
    ]


def _check(nav: list[Any], pages: set[str]) -> None:
    listed = set(_listed(nav))
    for missing in sorted(listed - pages):
        raise BrokenPage(f"{SETTINGS} lists {missing}, and there is no such page")
    for left_out in sorted(pages - listed):
        raise BrokenPage(f"{left_out} is not in the navigation of {SETTINGS}")


def _listed(entries: list[Any]) -> Iterator[str]:
    for entry in entries:
        titled = entry if is_object(entry) else {"": entry}
        for where in titled.values():
            if isinstance(where, str):
                yield where
            else:
                yield from _listed(where)
