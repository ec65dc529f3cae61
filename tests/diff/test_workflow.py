"""The workflow of docs/ci.md, run in a repository: first run, second run, fork, and trouble."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from diff.schema_folders import TEXT, commit, entry, git
from diff.workflow_runner import CHECK, COMMENT, DIFF, INSTALL, Runner, action, workflow
from support.command_line import Shell

REFUSED = 'echo "gh: Resource not accessible by integration (HTTP 403)" >&2; exit 1'


def steps() -> list[dict[str, Any]]:
    (job,) = workflow()["jobs"].values()
    found: list[dict[str, Any]] = job["steps"]
    return found


def new_app(folder: Path) -> Shell:
    app = Shell(folder)
    app.write("README", "hi")
    git(app, "init", "-q", "-b", "main")
    commit(app)
    return app


@pytest.fixture
def app(shell: Shell) -> Shell:
    """The application: a repository with one commit on ``main``, and no schemas."""
    return new_app(shell.folder / "app")


def publish(app: Shell, length: int, folder: str = ".") -> None:
    project = Shell(app.folder / folder)
    project.publish("schemas", entry("acme/singer", text={**TEXT, "maxLength": length}))
    project.write(
        "pyproject.toml", '[tool.runcomfy-codegen]\noutput = "vendor/client"\n'
    )
    assert project("generate").code == 0


def runner_for(app: Shell, branch: str, checkout: dict[str, Any]) -> Runner:
    """A runner with the branch checked out as GitHub does it: its merge into ``main``."""
    temp = app.folder.parent / "runner"
    target = app.folder.parent / "work"
    shutil.rmtree(target, ignore_errors=True)
    temp.mkdir(exist_ok=True)
    depth = checkout.get("fetch-depth", 1)
    shallow = [f"--depth={depth}"] if depth else []
    words = ("clone", "-q", *shallow, f"--branch={branch}", app.folder.as_uri())
    subprocess.run(["git", *words, str(target)], check=True, capture_output=True)
    github = {
        "base_ref": "main",
        "repository": "acme/app",
        "event.pull_request.number": "7",
        "token": "a-token",
        "action_path": str(target / "tools" / "runcomfy-codegen"),
    }
    runner = Runner(target, temp, github)
    runner.program("python3", f'exec "{shutil.which("python3")}" "$@"')
    runner.program(
        "fake-python",
        'mkdir -p "$3/bin"; printf "#!/bin/sh\\n" > "$3/bin/pip"; chmod +x "$3/bin/pip"',
    )
    return runner


def with_github(
    runner: Runner, known: str = "", refuses: str = "", how: str = REFUSED
) -> Path:
    """A ``gh`` that logs its calls, knows this comment, and refuses calls like ``refuses``."""
    log = runner.temp / "gh.log"
    log.write_text("")
    refusal = f'case "$*" in *"{refuses}"*) {how};; esac' if refuses else ":"
    runner.program(
        "gh",
        f'echo "$@" >> "{log}"\n{refusal}\ncase "$*" in *graphql*) printf "{known}";; esac',
    )
    return log


def run_workflow(
    app: Shell, branch: str, known: str = "", refuses: str = ""
) -> tuple[Runner, bool, list[str]]:
    """Every step of the workflow, in order."""
    checkout, uses = steps()
    assert checkout["uses"].startswith("actions/checkout@")
    assert uses["uses"] == "./tools/runcomfy-codegen"
    runner = runner_for(app, branch, checkout["with"])
    log = with_github(runner, known, refuses)
    fine = runner.use_action(uses["with"])
    return runner, fine, log.read_text().splitlines()


def test_the_first_run_the_second_run_and_a_fork(app: Shell) -> None:
    git(app, "switch", "-q", "-c", "adopt")
    publish(app, 9)
    commit(app, "adopt")
    runner, fine, asked = run_workflow(app, "adopt")
    assert fine, (runner.out, runner.err)
    assert list(runner.code) == [INSTALL, CHECK, DIFF, COMMENT]
    assert "has no folder 'schemas': every model is new" in runner.out[DIFF]
    assert "--method POST repos/acme/app/issues/7/comments" in asked[1]
    assert (runner.temp / "output").read_text() == "bump=minor\nbreaking=0\nrisky=0\n"

    git(app, "switch", "-q", "main")
    git(app, "merge", "-q", "adopt")
    git(app, "switch", "-q", "-c", "change")
    publish(app, 5)
    commit(app, "shorter")
    runner, fine, asked = run_workflow(app, "change", known="41\\n42\\n")
    assert not fine
    assert runner.code == {INSTALL: 0, CHECK: 0, DIFF: 1, COMMENT: 0}
    assert "::error file=schemas/acme/singer/en.json,line=" in runner.out[DIFF]
    assert "--method PATCH repos/acme/app/issues/comments/41" in asked[1]

    runner, fine, asked = run_workflow(app, "change", refuses="--method POST")
    assert not fine
    assert runner.code == {INSTALL: 0, CHECK: 0, DIFF: 1, COMMENT: 0}
    assert len(asked) == 2
    (warning,) = runner.out[COMMENT].splitlines()
    assert warning.startswith("::warning title=No comment::")
    assert "HTTP 403" in warning


@pytest.fixture(scope="module")
def changed_once(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    app = new_app(tmp_path_factory.mktemp("changed") / "app")
    publish(app, 9)
    publish(app, 9, "apps/web")
    commit(app, "schemas")
    git(app, "switch", "-q", "-c", "change")
    publish(app, 5)
    publish(app, 5, "apps/web")
    commit(app, "shorter")
    return app


@pytest.fixture
def changed(changed_once: Shell, shell: Shell) -> Shell:
    """The application with schemas on ``main``, and a branch that breaks callers."""
    copy = shell.folder / "app"
    shutil.copytree(changed_once.folder, copy, symlinks=True)
    return Shell(copy)


def test_a_stale_client_fails_and_the_diff_is_reported_too(changed: Shell) -> None:
    git(changed, "switch", "-q", "-c", "stale", "main")
    file = changed.folder / "schemas/acme/singer/en.json"
    file.write_text(file.read_text().replace("9", "12"))
    commit(changed, "longer, and not generated")
    runner = runner_for(changed, "stale", {"fetch-depth": 0})
    assert not runner.use_action({})
    assert runner.code == {INSTALL: 0, CHECK: 1, DIFF: 0}


@pytest.mark.parametrize(
    ("refuses", "how", "said"),
    [
        ("graphql", REFUSED, "HTTP 403"),
        ("graphql", 'echo "gh: Not Found (HTTP 404)" >&2; exit 1', "HTTP 404"),
        ("POST", 'echo "gh: Not Found (HTTP 404)" >&2; exit 1', "HTTP 404"),
        (
            "POST",
            'printf "100%%\\n::add-mask::x\\n" >&2; exit 4',
            "100%25%0A::add-mask",
        ),
    ],
)
def test_a_comment_that_cannot_be_written_is_a_warning(
    app: Shell, refuses: str, how: str, said: str
) -> None:
    runner = runner_for(app, "main", {"fetch-depth": 0})
    with_github(runner, refuses=refuses, how=how)
    (runner.temp / "diff.md").write_text("<!-- runcomfy-codegen diff -->\nreport\n")
    runner.use_action({"comment": "true"}, only=[COMMENT])
    assert runner.code[COMMENT] == 0
    (warning,) = runner.out[COMMENT].splitlines()
    assert warning.startswith("::warning title=No comment::")
    assert said in warning


def test_without_gh_a_warning_says_so(app: Shell) -> None:
    runner = runner_for(app, "main", {"fetch-depth": 0})
    if shutil.which("gh"):
        pytest.skip("gh is installed here")
    (runner.temp / "diff.md").write_text("<!-- runcomfy-codegen diff -->\nreport\n")
    runner.use_action({"comment": "true"}, only=[COMMENT])
    assert runner.code[COMMENT] == 0
    assert "gh, the command line of GitHub, is not installed" in runner.out[COMMENT]


def test_a_shallow_clone_is_told_what_to_do(changed: Shell) -> None:
    runner = runner_for(changed, "change", {})
    with_github(runner)
    assert not runner.use_action({"comment": "true", "check": "false"})
    assert runner.code == {INSTALL: 0, DIFF: 2, COMMENT: 0}
    assert "::error title=runcomfy-codegen diff::error: " in runner.out[DIFF]
    assert "fetch-depth: 0" in runner.out[DIFF]


def test_each_project_of_a_monorepo_has_its_comment(changed: Shell) -> None:
    runner = runner_for(changed, "change", {"fetch-depth": 0})
    log = with_github(runner)
    runner.use_action({"comment": "true", "working-directory": "apps/web"})
    assert runner.code == {INSTALL: 0, CHECK: 0, DIFF: 1, COMMENT: 0}
    assert "::error file=apps/web/schemas/acme/singer/en.json,line=" in runner.out[DIFF]
    marker = "<!-- runcomfy-codegen diff: apps/web -->"
    assert f'startswith("{marker}")' in log.read_text()
    body = (runner.temp / "diff.md").read_text("utf-8")
    assert body.startswith(f"{marker}\n")
    assert "<!-- runcomfy-codegen diff -->" not in body


def test_the_inputs_choose_configuration_schemas_and_models(changed: Shell) -> None:
    runner = runner_for(changed, "change", {"fetch-depth": 0})
    where = {"config": "apps/web/pyproject.toml", "models": "acme/* \n acme/s*\n"}
    assert not runner.use_action(where)
    assert runner.code == {INSTALL: 0, CHECK: 0, DIFF: 1}
    assert "::error file=apps/web/schemas/" in runner.out[DIFF]
    schemas = {"schemas": "apps/web/schemas", "fail-on": "never"}
    assert runner.use_action(schemas, only=[DIFF])
    assert "::error file=apps/web/schemas/" in runner.out[DIFF]
    runner.use_action({"models": "nobody/*"}, only=[DIFF])
    assert runner.code[DIFF] == 2
    assert "no model of either side matches 'nobody/*'" in runner.err[DIFF]


def test_a_push_is_compared_with_the_commit_before_it(
    changed: Shell, long_run: bool
) -> None:
    runner = runner_for(changed, "change", {"fetch-depth": 0})
    before = git(changed, "rev-parse", "main").strip()
    for known in (before, "0" * 40, "f" * 40, "") if long_run else (before, "0" * 40):
        runner.github |= {"base_ref": "", "event.before": known}
        runner.use_action({}, only=[DIFF])
        assert runner.code[DIFF] == 1, runner.err[DIFF]


def test_the_first_commit_has_nothing_to_compare_with(app: Shell) -> None:
    runner = runner_for(app, "main", {"fetch-depth": 0})
    runner.github |= {"base_ref": "", "event.before": "0" * 40}
    assert runner.use_action({"check": "false"}), runner.err
    assert "first commit" in runner.out[DIFF]


def test_every_action_is_pinned_by_commit() -> None:
    page = (Path(__file__).parents[2] / "docs" / "ci.md").read_text("utf-8")
    used = [step["uses"] for step in action()["runs"]["steps"] if "uses" in step]
    used += [
        line.partition("uses:")[2].partition("#")[0].strip()
        for line in page.splitlines()
        if line.strip().startswith("- uses:")
    ]
    assert len(used) >= 4
    for name in used:
        commit_id = name.partition("@")[2]
        assert name.startswith("./") or len(commit_id) == 40, name
