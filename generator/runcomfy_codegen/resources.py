"""Where the data that ships with the tool lies: in the installed package, or the checkout.

The one place that knows both. A wheel carries templates and schemas below ``_shipped``; a
checkout has them at its root; the runtime is whatever ``runcomfy_runtime`` is installed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Any

_PACKAGE = Path(str(files("runcomfy_codegen")))


def template_sources(target: str = "python") -> dict[str, str]:
    """The templates of one kind of output, by file name."""
    folder = _shipped("templates") / target
    return {
        path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.jinja"))
    }


def runtime_sources() -> dict[PurePosixPath, str]:
    """The runtime that is copied into every client, by path below its package."""
    root = Path(str(files("runcomfy_runtime")))
    return {
        PurePosixPath(path.relative_to(root)): path.read_text("utf-8")
        for path in sorted(root.rglob("*"))
        if path.suffix == ".py" or path.name == "py.typed"
    }


@cache
def dialect() -> Mapping[str, Any]:
    """The meta-schema of published documents."""
    text = (_shipped("schemas") / "dialect.schema.json").read_text("utf-8")
    schema: Mapping[str, Any] = json.loads(text)
    return schema


def schemas() -> Path:
    """The folder of published documents that ships with the tool."""
    return _shipped("schemas")


def demo_pages() -> list[Path]:
    """Published API pages, as crawled: what ``demo`` imports."""
    return sorted((_PACKAGE / "demo_pages").glob("*.txt"))


def _shipped(name: str) -> Path:
    installed = _PACKAGE / "_shipped" / name
    return installed if installed.is_dir() else _PACKAGE.parents[1] / name
