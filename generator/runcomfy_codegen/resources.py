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

_PACKAGE = Path(__file__).parent
_RUNTIME = Path(runcomfy_runtime.__file__).parent
# The packages that generated code depends on: a change in one may change every file.
PACKAGES = ("build", "dialect", "ir", "package", "pattern", "targets")
_DIALECT = "dialect.schema.json"
_LIBRARIES = ("black", "datamodel-code-generator", "jinja2", "jsonschema")


def template_sources(target: str) -> dict[str, str]:
    """The templates of one target, by file name."""
    folder = _shipped("templates") / target
    return {
        path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.jinja"))
    }


def own_template_sources(folder: Path) -> dict[str, bytes]:
    """All files of the user's template folder, by their path below it. Raises ``OSError``."""
    if not folder.is_dir():
        raise FileNotFoundError(f"no folder of templates at {folder}")
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def runtime_sources() -> dict[PurePosixPath, str]:
    """The files of the runtime, which every client gets a copy of, by path below its package."""
    return {
        PurePosixPath(path.relative_to(_RUNTIME)): path.read_text("utf-8")
        for path in sorted(_RUNTIME.rglob("*"))
        if path.suffix == ".py" or path.name == "py.typed"
    }


def tool_fingerprints(own_templates: Path | None = None) -> dict[str, str]:
    """The hashes of the parts of this installation that generated code depends on.

    They are the generator with the releases of the libraries it renders with, the templates
    including the user's own, and the runtime.
    """
    # Imported here because only ``generate`` needs it.
    from importlib.metadata import version

    libraries = [f"{library} {version(library)}".encode() for library in _LIBRARIES]
    # The lock file names the release, so another release makes another package.
    libraries.append(__version__.encode())
    dialect_file = (_shipped("schemas") / _DIALECT).read_bytes()
    packages = [_contents(_PACKAGE / package, "*.py") for package in PACKAGES]
    templates = _contents(_shipped("templates"), "*.jinja")
    if own_templates is not None:
        # All files: a misspelt name must not go unnoticed.
        templates += [b"own", *_contents(own_templates, "*")]
    return {
        "generator": _hash(
            [
                *libraries,
                dialect_file,
                *(part for package in packages for part in package),
            ]
        ),
        "templates": _hash(templates),
        "runtime": _hash(_contents(_RUNTIME, "*.py")),
    }


def _contents(folder: Path, pattern: str) -> list[bytes]:
    """Names and contents of the files below a folder."""
    paths = sorted(path for path in folder.rglob(pattern) if path.is_file())
    return [
        part
        for path in paths
        for part in (_name(path.relative_to(folder)), path.read_bytes())
    ]


def _name(path: Path) -> bytes:
    return path.as_posix().encode("utf-8", "surrogateescape")


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


def demo_pages() -> list[Path]:
    """Published API pages as crawled, which ``demo`` imports."""
    return sorted((_PACKAGE / "demo_pages").glob("*.txt"))


def _shipped(name: str) -> Path:
    installed = _PACKAGE / "_shipped" / name
    return installed if installed.is_dir() else _PACKAGE.parents[1] / name
