"""The one walk over folders: it lists everything, or it raises.

A folder that cannot be listed is not an empty folder. Code that took it for one would remove
what belongs to its files.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from stat import S_ISDIR, S_ISLNK
from typing import TypeVar

from ..errors import OperationError

_T = TypeVar("_T")
_NOT_OURS = "lost+found"
"""The folder that ``fsck`` keeps at the top of a file system; only root can list it."""


class LinkedFolder(OperationError):
    """A folder below the root is a link: reading follows links to files only."""


@dataclass(frozen=True, slots=True)
class ListedFolder:
    """A folder: its names below the root, its path, and the sorted names of its files.

    Paths are strings, because a ``Path`` for each of a thousand folders takes longer than
    reading them.
    """

    below: tuple[str, ...]
    path: str
    files: tuple[str, ...]


def walk(root: Path) -> list[ListedFolder]:
    """Every folder from ``root`` down, sorted by name.

    Names that begin with a dot, and ``lost+found``, are left out. Raises ``OSError`` if any
    folder cannot be listed, and ``LinkedFolder``.
    """
    return read_again(lambda: list(_folders(str(root), ())))


def walk_until_enough(root: Path) -> Iterator[ListedFolder]:
    """The folders of ``walk``, listed one by one: for a look that may end early."""
    return _folders(str(root), ())


def list_folder(folder: Path) -> list[str]:
    """Every name in one folder, sorted. Raises ``OSError`` if it cannot be listed."""
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries)


def refuse_linked_folders(root: Path, below: PurePosixPath) -> None:
    """Raise ``LinkedFolder`` if a folder on the way from ``root`` down is a link.

    For what is read without a walk. Raises ``OSError`` if that cannot be seen.
    """
    for step in (*reversed(below.parents), below)[1:]:
        path = root / step
        try:
            is_link = S_ISLNK(os.lstat(path).st_mode)
            if is_link and S_ISDIR(os.stat(path).st_mode):  # noqa: PTH116
                raise _linked(str(path))
        except (FileNotFoundError, NotADirectoryError):
            return


def _linked(path: str) -> LinkedFolder:
    return LinkedFolder(
        f"{path} is a link to a folder, and only links to files are followed. Replace it by"
        " the folder, or name the real folder with --schemas or --limits"
    )


def read_again(read: Callable[[], _T]) -> _T:
    """The result of ``read``; if something vanishes meanwhile, it reads once more.

    Raises ``OSError``, also ``FileNotFoundError`` if it happens twice.
    """
    try:
        return read()
    except FileNotFoundError:
        return read()


def is_read(name: str) -> bool:
    """Whether files and folders with this name are read."""
    return not name.startswith(".") and name != _NOT_OURS


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError as error:
        # A link that leads to itself is not a folder; reading it says what it is.
        if error.errno == errno.ELOOP:
            return False
        raise


def _folders(path: str, below: tuple[str, ...]) -> Iterator[ListedFolder]:
    files: list[str] = []
    folders: list[str] = []
    with os.scandir(path) as entries:
        for entry in entries:
            if not is_read(entry.name):
                continue
            if not _is_folder(entry):
                files.append(entry.name)
            elif entry.is_symlink():
                raise _linked(entry.path)
            else:
                folders.append(entry.name)
    yield ListedFolder(below, path, tuple(sorted(files)))
    for name in sorted(folders):
        yield from _folders(f"{path}{os.sep}{name}", (*below, name))
