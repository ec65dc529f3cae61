"""The sync half of the runtime is made from the async half, which is the one to edit."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import make_sync

ROOT = Path(__file__).parents[2]


def test_every_sync_file_is_what_the_script_makes_of_its_async_file() -> None:
    command = [sys.executable, ROOT / "runtime" / "make_sync.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_no_async_word_is_left_in_a_sync_file() -> None:
    for name in make_sync.ASYNC_FILES:
        source = make_sync.RUNTIME / name
        text = make_sync.sync_text(source.read_text("utf-8"), name)
        code = text.partition("\n")[2]
        for word in ("await ", "async def", "async with", "AsyncR", "AsyncJ", "aclose"):
            assert word not in code


def test_what_only_the_async_half_has_is_left_out() -> None:
    text = "class A:\n    x = 1\n    # async only\n    y = 2\n    # end\n    z = 3\n"
    assert "y = 2" not in make_sync.sync_text(text, "async_a.py")
