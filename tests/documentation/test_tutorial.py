"""docs/tutorial.md, done step by step in an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from runcomfy_codegen.sandbox import Sandbox
from support.command_line import Shell
from support.pages import blocks, commands

PAGE = "docs/tutorial.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which every call of the page has run, but for the server."""
    shell = Shell(tmp_path_factory.mktemp("an empty folder"))
    for block in blocks("sh", page=PAGE):
        for words in commands(block):
            if words[0] in ("sandbox", "jobs"):
                continue
            answer = shell(*words)
            assert answer.code == 0, (words, answer.err)
    return shell.folder


@pytest.fixture(scope="module")
def printed(folder: Path) -> str:
    """What the programs of the page print, with the client that the page generates."""
    batch = blocks("python", page=PAGE)[-1]
    programs = [block.code for block in (*blocks("python", page=PAGE), batch)]
    with Sandbox(speed=200) as sandbox:
        done = subprocess.run(
            [sys.executable, "-c", "\n".join(programs)],
            cwd=folder,
            env={
                **os.environ,
                "RUNCOMFY_BASE_URL": sandbox.url,
                "RUNCOMFY_TOKEN": sandbox.token,
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert len(sandbox.ledger()) == 1 + 4
    return done.stdout


def test_the_calls_of_the_page_leave_what_it_says(folder: Path) -> None:
    [picture] = (folder / "out").glob("*.png")
    assert picture.stat().st_size
    assert (folder / "runcomfy_client" / "__init__.py").is_file()


def test_the_programs_of_the_page_run(printed: str) -> None:
    assert "completed" in printed
    assert "/aspect_ratio" in printed
    assert "/colour" in printed
    # The batch ran twice, and was paid once.
    assert printed.count("A lighthouse") == 2


def test_the_journal_of_the_page_lists_its_jobs(folder: Path, printed: str) -> None:
    answer = Shell(folder)("jobs", "--journal", "jobs.db")
    assert answer.code == 0, answer.err
    assert answer.out.count("succeeded") == 4
