"""The mistakes of a first hour: each has a clear error, a hint, and its exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from runcomfy_codegen import resources
from support.command_line import Shell
from support.first_hour import MISTAKES, Mistake, check_answer, prepare, words_of


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.call)
def test_a_mistake_has_a_clear_error_and_its_exit_code(
    project: Shell, busy_port: int, mistake: Mistake
) -> None:
    folder = prepare(project)
    before = folder.files(".")
    call = words_of(mistake, busy_port)
    answer = folder(*call, environment=mistake.environment)
    check_answer(mistake, answer, busy_port)
    assert folder.files(".") == before


def test_there_are_at_least_fifty() -> None:
    assert len({mistake.call for mistake in MISTAKES}) >= 50


def process(folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("module", ["runcomfy_codegen", "runcomfy_codegen.cli"])
def test_an_old_python_is_said_in_one_line(tmp_path: Path, module: str) -> None:
    program = f"import sys; sys.version_info = (3, 9, 1); import {module}"
    done = process(tmp_path, program)
    assert done.returncode == 1
    assert done.stderr.startswith("runcomfy-codegen needs Python 3.11 or newer")
    assert len(done.stderr.splitlines()) == 1


def test_make_names_the_python_that_it_needs(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o700)
    script = Path(__file__).parents[2] / ".ci/environment"
    done = subprocess.run(
        ["sh", script, tmp_path / "venv", old],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert "make PYTHON=" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows removes no folder that is in use")
def test_a_current_folder_that_is_gone_is_said_so(tmp_path: Path) -> None:
    program = (
        "import os, sys; os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')\n"
        "sys.argv = ['runcomfy-codegen', 'init']\n"
        "from runcomfy_codegen.cli import main; main()"
    )
    done = process(tmp_path, program)
    assert done.returncode == 3
    assert "the current folder" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_tool_without_its_schemas_is_said_so(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "schemas", lambda: shell.folder / "lost")
    answer = shell("models")
    assert (answer.code, "no folder of schemas at" in answer.err) == (2, True)
