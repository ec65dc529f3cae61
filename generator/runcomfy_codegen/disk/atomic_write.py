"""Changes many files of a folder at once: writes temporary files, then replaces the old ones.

No file is replaced before every new file is complete on the same disk. So a full disk, a
read-only folder or a crash during writing leaves the old state. If replacing fails half
way, the replaced files are restored. Ctrl-C and SIGTERM wait until replacing is done.

``kill -9`` cannot wait. It leaves each file whole, old or new, and one folder of temporary
files, which the next writer removes.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import shutil
import signal
import threading
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import FrameType

from ..errors import OperationError
from .walk import list_folder

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_STAGING = re.compile(r"\.runcomfy-codegen\.[0-9a-f]{16}\.tmp")


class LinkInTheWay(OperationError):
    """A path leads through a link: what is written there would land somewhere else."""


@dataclass(frozen=True, slots=True)
class FolderChanges:
    """What to do to a folder, by path below it.

    ``write`` are bytes, replaced in this order; ``remove`` are files, removed before that.
    """

    write: Mapping[PurePosixPath, bytes] = field(
        default_factory=dict[PurePosixPath, bytes]
    )
    remove: Iterable[PurePosixPath] = ()


def apply_changes(root: Path, changes: FolderChanges) -> None:
    """Make the changes. If it raises ``OSError``, the old files are still in place.

    Raises ``LinkInTheWay`` before anything is touched.
    """
    remove = [root / path for path in changes.remove]
    refuse_links(root, (*changes.write, *changes.remove))
    if not (changes.write or remove):
        return
    with contextlib.ExitStack() as undo:
        staging = _Staging(root, undo)
        staged = [
            (staging.write(root / path, content), root / path)
            for path, content in changes.write.items()
        ]
        with _signals_delayed():
            for target in remove:
                staging.back_up(target)
            for temporary, target in staged:
                staging.replace(temporary, target)
            undo.pop_all()
            staging.remove()
            for target in remove:
                _remove_empty_folders(root, target)


def refuse_links(root: Path, paths: Iterable[PurePosixPath]) -> None:
    """Raise ``LinkInTheWay`` if one of the paths leads through a link below ``root``.

    The root itself may be a link: the caller chose it.
    """
    known: set[PurePosixPath] = {PurePosixPath()}
    for path in paths:
        for step in (path, *path.parents):
            if step in known:
                break
            known.add(step)
            if (root / step).is_symlink():
                raise LinkInTheWay(
                    f"{root / step} is a link to {(root / step).readlink()}, and only"
                    f" real files below {root} are written or removed; nothing was"
                    " written. Replace the link by a real folder or file, or name the"
                    " real folder with --output (a client) or --schemas (documents)"
                )


def remove_leftovers(root: Path) -> None:
    """Remove the temporary files of killed processes. The caller holds the folder's lock."""
    for name in list_folder(root):
        path = root / name
        if _STAGING.fullmatch(name) and path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)


def is_leftover(name: str) -> bool:
    """Whether a file of this name holds temporary files."""
    return _STAGING.fullmatch(name) is not None


class _Staging:
    """The folder of temporary files, next to the files that they replace."""

    def __init__(self, root: Path, undo: contextlib.ExitStack) -> None:
        self._undo = undo
        self._count = 0
        self._make_folder(root)
        self._folder = root / f".runcomfy-codegen.{secrets.token_hex(8)}.tmp"
        undo.callback(self.remove)
        self._folder.mkdir()

    def remove(self) -> None:
        """Remove the folder and every temporary file in it."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def write(self, target: Path, content: bytes) -> Path:
        """Write the new content of a file; return its temporary path."""
        self._make_folder(target.parent)
        if target.is_dir():
            raise IsADirectoryError(f"{target} is a folder")
        temporary = self._next()
        try:
            with temporary.open("xb") as stream:
                stream.write(content)
        except OSError as error:
            # The error of a full disk does not name a file.
            error.filename = str(target)
            raise
        return temporary

    def back_up(self, target: Path) -> None:
        """Move a file away, if it exists, so that it can be restored."""
        old = self._next()
        with contextlib.suppress(FileNotFoundError):
            target.rename(old)
            self._undo.callback(old.replace, target)

    def replace(self, temporary: Path, target: Path) -> None:
        """Replace a file so that it exists at any time."""
        if target.exists():
            old = self._next()
            _link_or_copy(target, old)
            self._undo.callback(old.replace, target)
        else:
            self._undo.callback(target.unlink, missing_ok=True)
        temporary.replace(target)

    def _next(self) -> Path:
        self._count += 1
        return self._folder / str(self._count)

    def _make_folder(self, folder: Path) -> None:
        for parent in reversed(
            [path for path in (folder, *folder.parents) if not path.exists()]
        ):
            parent.mkdir(exist_ok=True)
            self._undo.callback(_remove_if_empty, parent)


def _link_or_copy(target: Path, other: Path) -> None:
    try:
        other.hardlink_to(target)
    except OSError:
        # Some file systems have no hard links.
        other.write_bytes(target.read_bytes())


def _remove_if_empty(folder: Path) -> None:
    # A folder that is not empty by now is in use.
    with contextlib.suppress(OSError):
        folder.rmdir()


def _remove_empty_folders(root: Path, path: Path) -> None:
    for folder in path.parents:
        if folder == root:
            return
        _remove_if_empty(folder)


@contextlib.contextmanager
def _signals_delayed() -> Generator[None]:
    """Delay Ctrl-C and SIGTERM until the block is done. Other threads get neither anyway."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        received.append(number)

    handlers = {signum: signal.signal(signum, note) for signum in _SIGNALS}
    try:
        yield
    finally:
        for signum, handler in handlers.items():
            signal.signal(signum, handler)
    for number in received[:1]:
        signal.raise_signal(number)
