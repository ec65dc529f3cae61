"""Where the data that ships with the tool lies: in the installed package, or the checkout.

The one place that knows both. A wheel carries templates and schemas below ``_shipped``; a
checkout has them at its root; the runtime is whatever ``runcomfy_runtime`` is installed.
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
# What decides about generated code: a change in one of these rooms may change every file.
_ROOMS = ("build", "dialect", "ir", "package", "targets")
_DIALECT = "dialect.schema.json"
_LIBRARIES = ("black", "datamodel-code-generator", "jinja2", "jsonschema")


def template_sources(target: str = "python") -> dict[str, str]:
    """The templates of one kind of output, by file name."""
    folder = _shipped("templates") / target
    return {
        path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.jinja"))
    }


def own_template_sources(folder: Path) -> dict[str, bytes]:
    """Every file of the user's folder of templates, by its path below it. Raises ``OSError``."""
    if not folder.is_dir():
        raise FileNotFoundError(f"no folder of templates at {folder}")
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def runtime_sources() -> dict[PurePosixPath, str]:
    """The runtime that is copied into every client, by path below its package."""
    return {
        PurePosixPath(path.relative_to(_RUNTIME)): path.read_text("utf-8")
        for path in sorted(_RUNTIME.rglob("*"))
        if path.suffix == ".py" or path.name == "py.typed"
    }


def tool_fingerprints(own_templates: Path | None = None) -> dict[str, str]:
    """The hash of each part of this installation that decides about generated code.

    Of the generator, with the releases of the libraries it renders with; of the templates,
    the user's own among them; of the runtime.
    """
    # Imported here: only what generates asks for it.
    from importlib.metadata import version

    libraries = [f"{library} {version(library)}".encode() for library in _LIBRARIES]
    # The lock names the release, so another one makes another package.
    libraries.append(__version__.encode())
    dialect_file = (_shipped("schemas") / _DIALECT).read_bytes()
    rooms = [_contents(_PACKAGE / room, "*.py") for room in _ROOMS]
    templates = _contents(_shipped("templates"), "*.jinja")
    if own_templates is not None:
        # All of them: one that is misspelt must not go unnoticed.
        templates += [b"own", *_contents(own_templates, "*")]
    return {
        "generator": _hash(
            [*libraries, dialect_file, *(each for room in rooms for each in room)]
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
    """The folder of published documents that ships with the tool."""
    return _shipped("schemas")


def demo_pages() -> list[Path]:
    """Published API pages, as crawled: what ``demo`` imports."""
    return sorted((_PACKAGE / "demo_pages").glob("*.txt"))


def _shipped(name: str) -> Path:
    installed = _PACKAGE / "_shipped" / name
    return installed if installed.is_dir() else _PACKAGE.parents[1] / name
