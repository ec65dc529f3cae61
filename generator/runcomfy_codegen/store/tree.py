"""A folder of text files, changed all at once: write everything beside, then replace.

Nothing is replaced before every new file lies complete on the same disk, so a full disk, a
read-only folder or a crash while writing leaves the old state whole.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath


@dataclass(frozen=True, slots=True)
class Changes:
    """What to do to a folder: bytes to write, files to remove, by path below it."""

    write: Mapping[PurePosixPath, bytes] = field(
        default_factory=dict[PurePosixPath, bytes]
    )
    remove: Iterable[PurePosixPath] = ()


def apply(root: Path, changes: Changes) -> None:
    """Make the changes. Raises ``OSError`` with the old files still in place."""
    staged: list[tuple[Path, Path]] = []
    try:
        for path, content in sorted(changes.write.items()):
            staged.append((_stage(root / path, content), root / path))
    except BaseException:
        for temporary, _ in staged:
            temporary.unlink(missing_ok=True)
        raise
    for temporary, target in staged:
        temporary.replace(target)
    for path in changes.remove:
        _remove(root, root / path)


def read_bytes(path: Path) -> bytes | None:
    """The content of a file; None if there is no such file."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _stage(target: Path, content: bytes) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        raise IsADirectoryError(f"{target} is a folder")
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as stream:
            stream.write(content)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _remove(root: Path, path: Path) -> None:
    path.unlink(missing_ok=True)
    for folder in path.parents:
        if folder == root:
            return
        # A folder that still holds something is somebody's.
        with contextlib.suppress(OSError):
            folder.rmdir()
