"""Who writes into a folder: one process at a time, and only what the configuration says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runcomfy_codegen import resources
from runcomfy_codegen.disk.folder_lock import lock_folder
from runcomfy_codegen.errors import FolderBusy
from support.command_line import Shell

GENERATE = (sys.executable, "-m", "runcomfy_codegen", "generate")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="folders are not held")


def start(folder: Path, *options: str) -> subprocess.Popen[str]:
    command = [*GENERATE, "--schemas", str(resources.schemas()), *options]
    return subprocess.Popen(
        command, cwd=folder, stdout=-1, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("fresh", [True, False], ids=["fresh", "over another"])
def test_of_two_that_write_one_folder_one_is_told_to_wait(
    shell: Shell, fresh: bool
) -> None:
    schemas = str(resources.schemas())
    if not fresh:
        first = shell("generate", "--schemas", schemas, "--output", "out")
        assert first.code == 0
    with lock_folder(shell.folder / "out"):
        before = shell.files("out")
        refused = shell("generate", "--schemas", schemas, "--output", "out")
        assert shell.files("out") == before
    assert refused.code == 3
    assert "another runcomfy-codegen is writing out" in refused.err
    assert shell("generate", "--schemas", schemas, "--output", "out").code == 0


def test_two_at_once_leave_one_whole_package(shell: Shell) -> None:
    racers = [
        start(shell.folder, "--output", "out", "--models", glob)
        for glob in ("bytedance/*", "kling/*")
    ]
    listed = [racer.communicate(timeout=60)[1] for racer in racers]
    codes = sorted(racer.returncode for racer in racers)
    assert codes in ([0, 0], [0, 3]), listed
    check = shell("check", "--schemas", str(resources.schemas()), "--output", "out")
    assert check.code == 0, check.out
    vendors = {path.name for path in (shell.folder / "out/models").iterdir()}
    assert len(vendors & {"bytedance", "kling"}) == 1


def test_a_claim_leaves_no_folder_where_nothing_was_written(tmp_path: Path) -> None:
    with (
        lock_folder(tmp_path / "a" / "b"),
        pytest.raises(FolderBusy),
        lock_folder(tmp_path / "a/b"),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def terminated_while_writing(folder: Path, *options: str) -> int:
    """Start ``generate`` and end it as soon as a file is being written; its exit code."""
    process = start(folder, "--output", "out", "--force", *options)
    while process.poll() is None:
        if any((folder / "out").rglob("*.tmp")):
            os.kill(process.pid, signal.SIGTERM)
            break
        time.sleep(0.0005)
    process.communicate(timeout=60)
    return process.returncode


def test_sigterm_leaves_one_whole_state_and_no_scrap(shell: Shell) -> None:
    schemas = str(resources.schemas())
    assert shell("generate", "--schemas", schemas, "--output", "out").code == 0
    for attempt in range(10):
        locale = ("ru", "en")[attempt % 2]
        code = terminated_while_writing(shell.folder, "--locale", locale)
        assert not list((shell.folder / "out").rglob("*.tmp"))
        check = shell("check", "--schemas", schemas, "--output", "out")
        assert check.code == 0, check.out
        if code != 0:
            return
    pytest.fail("it was never met while it wrote")


@pytest.mark.parametrize("inner", ["client/inner", "client/models/acme/inner"])
def test_no_package_is_put_into_another(project: Shell, inner: str) -> None:
    assert project("generate", "--output", "client").code == 0
    answer = project("generate", "--output", inner)
    assert answer.code == 3
    assert "which is a generated package" in answer.err
    assert project("check", "--output", "client").code == 0


def test_a_folder_with_a_placeholder_is_empty(project: Shell) -> None:
    project.write("client/.gitkeep", "")
    assert project("generate", "--output", "client").code == 0


def test_a_choice_of_once_does_not_outlive_the_configuration(project: Shell) -> None:
    project.write("runcomfy-codegen.toml", 'output = "client"\nmodels = ["*"]\n')
    assert project("generate", "--models", "acme/singer").code == 0
    stale = project("check")
    assert stale.code == 1
    assert "the last generate had --models 'acme/singer'" in stale.err
    assert project("generate").code == 0
    assert "models/acme/painter/text_to_image.py" in project.files("client")
    assert project("check").code == 0


def test_a_folder_that_no_configuration_names_keeps_its_choice(project: Shell) -> None:
    project.write("runcomfy-codegen.toml", 'output = "client"\n')
    chosen = ("generate", "--output", "vendored", "--models", "acme/singer")
    assert project(*chosen).code == 0
    assert project("check", "--output", "vendored").code == 0
    assert project("generate", "--output", "vendored").out.count("up to date") == 1
