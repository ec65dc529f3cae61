"""The first pull request, a renamed folder, and what git refuses: who is new, who is wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from diff.schema_folders import TEXT, commit, entry, git, rules
from support.command_line import Shell

ONE, OTHER = entry("acme/painter", prompt=TEXT), entry("acme/singer", text=TEXT)
NEW = [("compatible", "model-added"), ("compatible", "model-added")]
REMOVED = [("breaking", "model-removed")] * 4


@pytest.fixture
def repository(shell: Shell) -> Shell:
    """A repository with a commit on ``main`` and no schemas."""
    git(shell, "init", "-q", "-b", "main")
    shell.write("README", "hi")
    commit(shell)
    return shell


def adopted(shell: Shell) -> Shell:
    shell.publish("schemas", ONE, OTHER)
    git(shell, "switch", "-q", "-c", "adopt")
    commit(shell)
    return shell


@pytest.mark.parametrize(
    "arguments", [("main",), ("main", "--merge-base"), ("main", "adopt")]
)
def test_the_pull_request_that_brings_the_schemas_passes(
    repository: Shell, arguments: tuple[str, ...]
) -> None:
    adopted(repository)
    for form in ("text", "json", "markdown", "github", "sarif"):
        answer = repository("diff", *arguments, "--format", form, "--fail-on", "risky")
        assert answer.code == 0, answer.err
        assert "has no folder 'schemas': every model is new" in answer.out.replace(
            "`", ""
        )
    result = repository("diff", *arguments, "--format", "json")
    assert rules(result) == NEW
    assert result.json["bump"] == "minor"


@pytest.mark.parametrize("base", ["HEAD", "@", "main", "refs/heads/main"])
def test_everything_is_new_before_the_first_commit(shell: Shell, base: str) -> None:
    git(shell, "init", "-q", "-b", "main")
    shell.publish("schemas", ONE, OTHER)
    for more in ((), ("--merge-base",)):
        answer = shell("diff", base, *more, "--format", "json")
        assert (answer.code, rules(answer)) == (0, NEW)
        assert answer.json["notices"] == ["there is no commit yet: every model is new"]


@pytest.mark.parametrize(
    "base", ["main:schemas", "main:nowhere/schemas", "gone", "HEAD:schemas/../..", "-x"]
)
def test_a_wrong_base_stays_an_error(repository: Shell, base: str) -> None:
    adopted(repository)
    git(repository, "rm", "-rq", "--cached", "schemas")
    git(repository, "commit", "-q", "-m", "out")
    answer = repository("diff", "--", base)
    assert answer.code == 2
    assert answer.out == ""


def test_an_unborn_branch_has_no_folder_to_name(shell: Shell) -> None:
    git(shell, "init", "-q", "-b", "main")
    shell.publish("schemas", ONE)
    assert shell("diff", "HEAD:schemas").code == 2
    assert shell("diff", "other").code == 2


@pytest.mark.parametrize("head", [(), ("HEAD",)])
def test_a_head_without_the_folder_removes_every_model(
    repository: Shell, head: tuple[str, ...]
) -> None:
    adopted(repository)
    shutil.rmtree(repository.folder / "schemas")
    commit(repository, "gone")
    for base in ("HEAD^", "HEAD^:schemas"):
        if head and ":" in base:
            continue
        answer = repository("diff", base, *head, "--format", "json")
        assert (answer.code, rules(answer)) == (1, REMOVED)
        assert answer.json["notices"][0].endswith("every model is removed")
        assert repository("diff", base, *head, "--fail-on", "never").code == 0


def test_two_sides_without_schemas_are_an_error(repository: Shell) -> None:
    answer = repository("diff", "main")
    assert answer.code == 2
    assert "no schemas to compare" in answer.err
    assert "--schemas names another folder" in answer.err


def test_a_folder_of_schemas_that_was_empty_has_no_models(repository: Shell) -> None:
    repository.write("schemas/.gitkeep", "")
    commit(repository)
    repository.publish("schemas", ONE, OTHER)
    answer = repository("diff", "HEAD", "--format", "json")
    assert (answer.code, rules(answer)) == (0, NEW)
    assert "there are no documents in 'schemas'" in answer.json["notices"][0]


def test_a_renamed_folder_is_read_where_the_base_says(repository: Shell) -> None:
    adopted(repository)
    git(repository, "mv", "schemas", "published")
    repository.write("runcomfy-codegen.toml", 'schemas = "published"\n')
    commit(repository, "renamed")
    assert rules(repository("diff", "HEAD^", "--format", "json")) == []
    git(repository, "mv", "published", "api")
    repository.write("runcomfy-codegen.toml", 'schemas = "api"\n')
    commit(repository, "renamed again")
    for base in ("HEAD^", "HEAD^^"):
        for head in ((), ("HEAD",)):
            answer = repository("diff", base, *head, "--format", "json")
            assert (answer.code, rules(answer)) == (0, []), base
    (repository.folder / "runcomfy-codegen.toml").unlink()
    answer = repository("diff", "HEAD", "--schemas", "api", "--format", "json")
    assert (answer.code, rules(answer)) == (0, [])


def test_a_configuration_can_move_to_pyproject(repository: Shell) -> None:
    repository.write("runcomfy-codegen.toml", 'schemas = "api"\n')
    repository.publish("api", ONE, OTHER)
    commit(repository)
    git(repository, "mv", "api", "published")
    (repository.folder / "runcomfy-codegen.toml").unlink()
    repository.write(
        "pyproject.toml", '[tool.runcomfy-codegen]\nschemas = "published"\n'
    )
    answer = repository("diff", "HEAD", "--format", "json")
    assert (answer.code, rules(answer)) == (0, [])


def test_a_folder_of_that_name_with_something_else_is_not_ours(
    repository: Shell,
) -> None:
    """Another project's ``schemas`` folder, in a commit from before the tool came."""
    repository.write("schemas/users/table.json", {"columns": []})
    commit(repository)
    repository.publish("runcomfy/schemas", ONE, OTHER)
    repository.write("runcomfy-codegen.toml", 'schemas = "runcomfy/schemas"\n')
    answer = repository("diff", "HEAD", "--format", "json")
    assert (answer.code, rules(answer)) == (0, NEW)


def test_an_option_is_a_configured_folder_too(repository: Shell) -> None:
    repository.publish("api", ONE, OTHER)
    answer = repository("diff", "main", "--schemas", "api", "--format", "json")
    assert (answer.code, rules(answer)) == (0, NEW)


def test_a_project_below_the_root_adopts_schemas(repository: Shell) -> None:
    inner = Shell(repository.folder / "apps" / "web")
    inner.publish("schemas", ONE, OTHER)
    answer = inner("diff", "main", "--format", "json")
    assert (answer.code, rules(answer)) == (0, NEW)
    commit(repository)
    inner.publish("schemas", entry("acme/painter", prompt={**TEXT, "maxLength": 5}))
    answer = inner("diff", "HEAD:./schemas", "--format", "json")
    assert rules(answer) == [("breaking", "text-length-narrowed")]


# What git refuses is said in git's own words.


def broken(shell: Shell, name: str) -> None:
    """Damage the object with this name."""
    oid = git(shell, "rev-parse", name).strip()
    file = shell.folder / ".git" / "objects" / oid[:2] / oid[2:]
    file.chmod(0o644)
    file.write_bytes(b"not an object")


@pytest.mark.parametrize(
    "name", ["main", "main^{tree}", "main:schemas", "main:schemas/acme"]
)
def test_a_corrupt_object_is_not_a_missing_folder(repository: Shell, name: str) -> None:
    adopted(repository)
    git(repository, "branch", "-f", "main")
    broken(repository, name)
    answer = repository("diff", "main")
    assert answer.code == 3
    assert "corrupt" in answer.err or "inflate" in answer.err
    assert "shallow" not in answer.err


def test_a_blob_that_a_partial_clone_lacks_is_an_error(repository: Shell) -> None:
    adopted(repository)
    oid = git(repository, "rev-parse", "adopt:schemas/acme/singer/en.json").strip()
    (repository.folder / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    answer = repository("diff", "adopt")
    assert answer.code == 3
    assert "git ls-tree failed" in answer.err or "git cat-file failed" in answer.err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_dubious_ownership_is_said_in_gits_words(
    repository: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    adopted(repository)
    monkeypatch.setenv("HOME", str(repository.folder / "no-home"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    for path in (repository.folder, repository.folder / ".git"):
        os.chown(path, 65534, 65534)
    answer = repository("diff", "main", "--merge-base")
    assert answer.code == 3
    assert "detected dubious ownership" in answer.err
    assert "safe.directory" in answer.err
    assert "shallow" not in answer.err


def test_a_shallow_clone_is_named(repository: Shell, tmp_path: Path) -> None:
    adopted(repository)
    url, target = repository.folder.as_uri(), tmp_path / "clone"
    words = ("git", "clone", "-q", "--depth=1", "--branch=adopt", url, str(target))
    subprocess.run(words, check=True)
    clone = Shell(target)
    for base, more in (("HEAD^", ()), ("origin/main", ("--merge-base",))):
        answer = clone("diff", base, *more)
        assert answer.code == 2
        assert "fetch-depth: 0" in answer.err
    assert "shallow" not in repository("diff", "nowhere").err
