"""``generate --meta``: a project folder around a generated package, ready to build."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from .. import __version__
from ..disk.atomic_write import FolderChanges, apply_changes
from ..disk.read_file import SETTINGS_CAP, read_if_there
from ..errors import OperationError, UsageError
from ..package.client_project import is_written_by_us, project_files
from ..package.folder import lock_of, package_name
from .project import StrPath, open_project

_NEEDED = {"httpx": "", "pydantic": "", "psycopg": "postgres"}
"""What a generated package needs, and in which extra."""
_NAME = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class ClientProject:
    """The files that were written, and those of the user, which stay as they are."""

    written: tuple[Path, ...]
    kept: tuple[Path, ...]


def package_in(folder: Path, output: Path | None, config: StrPath | None) -> Path:
    """The folder of the package in a project folder. Raises ``UsageError``."""
    if output is None:
        return folder / open_project(None, config).config.output.name
    if output.resolve().parent != folder.resolve():
        raise UsageError(
            f"--output {output} is not directly in {folder}, the folder of --meta"
        )
    return output


def write_client_project(folder: Path, package: Path) -> ClientProject:
    """Write ``pyproject.toml`` and README next to a package.

    A file that a person wrote or edited stays. Raises ``CodegenError``.
    """
    lock = lock_of(package)
    if not lock.models or any(path.suffix == ".json" for path in lock.files):
        raise UsageError(
            f"--meta is for a Python package with models; {package} is none"
        )
    wanted = project_files(lock, package_name(package), __version__, _requirements())
    before = {path: read_if_there(folder / path, SETTINGS_CAP) for path in wanted}
    ours = {
        path: text
        for path, text in wanted.items()
        if (content := before[path]) is None or is_written_by_us(content)
    }
    changed = {
        path: text.encode()
        for path, text in ours.items()
        if before[path] != text.encode()
    }
    apply_changes(folder, FolderChanges(write=changed))
    return ClientProject(
        written=tuple(folder / path for path in changed),
        kept=tuple(folder / path for path in wanted if path not in ours),
    )


def _requirements() -> dict[str, list[str]]:
    """The requirements of a generated package: those that the tool has of the same name."""
    try:
        stated = requires("runcomfy-codegen") or []
    except PackageNotFoundError:
        raise OperationError(
            "runcomfy-codegen is not installed, so the versions that a client needs are not"
            " known; install it, for example with `pip install -e .`"
        ) from None
    found: dict[str, list[str]] = {}
    for requirement in stated:
        text, _, condition = requirement.partition(";")
        name = _NAME.match(text)
        extra = _NEEDED.get(name[0]) if name else None
        if extra is not None and (
            not condition or f'"{extra}"' in condition.replace("'", '"')
        ):
            found.setdefault(extra, []).append(text.strip())
    return found
