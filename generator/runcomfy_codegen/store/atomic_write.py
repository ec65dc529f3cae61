"""A folder of text files, changed all at once: write everything beside, then replace.

Nothing is replaced before every new file lies complete on the same disk, so a full disk, a
read-only folder or a crash while writing leaves the old state whole. If replacing fails half
way, what was replaced is put back; Ctrl-C and SIGTERM wait until it is done.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import sys
import threading
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class FolderChanges:
    """What to do to a folder: bytes to write, files to remove, by path below it."""

    write: Mapping[PurePosixPath, bytes] = field(
        default_factory=dict[PurePosixPath, bytes]
    )
    remove: Iterable[PurePosixPath] = ()


def apply_changes(root: Path, changes: FolderChanges) -> None:
    """Make the changes. Raises ``OSError`` with the old files still in place."""
    remove = [root / path for path in changes.remove]
    with contextlib.ExitStack() as undo:
        staged = [
            (_stage(root / path, content, undo), root / path)
            for path, content in sorted(changes.write.items())
        ]
        with _uninterrupted():
            aside = [_set_aside(target, undo) for target in remove]
            aside += [_replace(temporary, target, undo) for temporary, target in staged]
            undo.pop_all()
            for old in aside:
                old.unlink(missing_ok=True)
            for target in remove:
                _drop_empty(root, target)


def read_bytes(path: Path) -> bytes | None:
    """The content of a file; None if there is no such file."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _stage(target: Path, content: bytes, undo: contextlib.ExitStack) -> Path:
    for folder in reversed([each for each in target.parents if not each.exists()]):
        folder.mkdir(exist_ok=True)
        undo.callback(_remove_folder, folder)
    if target.is_dir():
        raise IsADirectoryError(f"{target} is a folder")
    temporary = _temporary_name(target)
    undo.callback(temporary.unlink, missing_ok=True)
    try:
        with temporary.open("xb") as stream:
            stream.write(content)
    except OSError as error:
        # A full disk tells neither where it is full nor for what.
        error.filename = str(target)
        raise
    return temporary


def _set_aside(target: Path, undo: contextlib.ExitStack) -> Path:
    """Rename a file, if it is there, so that it can come back; its name then."""
    old = _temporary_name(target)
    with contextlib.suppress(FileNotFoundError):
        target.rename(old)
        undo.callback(old.replace, target)
    return old


def _replace(temporary: Path, target: Path, undo: contextlib.ExitStack) -> Path:
    """Put a new file in place, so that there is one at any time; the old one's other name."""
    old = _temporary_name(target)
    if target.exists():
        # Two names of one file cannot replace each other: the second is taken away apart.
        undo.callback(old.unlink, missing_ok=True)
        _copy(target, old)
        undo.callback(old.replace, target)
    else:
        undo.callback(target.unlink, missing_ok=True)
    temporary.replace(target)
    return old


def _copy(target: Path, other: Path) -> None:
    try:
        other.hardlink_to(target)
    except OSError:
        # Some disks know no second name for a file.
        other.write_bytes(target.read_bytes())


def _temporary_name(target: Path) -> Path:
    return target.with_name(f".{target.name[:200]}.{secrets.token_hex(4)}.tmp")


def _remove_folder(folder: Path) -> None:
    # A folder that holds something by now is somebody's.
    with contextlib.suppress(OSError):
        folder.rmdir()


def _drop_empty(root: Path, path: Path) -> None:
    for folder in path.parents:
        if folder == root:
            return
        _remove_folder(folder)


@contextlib.contextmanager
def _uninterrupted() -> Generator[None]:
    """Let Ctrl-C and SIGTERM wait until the block is done, as they do for other threads."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        came.append(number)

    before = {each: signal.signal(each, note) for each in _SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    for number in came[:1]:
        signal.raise_signal(number)


# A folder that one process at a time may change.


class FolderLocked(Exception):
    """Another process is changing the folder."""

    def __init__(self, folder: Path) -> None:
        """Name the folder."""
        super().__init__(f"another runcomfy-codegen is writing {folder}")


@contextlib.contextmanager
def lock_folder(folder: Path) -> Generator[None]:
    """Hold a folder, made if need be, for the block. Raises ``Claimed`` and ``OSError``.

    The lock is the kernel's and on the folder itself: nothing is left behind by a process
    that is killed, and nothing lies in the folder that could be committed.
    """
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _held(folder):
            yield
    finally:
        for each in made:
            # One that holds something by now is somebody's.
            with contextlib.suppress(OSError):
                each.rmdir()


if sys.platform == "win32":

    @contextlib.contextmanager
    def _held(folder: Path) -> Generator[None]:
        """Folders cannot be locked there: two writers are told only by what they leave."""
        yield

else:
    import fcntl

    @contextlib.contextmanager
    def _held(folder: Path) -> Generator[None]:
        handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise FolderLocked(folder) from None
        finally:
            os.close(handle)
