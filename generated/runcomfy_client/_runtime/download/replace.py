"""Putting a finished file in its place, so that it is there whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO


def put_in_place(file: BinaryIO, part: Path, target: Path) -> None:
    """Move a part, whose content is on the disk, over its target, and close it.

    It is moved while its lock is held: nobody else may go on writing to it.
    """
    try:
        part.replace(target)
    except PermissionError:  # Windows moves no open file
        file.close()
        part.replace(target)
    file.close()
    _noted(target.parent)


def _noted(folder: Path) -> None:
    """Have the new name on the disk as well, where folders can be asked for that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
