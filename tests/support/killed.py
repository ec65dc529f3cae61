"""Kills a command at a chosen change of the disk, in a child of one warm process.

``python -m support.killed FOLDER COUNT COMMAND…`` runs the command in ``COUNT`` children, in
copies ``FOLDER/0``, ``FOLDER/1`` …, each killed with SIGKILL at another of its changes, from
the first to the last. ``COUNT`` may be ``70%``: one child, killed when so many of its changes
are done. It prints how many changes the command makes.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import Any

CHANGES = {"os.rename", "os.link", "os.remove", "os.rmdir", "os.mkdir"}


def is_change(event: str, arguments: tuple[Any, ...]) -> bool:
    if event == "open":
        mode, flags = arguments[1], arguments[2]
        written = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
        return bool(written) and not str(arguments[0]).endswith(".pyc") and mode != "r"
    return event in CHANGES


def run(folder: Path, words: list[str], kill_at: int | None) -> int:
    """Run a command in a child; the number of its changes, at most 250."""
    child = os.fork()
    if child == 0:
        from runcomfy_codegen.cli import main

        os.chdir(folder)
        sys.argv = ["runcomfy-codegen", *words]
        done = [0]

        def watch(event: str, arguments: tuple[Any, ...]) -> None:
            if is_change(event, arguments):
                done[0] += 1
                if done[0] == kill_at:
                    os.kill(os.getpid(), signal.SIGKILL)

        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        sys.addaudithook(watch)
        with contextlib.suppress(SystemExit):
            main()
        os._exit(min(done[0], 250))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def places(count: str, changes: int) -> list[int]:
    """The changes at which to kill."""
    if count.endswith("%"):
        return [1 + int(count[:-1]) * (changes - 1) // 100]
    last = max(int(count) - 1, 1)
    return [1 + number * (changes - 1) // last for number in range(int(count))]


def run_all(folder: Path, count: str, words: list[str]) -> None:
    changes = run(folder / "0", words, None)
    for number, at in enumerate(places(count, changes), 1):
        code = run(folder / str(number), words, at)
        assert code == -signal.SIGKILL, (number, at, code)
    sys.stdout.write(f"{changes}\n")


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    run_all(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
