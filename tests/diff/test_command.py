"""``diff`` as a user calls it: folders and revisions, exit codes, bad input."""

from __future__ import annotations

from typing import Any

import pytest

from diff.schema_folders import (
    CHANGES,
    PAINTER,
    STEPS,
    TEXT,
    commit,
    committed,
    entry,
    git,
    published,
    rules,
)
from support.command_line import Shell


@pytest.fixture
def shell(shell: Shell) -> Shell:
    return published(shell)


@pytest.fixture
def repository(shell: Shell) -> Shell:
    return committed(shell)


def test_two_folders_are_compared(shell: Shell) -> None:
    answer = shell("diff", "old", "new", "--format", "json")
    assert answer.code == 1
    assert answer.err == ""
    assert rules(answer) == CHANGES
    assert answer.json["bump"] == "major"
    found = answer.json["findings"][1]
    assert (found["model"], found["pointer"], found["witness"]) == (
        PAINTER,
        "/input_schema/properties/steps",
        31,
    )


def test_a_folder_against_itself_is_silent(shell: Shell) -> None:
    answer = shell("diff", "old", "old")
    assert (answer.code, answer.out) == (0, "no differences; version bump: none\n")


@pytest.mark.parametrize(
    "base", ["main", "main:schemas", "HEAD:./schemas", "main:schemas/"]
)
def test_a_revision_is_compared_with_the_work_tree(
    repository: Shell, base: str
) -> None:
    assert rules(repository("diff", base, "--format", "json")) == CHANGES


def test_two_revisions_are_compared(repository: Shell) -> None:
    git(repository, "switch", "-q", "-c", "change")
    commit(repository)
    assert rules(repository("diff", "main", "change", "--format", "json")) == CHANGES
    assert rules(repository("diff", "HEAD", "--format", "json")) == []


def test_nothing_is_checked_out(repository: Shell) -> None:
    before = git(repository, "status", "--porcelain"), repository.files("schemas")
    repository("diff", "main")
    assert (
        git(repository, "status", "--porcelain"),
        repository.files("schemas"),
    ) == before


def test_changes_of_others_are_not_blamed_with_merge_base(repository: Shell) -> None:
    git(repository, "switch", "-q", "-c", "change")
    commit(repository)
    git(repository, "switch", "-q", "main")
    repository.publish("schemas", entry("acme/other", text=TEXT))
    commit(repository)
    git(repository, "switch", "-q", "change")
    alone = repository("diff", "main", "--merge-base", "--format", "json")
    assert rules(alone) == CHANGES
    assert len(rules(repository("diff", "main", "--format", "json"))) > len(CHANGES)


@pytest.mark.parametrize(
    ("threshold", "head", "code"),
    [
        ("breaking", "new", 1),
        ("risky", "new", 1),
        ("never", "new", 0),
        ("breaking", "risky", 0),
        ("risky", "risky", 1),
        ("risky", "old", 0),
    ],
)
def test_the_exit_code_follows_the_threshold(
    shell: Shell, threshold: str, head: str, code: int
) -> None:
    risky = entry(prompt=TEXT, steps={**STEPS, "default": 4})
    shell.publish("risky", risky, entry("acme/singer", text=TEXT))
    assert shell("diff", "old", head, "--fail-on", threshold).code == code


def test_one_broken_document_stops_no_other(shell: Shell) -> None:
    shell.write("new/acme/singer/en.json", '{"model_id": ')
    answer = shell("diff", "old", "new", "--format", "json")
    assert answer.code == 3
    assert rules(answer) == CHANGES[:2]
    (found,) = answer.json["diagnostics"]
    assert (found["code"], found["file"]) == (
        "broken-document",
        "new/acme/singer/en.json",
    )


def test_a_broken_document_on_both_sides_is_told(shell: Shell) -> None:
    shell.write("old/acme/singer/en.json", "{")
    answer = shell("diff", "old", "old")
    assert answer.code == 3
    assert "old/acme/singer/en.json" in answer.err


def test_a_model_that_cannot_be_built_is_not_called_removed(shell: Shell) -> None:
    file = shell.folder / "new" / "acme/singer/en.json"
    file.write_text(
        file.read_text("utf-8")
        .replace('"type":"object"', '"type":"array"')
        .replace('"type": "object"', '"type": "array"'),
        "utf-8",
    )
    answer = shell("diff", "old", "new", "--format", "json")
    assert answer.code == 3
    assert rules(answer) == CHANGES[:2]
    assert answer.json["diagnostics"][0]["code"] == "input-not-an-object"


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/properties/text"},
        {"allOf": [{"type": "string"}, {"maxLength": 9}]},
        {"type": "hologram"},
        {"type": "string", "not": {"const": ""}},
    ],
)
def test_a_recursive_or_foreign_schema_is_risky_and_says_why(
    shell: Shell, schema: dict[str, Any]
) -> None:
    shell.publish(
        "foreign",
        entry(prompt=TEXT, steps=STEPS),
        entry("acme/singer", text=schema),
    )
    answer = shell("diff", "old", "foreign", "--format", "json", "--fail-on", "risky")
    assert answer.code == 1
    found = [each for each in answer.json["findings"] if each["model"] == "acme/singer"]
    assert {each["verdict"] for each in found if each["lens"] == "wire"} == {"risky"}
    assert all(
        "is not supported" in each["reason"] for each in found if each["lens"] == "wire"
    )


def test_a_keyword_of_the_whole_input_is_not_overlooked(shell: Shell) -> None:
    whole = entry("acme/singer", text=TEXT)
    whole["input_schema"]["oneOf"] = [{"required": ["text"]}, {"required": ["song"]}]
    shell.publish("whole", entry(prompt=TEXT, steps=STEPS), whole)
    answer = shell("diff", "old", "whole", "--format", "json")
    assert rules(answer) == [("risky", "unjudged-keyword")]
    assert answer.json["findings"][0]["pointer"] == "/input_schema/oneOf"


def test_rules_that_nobody_reads_are_not_overlooked(shell: Shell) -> None:
    def songs(limit: int) -> dict[str, Any]:
        rule = {"validation_rule": "file_size_mb<", "validation_value": limit}
        items = {"type": "string", "validations": [rule]}
        return entry("acme/singer", songs={"type": "array", "items": items})

    shell.publish("one", songs(30))
    shell.publish("two", songs(10))
    answer = shell("diff", "one", "two", "--format", "json")
    assert {each["verdict"] for each in answer.json["findings"]} <= {
        "risky",
        "breaking",
    }
    assert answer.json["findings"] != []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere"], "'nowhere' is neither a folder nor a revision"),
        (["nowhere:schemas"], "'nowhere' is neither a folder nor a revision"),
        (["main:nowhere"], "has no folder 'nowhere'"),
        (["main:schemas/acme/singer/en.json"], "en.json' is not a folder"),
        (["old", "new", "--merge-base"], "needs git revisions"),
        (["--output=x"], "No such option"),
        (["--", "--help"], "neither a folder nor a git revision"),
    ],
)
def test_a_side_that_is_not_there_is_a_clear_message(
    repository: Shell, arguments: list[str], told: str
) -> None:
    (repository.folder / "gone").rename(repository.folder / "old")
    (repository.folder / "new").mkdir()
    answer = repository("diff", *arguments)
    assert answer.code == 2
    assert told in answer.err
    assert answer.out == ""


def test_a_revision_outside_of_a_repository_is_a_clear_message(shell: Shell) -> None:
    ceiling = {"GIT_CEILING_DIRECTORIES": str(shell.folder.parent)}
    answer = shell("diff", "main", environment=ceiling)
    assert answer.code == 2
    assert "not a git repository" in answer.err


def test_without_git_folders_still_work(shell: Shell) -> None:
    nothing = {"PATH": str(shell.folder)}
    assert shell("diff", "old", "new", environment=nothing).code == 1
    answer = shell("diff", "main", environment=nothing)
    assert answer.code == 3
    assert "git is not installed" in answer.err
