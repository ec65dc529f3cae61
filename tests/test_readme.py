"""The README is true: its program runs, its commands exist, its texts are what is printed."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from runcomfy_codegen.cli import COMMANDS, command
from runcomfy_codegen.sandbox import Sandbox
from runcomfy_codegen.targets.python.names import chosen_names
from runcomfy_codegen.workspace.configuration import Config, find_config, read_config
from runcomfy_codegen.workspace.local_sandbox import open_sandbox
from runcomfy_codegen.workspace.project import Project
from runcomfy_runtime.sqlite_journal import SqliteJournal

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def calls() -> list[list[str]]:
    """Every call of the command line in the README's shell blocks."""
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    words = [
        shlex.split(line, comments=True)
        for line in lines
        if "runcomfy-codegen " in line
    ]
    return [line[1:] for line in words if Path(line[0]).name == "runcomfy-codegen"]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    project = Project(find_config(ROOT))
    with open_sandbox(project, project.built_catalog().by_id, speed=10) as served:
        yield served


def test_the_first_program_runs_and_prints_what_the_readme_says(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    program = blocks("python")[0]
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / "docs/boat.png", tmp_path / "docs")
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={
            **os.environ,
            "RUNCOMFY_BASE_URL": sandbox.url,
            "RUNCOMFY_TOKEN": sandbox.token,
            "PYTHONPATH": str(ROOT / "generated"),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    [refusal] = blocks("text")
    assert done.stdout.endswith(refusal)
    [file] = (tmp_path / "out").iterdir()
    assert file.read_bytes().startswith(b"\x89PNG")


def test_the_batch_that_is_killed_and_run_again_pays_once(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    program = blocks("python")[1]
    settings = {
        "RUNCOMFY_BASE_URL": sandbox.url,
        "RUNCOMFY_TOKEN": sandbox.token,
        "PYTHONPATH": str(ROOT / "generated"),
    }
    started = len(sandbox.journal(action="submit"))
    killed = subprocess.Popen(
        [sys.executable, "-c", program], cwd=tmp_path, env={**os.environ, **settings}
    )
    limit = time.monotonic() + 60
    while _accepted(tmp_path / "jobs.db") < 4 and time.monotonic() < limit:
        time.sleep(0.01)
    killed.kill()
    killed.wait()
    again = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (again.returncode, again.stderr) == (0, "")
    assert len(again.stdout.splitlines()) == 4
    assert len(sandbox.journal(action="submit")) == started + 4


def _accepted(path: Path) -> int:
    if not path.exists():
        return 0
    with SqliteJournal(path) as journal:
        return sum(bool(entry.request_id) for entry in journal.entries())


@pytest.mark.parametrize("words", calls(), ids=" ".join)
def test_every_call_in_the_readme_is_one_that_the_command_line_takes(
    words: list[str],
) -> None:
    context = click.Context(command)
    found = command.get_command(context, words[0])
    assert found is not None
    found.make_context(words[0], words[1:])


def test_every_command_stands_in_the_readme() -> None:
    assert [name for name in COMMANDS if f"runcomfy-codegen {name}" not in README] == []


def test_the_configuration_in_the_readme_is_read(tmp_path: Path) -> None:
    [text] = blocks("toml")
    tomllib.loads(text)
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    config = read_config(tmp_path / "pyproject.toml")
    assert config != Config()
    assert config.models == ("bytedance/*", "kling/*")
    chosen = chosen_names(config.overrides, "vendor/model")
    assert chosen.fields == {"width×height": "size"}


def test_what_the_makefile_offers_is_what_the_readme_names() -> None:
    targets = set(
        re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    )
    assert set(re.findall(r"^make ([a-z-]+)", README, re.MULTILINE)) <= targets


def test_files_that_the_documents_link_exist() -> None:
    for name in ("README.md", "ARCHITECTURE.md"):
        text = (ROOT / name).read_text("utf-8")
        for link in re.findall(r"\]\(([^)#]+)\)", text):
            if "://" not in link:
                assert (ROOT / link).exists(), f"{name} links {link}"
