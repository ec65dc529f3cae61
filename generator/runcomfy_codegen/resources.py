"""Finds the data that ships with the tool, in the installed package or in the checkout.

A wheel has templates and schemas below ``_shipped``, a checkout has them at its root. The
runtime is the installed ``runcomfy_runtime``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import runcomfy_runtime

from . import __version__
from .disk.read_file import SETTINGS_CAP, NotReadable, read_file
from .disk.walk import ListedFolder, walk

_PACKAGE = Path(__file__).parent
_RUNTIME = Path(runcomfy_runtime.__file__).parent
# The packages that generated code depends on: a change in one may change every file.
PACKAGES = (
    *("build", "dialect", "ir", "limits", "package", "pattern", "subtype"),
    "targets",
)
_DIALECT = "dialect.schema.json"
_TEMPLATE = ".jinja"
_LIBRARIES = ("black", "datamodel-code-generator", "jinja2", "jsonschema")


def template_sources(target: str) -> dict[str, str]:
    """The templates of one target, by file name."""
    [folder] = walk(_shipped("templates") / target)
    return {
        name: Path(folder.path, name).read_text("utf-8")
        for name in folder.files
        if name.endswith(_TEMPLATE)
    }


def own_template_sources(folder: Path) -> dict[str, bytes]:
    """All files of the user's template folder, by their path below it. Raises ``OSError``."""
    return {
        "/".join((*level.below, name)): read_file(Path(level.path, name), SETTINGS_CAP)
        for level in _walk_own(folder)
        for name in level.files
    }


def _walk_own(folder: Path) -> list[ListedFolder]:
    if not folder.is_dir():
        raise FileNotFoundError(f"no folder of templates at {folder}")
    folders = walk(folder)
    for level in folders:
        if level.below and level.below[-1].endswith(_TEMPLATE):
            raise NotReadable(level.path, "is a folder, not a template")
    return folders


def runtime_sources() -> dict[PurePosixPath, str]:
    """The files of the runtime, which every client gets a copy of, by path below its package."""
    return {
        PurePosixPath(*level.below, name): Path(level.path, name).read_text("utf-8")
        for level in walk(_RUNTIME)
        for name in level.files
        if name.endswith(".py") or name == "py.typed"
    }


def tool_fingerprints(own_templates: Path | None = None) -> dict[str, str]:
    """The hashes of the parts of this installation that generated code depends on.

    They are the generator with the releases of the libraries it renders with, the templates
    including the user's own, and the runtime.
    """
    templates = _contents(walk(_shipped("templates")), _TEMPLATE)
    if own_templates is not None:
        # All files: a misspelt name must not go unnoticed.
        templates += [b"own", *_contents(_walk_own(own_templates), "")]
    return {
        "generator": _hash(_generator_parts()),
        "templates": _hash(templates),
        "runtime": _hash(_contents(walk(_RUNTIME), ".py")),
    }


def _generator_parts() -> list[bytes]:
    # Imported here because only ``generate`` needs it.
    from importlib.metadata import version

    libraries = [f"{library} {version(library)}".encode() for library in _LIBRARIES]
    # The lock file names the release, so another release makes another package.
    libraries.append(__version__.encode())
    dialect_file = (_shipped("schemas") / _DIALECT).read_bytes()
    packages = [_contents(walk(_PACKAGE / package), ".py") for package in PACKAGES]
    return [*libraries, dialect_file, *(part for parts in packages for part in parts)]


def _contents(folders: list[ListedFolder], ending: str) -> list[bytes]:
    """Names and contents of the files whose name has this ending."""
    return [
        part
        for level in folders
        for name in level.files
        if name.endswith(ending)
        for part in (
            "/".join((*level.below, name)).encode("utf-8", "surrogateescape"),
            read_file(Path(level.path, name), SETTINGS_CAP),
        )
    ]


def _hash(parts: list[bytes]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        content = part.replace(b"\r\n", b"\n")
        whole.update(f"{len(content)}\0".encode() + content)
    return whole.hexdigest()


@cache
def dialect() -> Mapping[str, Any]:
    """The meta-schema of published documents."""
    text = (_shipped("schemas") / _DIALECT).read_text("utf-8")
    schema: Mapping[str, Any] = json.loads(text)
    return schema


def schemas() -> Path:
    """The folder of published documents that ships with the tool (the default schemas)."""
    return _shipped("schemas")


def limits() -> Path:
    """The folder of stated limits that ships with the tool."""
    return _shipped("limits")


def demo_pages() -> list[Path]:
    """Published API pages as crawled, which ``demo`` imports."""
    [folder] = walk(_PACKAGE / "demo_pages")
    return [Path(folder.path, name) for name in folder.files if name.endswith(".txt")]


def _shipped(name: str) -> Path:
    installed = _PACKAGE / "_shipped" / name
    return installed if installed.is_dir() else _PACKAGE.parents[1] / name
