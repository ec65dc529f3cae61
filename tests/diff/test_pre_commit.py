"""pre-commit itself, with the hooks of a local clone: first commit, rename, partial staging."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from diff.schema_folders import TEXT, commit, entry, git
from support.command_line import Shell

ROOT = Path(__file__).parents[2]
HOOKS = ("lint", "check", "diff")


def model(name: str, length: int, text: str = "Words.") -> dict[str, Any]:
    field = {**TEXT, "maxLength": length, "description": text}
    return entry(f"acme/{name}", text=field)


@pytest.fixture
def app(shell: Shell) -> Shell:
    """An application without commits that uses the hooks of a clone of this repository.

    The hooks run with the tool of this environment: installing it again takes minutes.
    """
    clone, app = Shell(shell.folder / "clone"), Shell(shell.folder / "app")
    clone.write("README", "the tool")
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", clone.folder)
    git(clone, "init", "-q", "-b", "main")
    commit(clone)
    hooks = "".join(
        f"      - id: runcomfy-codegen-{name}\n        language: system\n"
        for name in HOOKS
    )
    app.write(
        ".pre-commit-config.yaml",
        f"repos:\n  - repo: {clone.folder.as_uri()}\n"
        f"    rev: {git(clone, 'rev-parse', 'HEAD').strip()}\n    hooks:\n{hooks}",
    )
    app.write("runcomfy-codegen.toml", 'output = "client"\n')
    git(app, "init", "-q", "-b", "main")
    done = run(app, sys.executable, "-m", "pre_commit", "install")
    assert done.returncode == 0, done.stdout + done.stderr
    return app


def run(app: Shell, *words: str) -> subprocess.CompletedProcess[str]:
    identity = {
        f"GIT_{who}_{what}": "tester@example.com"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    tool = str(Path(sys.executable).parent)
    return subprocess.run(
        words,
        cwd=app.folder,
        env={
            **os.environ,
            **identity,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "PATH": os.pathsep.join((tool, os.environ["PATH"])),
            "PRE_COMMIT_HOME": str(app.folder.parent / "pre-commit"),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def committed(app: Shell) -> tuple[bool, str]:
    """Whether ``git commit`` passes its hooks, and what they print."""
    done = run(app, "git", "commit", "-m", "change")
    return done.returncode == 0, done.stdout + done.stderr


def publish(app: Shell, *models: dict[str, Any], stage: bool = True) -> None:
    app.publish("schemas", *models)
    assert app("generate").code == 0
    if stage:
        git(app, "add", "-A")


def test_first_commit_rename_and_partial_staging(app: Shell) -> None:
    publish(app, model("singer", 9), model("dancer", 9))
    passed, out = committed(app)
    assert passed, out
    assert "there is no commit yet: every model is new" in out

    git(app, "mv", "schemas", "published")
    app.write("runcomfy-codegen.toml", 'output = "client"\nschemas = "published"\n')
    assert app("generate").code == 0
    git(app, "add", "-A")
    passed, out = committed(app)
    assert passed, out
    assert "no differences" in out

    # A harmless change is staged, and one that breaks callers is not.
    app.publish("published", model("singer", 9, "Other words."))
    assert app("generate").code == 0
    git(app, "add", "-A")
    app.publish("published", model("singer", 5, "Other words."))
    passed, out = committed(app)
    assert passed, out
    assert "1 docs-only" in out
    assert '"maxLength": 5' in app.files("published")["acme/singer/en.json"].decode()

    # The other way round.
    assert app("generate").code == 0
    git(app, "add", "-A")
    app.publish("published", model("singer", 9, "Other words."))
    passed, out = committed(app)
    assert not passed
    assert "text-length-narrowed" in out


def test_a_commit_that_only_removes_a_model_is_judged(app: Shell) -> None:
    publish(app, model("singer", 9), model("dancer", 9))
    commit_unchecked(app)
    git(app, "rm", "-q", "schemas/acme/dancer/en.json")
    passed, out = committed(app)
    assert not passed
    assert "model-removed" in out
    assert "its model is not selected any more, or gone" in out


def commit_unchecked(app: Shell) -> None:
    done = run(app, "git", "commit", "-q", "--no-verify", "-m", "schemas")
    assert done.returncode == 0, done.stderr
