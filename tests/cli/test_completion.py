"""Completion in the shells themselves: what a person gets who presses the tab key."""

from __future__ import annotations

import os
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.command_line import Shell

pty = pytest.importorskip("pty")
PAINTER = "acme/painter/text-to-image"
INTERACTIVE = {
    "bash": ("--norc", "--noprofile", "-i"),
    "zsh": ("--no-rcs", "-i"),
}
BEFORE = {"bash": "PS1='$ '", "zsh": "PS1='$ '; autoload -U compinit; compinit -D"}


@pytest.fixture
def tool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the command as it is installed."""
    folder = tmp_path_factory.mktemp("bin")
    script = folder / "runcomfy-codegen"
    script.write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -c "import sys; from runcomfy_codegen.cli import main;'
        ' sys.argv[0] = \'runcomfy-codegen\'; main()" "$@"\n'
    )
    script.chmod(0o700)
    return folder


def environment(tool: Path) -> dict[str, str]:
    path = f"{tool}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {**os.environ, "PATH": path, "TERM": "dumb", "HOME": str(tool)}


def needs(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


class Terminal:
    """A shell in which somebody types."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.shown = ""

    def type(self, text: str) -> None:
        self.shown = ""
        os.write(self._descriptor, text.encode())

    def wait(self, text: str, seconds: float = 30) -> None:
        late = time.monotonic() + seconds
        while text not in self.shown:
            assert time.monotonic() < late, (text, self.shown)
            if select.select([self._descriptor], [], [], 0.2)[0]:
                piece = os.read(self._descriptor, 65536).decode(errors="replace")
                self.shown += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\x07", "", piece)


@contextmanager
def terminal(name: str, folder: Path, tool: Path) -> Iterator[Terminal]:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [needs(name), *INTERACTIVE[name]],
        cwd=folder,
        env=environment(tool),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        opened = Terminal(ours)
        opened.type(
            f'{BEFORE[name]}; eval "$(runcomfy-codegen completion {name})"; echo rea""dy\n'
        )
        opened.wait("ready")
        yield opened
    finally:
        process.kill()
        process.wait()
        os.close(ours)


@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_the_tab_key_completes_commands_models_and_fields(
    project: Shell, tool: Path, name: str, long_run: bool
) -> None:
    with terminal(name, project.folder, tool) as shell:
        if long_run:
            shell.type("runcomfy-codegen comp\t")
            shell.wait("runcomfy-codegen completion ")
            shell.type("\x15runcomfy-codegen show acme/p\t")
            shell.wait(f"show {PAINTER} ")
        shell.type(f"\x15runcomfy-codegen run {PAINTER} st\t")
        shell.wait("steps=")
        # The value of a field follows its name without a blank: what is typed is printed.
        shell.type("5 \x01echo \n")
        shell.wait(f"\nruncomfy-codegen run {PAINTER} steps=5")
    assert "traceback" not in shell.shown.lower()


def test_fish_is_offered_commands_models_and_fields(
    project: Shell, tool: Path, long_run: bool
) -> None:
    offered = {f"run {PAINTER} st": "steps="}
    if long_run:
        offered |= {"show acme/p": PAINTER, "mod": "models"}
    program = "runcomfy-codegen completion fish | source; for line in $argv; complete -C $line; end"
    done = subprocess.run(
        [needs("fish"), "--no-config", "-c", program]
        + [f"runcomfy-codegen {line}" for line in offered],
        cwd=project.folder,
        env=environment(tool),
        capture_output=True,
        text=True,
        check=False,
    )
    # A description follows after a tab.
    words = [line.partition("\t")[0] for line in done.stdout.splitlines()]
    assert words == [*offered.values()], done.stderr
