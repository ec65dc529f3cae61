"""The reports of ``diff``: as their schemas and readers want them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from diff.schema_folders import (
    CHANGES,
    FILE,
    STEPS,
    TEXT,
    committed,
    entry,
    published,
)
from support.command_line import Shell

DOCS = Path(__file__).parents[2] / "docs"
# No package that can be installed beside ours carries the schema of the standard: this is
# the part of it that we use, with every object closed.
SARIF: Any = Draft202012Validator(
    json.loads((Path(__file__).parent / "sarif.schema.json").read_text("utf-8"))
)


@pytest.fixture
def shell(shell: Shell) -> Shell:
    return published(shell)


@pytest.fixture
def repository(shell: Shell) -> Shell:
    return committed(shell)


def test_the_text_tells_witness_reason_and_hint(shell: Shell) -> None:
    output = shell("diff", "old", "new").out
    assert "breaking number-range-narrowed [wire]" in output
    assert "witness: 31" in output
    assert "reason: cannot be compared, because a format says" in output
    assert "hint: Keep the numbers" in output
    assert output.endswith("1 breaking, 1 risky, 1 compatible; version bump: major\n")


def test_the_json_is_as_its_schema_says(shell: Shell) -> None:
    schema = json.loads((DOCS / "diff.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    for old, new in (("old", "new"), ("new", "old"), ("old", "old")):
        answer = shell("diff", old, new, "--format", "json").json
        assert list(Draft202012Validator(schema).iter_errors(answer)) == []


def test_sarif_is_as_the_standard_says(shell: Shell) -> None:
    answer = shell("diff", "old", "new", "--format", "sarif").json
    SARIF.validate(answer)
    (run,) = answer["runs"]
    assert [each["ruleId"] for each in run["results"]] == [rule for _, rule in CHANGES]
    names = [each["id"] for each in run["tool"]["driver"]["rules"]]
    assert all(names[each["ruleIndex"]] == each["ruleId"] for each in run["results"])
    physical = run["results"][1]["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uri"] == f"new/{FILE}"
    line = physical["region"]["startLine"]
    text = (shell.folder / "new" / FILE).read_text("utf-8").splitlines()[line - 1]
    assert '"steps"' in text or '"maximum"' in text


def test_the_members_of_a_sarif_result_keep_their_order(shell: Shell) -> None:
    (run,) = shell("diff", "old", "new", "--format", "sarif").json["runs"]
    result = run["results"][1]
    assert [*result] == [
        *("ruleId", "ruleIndex", "level", "message"),
        *("partialFingerprints", "properties", "locations"),
    ]
    assert [*result["locations"][0]] == ["logicalLocations", "physicalLocation"]


REQUIRED = [
    ("version",),
    ("runs",),
    ("runs", 0, "tool"),
    ("runs", 0, "tool", "driver"),
    ("runs", 0, "tool", "driver", "name"),
    ("runs", 0, "tool", "driver", "rules", 0, "id"),
    ("runs", 0, "invocations", 0, "executionSuccessful"),
    ("runs", 0, "results", 0, "message"),
    ("runs", 0, "results", 0, "message", "text"),
]


@pytest.mark.parametrize("path", REQUIRED, ids=lambda path: "/".join(map(str, path)))
def test_the_schema_of_sarif_refuses_a_log_that_lacks_what_the_standard_requires(
    shell: Shell, path: tuple[str | int, ...]
) -> None:
    answer = shell("diff", "old", "new", "--format", "sarif").json
    *way, name = path
    holder = answer
    for step in way:
        holder = holder[step]
    del holder[name]
    assert not SARIF.is_valid(answer)


def test_annotations_name_the_file_and_the_line(repository: Shell) -> None:
    summary = repository.folder / "summary.md"
    answer = repository(
        "diff",
        "main",
        "--format",
        "github",
        environment={"GITHUB_STEP_SUMMARY": str(summary)},
    )
    first = answer.out.splitlines()[0]
    assert first.startswith(f"::error file=schemas/{FILE},line=")
    assert "title=number-range-narrowed::" in first
    assert "witness: 31" in first
    assert "number-range-narrowed" in summary.read_text("utf-8")


def test_annotations_are_capped_and_the_rest_is_counted(shell: Shell) -> None:
    fields = {f"f{index}": {**STEPS, "default": None} for index in range(14)}
    lower = {name: {**output, "maximum": 9} for name, output in fields.items()}
    shell.publish("wide", entry(**fields))
    shell.publish("low", entry(**lower))
    output = shell("diff", "wide", "low", "--format", "github").out
    assert output.count("::error ") == 10
    assert "::notice::4 more breaking findings in the step summary" in output


def test_a_published_text_cannot_break_out_of_a_report(shell: Shell) -> None:
    evil = "x|<img src=x>\n::error::owned\x1b[31m"
    shell.publish("one", entry(mode={**TEXT, "enum": ["a", evil]}))
    shell.publish("two", entry(mode={**TEXT, "enum": ["a"]}))
    comment = shell("diff", "one", "two", "--format", "markdown").out
    assert "<img" not in comment
    commands = shell("diff", "one", "two", "--format", "github").out
    assert not any(line.startswith("::error::owned") for line in commands.splitlines())
    assert "\x1b" not in shell("diff", "one", "two").out


def test_the_comment_begins_with_its_marker(shell: Shell) -> None:
    output = shell("diff", "old", "new", "--format", "markdown").out
    assert output.startswith("<!-- runcomfy-codegen diff -->\n")
    assert "1 breaking, 1 risky, 1 compatible. Version bump: **major**." in output
    assert "<summary>1 harmless changes</summary>" in output


def test_a_comment_is_never_too_long_for_github(shell: Shell) -> None:
    names = [f"acme/{index:03}" for index in range(90)]
    wide = {"type": "string", "enum": [letter * 150 for letter in "abc"]}
    narrow = {**wide, "enum": wide["enum"][:1]}
    fields = ["one", "two", "three"]
    shell.publish(
        "wide", *(entry(name, **dict.fromkeys(fields, wide)) for name in names)
    )
    shell.publish(
        "narrow", *(entry(name, **dict.fromkeys(fields, narrow)) for name in names)
    )
    output = shell("diff", "wide", "narrow", "--format", "markdown").out
    assert 40_000 < len(output) < 65_536
    assert "270 breaking" in output
    assert "more tables are too long to show here" in output


def test_a_changelog_is_written(shell: Shell) -> None:
    shell("diff", "old", "new", "--changelog", "CHANGES.md")
    answer = (shell.folder / "CHANGES.md").read_text("utf-8")
    assert answer.startswith("## Unreleased\n\n### Added\n\n- `acme/painter")
    assert (
        "- **Breaking.** `acme/painter/text-to-image`: steps: the allowed number range got smaller"
        in answer
    )
