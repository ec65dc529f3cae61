"""The action and the hooks: their scripts are run, not read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from diff.conftest import Desk
from runcomfy_codegen.cli import COMMANDS
from runcomfy_codegen.diff.report.markdown import MARKER

ROOT = Path(__file__).parents[2]
TEXT = {"type": "string"}


def action() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    return told


def scripts() -> dict[str, str]:
    return {
        step["name"]: step["run"] for step in action()["runs"]["steps"] if "run" in step
    }


def test_no_script_is_open_to_injection() -> None:
    """Expressions reach scripts as environment variables, never as text of the script."""
    assert len(scripts()) == 4
    assert not any("${{" in script for script in scripts().values())


def test_the_comment_is_found_by_the_marker_that_the_report_has() -> None:
    assert MARKER in scripts()["Comment on the pull request"]


@pytest.fixture
def repository(desk: Desk) -> Desk:
    """A branch that lowers a length, from ``main``."""
    entry = {"model_id": "acme/singer", "input_schema": {"type": "object"}}

    def publish(length: int) -> None:
        properties = {"text": {**TEXT, "maxLength": length}}
        schema = {"type": "object", "properties": properties}
        desk.publish("schemas", {**entry, "input_schema": schema})

    run(desk, "git init -q -b main")
    publish(9)
    run(desk, "git add -A && git commit -q -m old && git switch -q -c change")
    publish(5)
    run(desk, "git add -A && git commit -q -m new")
    return desk


def run(
    desk: Desk, script: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    names = [
        f"GIT_{who}_{what}"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    ]
    (desk.folder / "runner").mkdir(exist_ok=True)
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        cwd=desk.folder,
        env={
            **os.environ,
            **dict.fromkeys(names, "tester@example.com"),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "RUNNER_TEMP": str(desk.folder / "runner"),
            "GITHUB_OUTPUT": str(desk.folder / "runner" / "output"),
            "GITHUB_STEP_SUMMARY": str(desk.folder / "runner" / "summary.md"),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("fail_on", "code"), [("breaking", 1), ("never", 0)])
def test_the_step_of_the_diff_annotates_and_decides(
    repository: Desk, fail_on: str, code: int
) -> None:
    script = scripts()["What does the change do to callers?"]
    done = run(repository, script, BASE="main", SCHEMAS="schemas", FAIL_ON=fail_on)
    assert done.returncode == code, done.stderr
    assert done.stdout.startswith("::error file=schemas/acme/singer/en.json,line=")
    told = (repository.folder / "runner" / "output").read_text("utf-8")
    assert told == "bump=major\nbreaking=1\nrisky=0\n"
    for name in ("summary.md", "diff.md"):
        text = (repository.folder / "runner" / name).read_text("utf-8")
        assert "text-length-narrowed" in text


def test_hooks_call_commands_that_exist() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    called = [hook["entry"].split()[:2] for hook in hooks]
    assert [tool for tool, _ in called] == ["runcomfy-codegen"] * len(hooks)
    assert {command for _, command in called} <= set(COMMANDS)
    assert all(hook["pass_filenames"] is False for hook in hooks)


def test_the_page_names_inputs_and_hooks_that_exist() -> None:
    page = (ROOT / "docs" / "ci.md").read_text("utf-8")
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert all(f"- id: {hook['id']}" in page for hook in hooks)
    workflow = yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0])
    used = workflow["jobs"]["schemas"]["steps"][1]["with"]
    assert set(used) <= set(action()["inputs"])
