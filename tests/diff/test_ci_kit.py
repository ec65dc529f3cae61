"""The action and the hooks: their scripts are run, not read."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from runcomfy_codegen.cli import COMMANDS
from runcomfy_codegen.reports.markdown import comment_marker
from support.command_line import Shell

ROOT = Path(__file__).parents[2]
TEXT = {"type": "string"}


def action() -> dict[str, Any]:
    item: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    return item


def scripts() -> dict[str, str]:
    return {
        step["name"]: step["run"] for step in action()["runs"]["steps"] if "run" in step
    }


def test_no_script_is_open_to_injection() -> None:
    """Expressions reach scripts as environment variables, never as text of the script."""
    assert len(scripts()) == 4
    assert not any("${{" in script for script in scripts().values())


def test_the_comment_is_found_by_the_marker_that_the_report_has() -> None:
    assert comment_marker("diff") in scripts()["Comment on the pull request"]


@pytest.fixture
def repository(shell: Shell) -> Shell:
    """A branch that lowers a length, from ``main``."""
    entry = {"model_id": "acme/singer", "input_schema": {"type": "object"}}

    def publish(length: int) -> None:
        properties = {"text": {**TEXT, "maxLength": length}}
        schema = {"type": "object", "properties": properties}
        shell.publish("schemas", {**entry, "input_schema": schema})

    run(shell, "git init -q -b main")
    publish(9)
    run(shell, "git add -A && git commit -q -m old && git switch -q -c change")
    publish(5)
    run(shell, "git add -A && git commit -q -m new")
    return shell


def _programs(shell: Shell) -> tuple[object, ...]:
    """Stand-ins first, then the tool that is tested, then the machine's programs."""
    tool = Path(sys.executable).parent
    return shell.folder / "runner" / "bin", tool, os.environ["PATH"]


def run(
    shell: Shell, script: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    names = [
        f"GIT_{who}_{what}"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    ]
    (shell.folder / "runner").mkdir(exist_ok=True)
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        cwd=shell.folder,
        env={
            **os.environ,
            **dict.fromkeys(names, "tester@example.com"),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "PATH": os.pathsep.join(map(str, _programs(shell))),
            "RUNNER_TEMP": str(shell.folder / "runner"),
            "GITHUB_OUTPUT": str(shell.folder / "runner" / "output"),
            "GITHUB_STEP_SUMMARY": str(shell.folder / "runner" / "summary.md"),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def program(shell: Shell, name: str, script: str) -> None:
    """A stand-in for a program that is not there, found before any other."""
    path = shell.write(f"runner/bin/{name}", f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


INSTALL, CHECK, DIFF, COMMENT = (
    "Install runcomfy-codegen",
    "Check that the generated client is up to date",
    "Report what the schema changes mean for callers",
    "Comment on the pull request",
)


def test_every_step_that_runs_a_script_is_run_here() -> None:
    assert list(scripts()) == [INSTALL, CHECK, DIFF, COMMENT]


def test_the_tool_is_installed_from_the_folder_of_the_action(shell: Shell) -> None:
    """The environment is a stand-in: what pip installs from it, tests/install proves."""
    program(
        shell,
        "python",
        'mkdir -p "$3/bin"; printf \'#!/bin/sh\\necho "$@" > "%s.log"\\n\' "$3"'
        ' > "$3/bin/pip"; chmod +x "$3/bin/pip"',
    )
    python = shell.folder / "runner" / "bin" / "python"
    path = shell.folder / "runner" / "path"
    done = run(
        shell,
        scripts()[INSTALL],
        PYTHON=str(python),
        ACTION="/the action",
        GITHUB_PATH=str(path),
    )
    assert done.returncode == 0, done.stderr
    made = shell.folder / "runner" / "runcomfy-codegen"
    assert made.with_suffix(".log").read_text("utf-8").split() == [
        *("install", "--quiet", "/the", "action"),
    ]
    assert path.read_text("utf-8") == f"{made}/bin\n"


def test_the_step_of_the_check_fails_for_a_stale_package(repository: Shell) -> None:
    assert (
        run(repository, "runcomfy-codegen generate --schemas schemas").returncode == 0
    )
    for schemas in ("schemas", ""):
        done = run(repository, scripts()[CHECK], SCHEMAS=schemas)
        assert done.returncode == 0, done.stderr
    module = next(repository.folder.rglob("models/acme/singer.py"))
    module.write_text("# edited\n", "utf-8")
    assert run(repository, scripts()[CHECK], SCHEMAS="schemas").returncode == 1


@pytest.mark.parametrize(
    ("base", "fail_on", "code"),
    [
        ("main", "risky", 1),
        ("main", "never", 0),
        ("HEAD", "risky", 0),
        ("HEAD^", "breaking", 1),
        ("gone", "breaking", 2),
    ],
)
def test_the_exit_code_of_the_diff_decides(
    repository: Shell, base: str, fail_on: str, code: int
) -> None:
    done = run(repository, scripts()[DIFF], BASE=base, SCHEMAS="", FAIL_ON=fail_on)
    assert done.returncode == code, done.stderr


def test_a_broken_document_leaves_the_outputs_of_the_rest(repository: Shell) -> None:
    repository.write("schemas/acme/torn/en.json", "{")
    done = run(repository, scripts()[DIFF], BASE="main", SCHEMAS="", FAIL_ON="breaking")
    assert done.returncode == 3
    answer = (repository.folder / "runner" / "output").read_text("utf-8")
    assert answer == "bump=major\nbreaking=1\nrisky=0\n"
    comment = (repository.folder / "runner" / "diff.md").read_text("utf-8")
    assert "acme/torn" in comment


def commented(shell: Shell, known: str) -> list[str]:
    """What the step asks of GitHub, whose answer about comments is ``known``."""
    log = shell.folder / "runner" / "gh.log"
    program(
        shell,
        "gh",
        f'echo "$@" >> "{log}"; case "$*" in *graphql*) printf "{known}";; esac',
    )
    here = {"GH_TOKEN": "", "REPOSITORY": "acme/app", "NUMBER": "7"}
    done = run(shell, scripts()[COMMENT], **here)
    assert done.returncode == 0, done.stderr
    return log.read_text("utf-8").splitlines() if log.exists() else []


@pytest.mark.parametrize(
    ("known", "method", "place"),
    [
        ("", "POST", "repos/acme/app/issues/7/comments"),
        ("41\\n42\\n", "PATCH", "repos/acme/app/issues/comments/41"),
    ],
)
def test_there_is_one_comment_and_it_is_kept_up_to_date(
    shell: Shell, known: str, method: str, place: str
) -> None:
    shell.write("runner/diff.md", f"{comment_marker('diff')}\nreport\n")
    asked, printed = commented(shell, known)
    assert "owner=acme --raw-field name=app --field number=7" in asked
    assert ".viewerDidAuthor and" in asked
    assert comment_marker("diff") in asked
    file = shell.folder / "runner" / "diff.md"
    assert printed == f"api --silent --method {method} {place} --field body=@{file}"


def test_nothing_is_said_where_nothing_could_be_compared(repository: Shell) -> None:
    run(repository, scripts()[DIFF], BASE="gone", SCHEMAS="", FAIL_ON="never")
    assert commented(repository, "") == []


def test_the_step_of_the_diff_annotates_and_decides(repository: Shell) -> None:
    done = run(
        repository, scripts()[DIFF], BASE="main", SCHEMAS="schemas", FAIL_ON="breaking"
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::error file=schemas/acme/singer/en.json,line=")
    answer = (repository.folder / "runner" / "output").read_text("utf-8")
    assert answer == "bump=major\nbreaking=1\nrisky=0\n"
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
    workflow, _, hooks, *_ = blocks()
    step = workflow["jobs"]["schemas"]["steps"][1]
    assert set(step["with"]) <= set(action()["inputs"])
    answer = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    kept = [{**hook, "language": "system"} for hook in answer]
    for hook in kept:
        del hook["description"]
    assert hooks["repos"] == [{"repo": "local", "hooks": kept}]


def blocks() -> list[Any]:
    """Every piece of YAML on the page."""
    page = (ROOT / "docs" / "ci.md").read_text("utf-8")
    return [
        yaml.safe_load(item) for item in re.findall(r"```yaml\n(.*?)```", page, re.S)
    ]


def test_nothing_on_the_page_has_to_be_filled_in_before_it_works() -> None:
    page = (ROOT / "docs" / "ci.md").read_text("utf-8")
    assert "OWNER" not in page
    used = [step["uses"] for step in blocks()[0]["jobs"]["schemas"]["steps"]]
    assert used[1].startswith("./")
    assert all(
        re.fullmatch(r"\./[\w/-]+|[\w-]+/[\w-]+@(v\d+|[0-9a-f]{40})", each)
        for each in used
    )
