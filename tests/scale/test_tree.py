"""A folder is changed wholly or not at all, whatever comes between."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from runcomfy_codegen.disk.atomic_write import FolderChanges, apply_changes

OLD = {"a.txt": b"old a", "b/b.txt": b"old b", "gone/c.txt": b"old c"}
NEW = FolderChanges(
    write={
        PurePosixPath("a.txt"): b"new a",
        PurePosixPath("b/b.txt"): b"new b",
        PurePosixPath("fresh/deep/d.txt"): b"new d",
    },
    remove=(PurePosixPath("gone/c.txt"),),
)
AFTER = {"a.txt": b"new a", "b/b.txt": b"new b", "fresh/deep/d.txt": b"new d"}


def found(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in OLD.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return tmp_path


def at_call(number: int, act: Callable[[], None]) -> Callable[[Path, Path], Path]:
    """``Path.replace``, with something happening before a call of it."""
    real, calls = Path.replace, iter(range(1, 100))

    def replace(path: Path, target: Path) -> Path:
        if next(calls) == number:
            act()
        return real(path, target)

    return replace


def fail() -> None:
    raise OSError(errno.EIO, "the disk broke")


def test_everything_is_changed_and_nothing_else_is_left(folder: Path) -> None:
    apply_changes(folder, NEW)
    assert found(folder) == AFTER
    assert not (folder / "gone").exists()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_disk_that_breaks_while_replacing_gets_the_old_state_back(
    number: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "replace", at_call(number, fail))
    with pytest.raises(OSError, match="the disk broke"):
        apply_changes(folder, NEW)
    assert found(folder) == OLD
    assert not (folder / "fresh").exists()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_ctrl_c_while_replacing_waits_until_it_is_done(
    number: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt = at_call(number, lambda: os.kill(os.getpid(), signal.SIGINT))
    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        apply_changes(folder, NEW)
    assert found(folder) == AFTER


def test_ctrl_c_while_writing_leaves_the_old_state(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(path: Path, mode: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "open", interrupted)
    with pytest.raises(KeyboardInterrupt):
        apply_changes(folder, NEW)
    monkeypatch.undo()
    assert found(folder) == OLD


FULL = """
import resource, sys
from pathlib import Path, PurePosixPath
from runcomfy_codegen.disk.atomic_write import FolderChanges, apply_changes
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
small, large = PurePosixPath("a.txt"), PurePosixPath("b/b.txt")
try:
    apply_changes(Path(sys.argv[1]), FolderChanges(write={small: b"new", large: b"x" * 5000}))
except OSError as error:
    print(error.errno)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX")
def test_a_disk_that_is_full_leaves_the_old_state(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, folder], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) == errno.EFBIG
    assert found(folder) == OLD


def test_a_folder_in_the_way_of_a_file_is_refused_before_anything_changes(
    folder: Path,
) -> None:
    (folder / "fresh/deep/d.txt").mkdir(parents=True)
    with pytest.raises(IsADirectoryError):
        apply_changes(folder, NEW)
    assert found(folder) == OLD
