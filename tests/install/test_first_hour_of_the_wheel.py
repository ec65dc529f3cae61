"""The mistakes of a first hour, with the tool that a wheel installs and an empty environment."""

from __future__ import annotations

import subprocess
import sys

import pytest

from support.command_line import Answer, Shell
from support.first_hour import MISTAKES, Mistake, check_answer, prepare, words_of

from .conftest import Installed

_PARTS = 4


@pytest.mark.parametrize("part", range(_PARTS))
def test_mistakes_are_answered_in_an_empty_environment(
    project: Shell, installed: Installed, busy_port: int, long_run: bool, part: int
) -> None:
    """One mistake of each part, or all with ``--long``."""
    folder = prepare(project)
    before = folder.files(".")
    mistakes = MISTAKES[part::_PARTS]
    for mistake in mistakes if long_run else mistakes[:1]:
        check_answer(mistake, _call(folder, installed, mistake, busy_port), busy_port)
        assert folder.files(".") == before, mistake.call


def _call(
    folder: Shell, installed: Installed, mistake: Mistake, busy_port: int
) -> Answer:
    tool = [sys.executable, "-P", "-m", "runcomfy_codegen"]
    done = subprocess.run(
        [*tool, *words_of(mistake, busy_port)],
        cwd=folder.folder,
        env={**mistake.environment, "PYTHONPATH": str(installed.folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)
