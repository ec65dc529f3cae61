"""One change is told once: what follows from the wire in code is one entry and one approval."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diff.schema_folders import entry
from diff.test_random_schemas import schemas
from runcomfy_codegen.diff.approvals import Approval, SortedFindings, apply_approvals
from runcomfy_codegen.diff.finding import DiffFinding, Lens
from runcomfy_codegen.diff.same_change import Change, changes
from support.built_models import compared, model_of, properties
from support.command_line import Shell
from support.examples import examples

Schema = dict[str, Any]
TEXT, INTEGER = {"type": "string"}, {"type": "integer"}
NONE: Schema = {}


def choice(*values: Any) -> Schema:
    return {"type": "string", "enum": [*values]}


def part(**members: Schema) -> Schema:
    return {"type": "object", "properties": members}


def either(*options: Schema) -> Schema:
    return {"anyOf": [*options]}


def found(before: Schema, after: Schema) -> tuple[DiffFinding, ...]:
    models = [model_of(properties(**fields)) for fields in (before, after)]
    return compared(models[:1], models[1:])


def shown(change: Change) -> str:
    return f"{change.worst.verdict} {change.main.rule} [{change.lens}]"


BOTH = "wire and source"
CHANGES: list[tuple[Schema, Schema, list[str]]] = [
    ({"f": TEXT}, NONE, [f"breaking field-removed [{BOTH}]"]),
    ({"f": choice("a", "b")}, {"f": choice("a")}, [f"breaking choices-narrowed [{BOTH}]"]),
    ({"f": choice("a")}, {"f": choice("A")}, [f"breaking choices-narrowed [{BOTH}]", "compatible choices-widened [wire]"]),
    ({"f": INTEGER}, {"f": {**INTEGER, "maximum": 9}}, ["breaking number-range-narrowed [wire]"]),
    ({"f": {**TEXT, "maxLength": 9}}, {"f": {**choice("a"), "maxLength": 5}}, [f"breaking choices-narrowed [{BOTH}]"]),
    ({"f": part(g={"type": "array", "items": TEXT})}, {"f": part(g={"type": "array", "items": INTEGER})}, [f"breaking type-narrowed [{BOTH}]", "compatible type-widened [wire]"]),
    ({"f": part(a=TEXT)}, {"f": TEXT}, [f"breaking type-narrowed [{BOTH}]", "compatible type-widened [wire]"]),
    ({"f": part(a=TEXT)}, {"f": {"type": "object"}}, [f"breaking class-removed [{BOTH}]"]),
    ({"f": {"type": "array", "items": TEXT}}, {"f": {"type": "array", "items": either(TEXT, INTEGER)}}, [f"risky annotation-narrowed [{BOTH}]"]),
    ({"f": {**INTEGER, "minimum": 1, "maximum": 2}}, {"f": {"enum": [1, 2]}}, ["breaking annotation-narrowed [source]"]),
    ({"f": TEXT, "g": TEXT}, {"f": INTEGER, "g": choice("a")}, [f"breaking type-narrowed [{BOTH}]", "compatible type-widened [wire]", f"breaking choices-narrowed [{BOTH}]"]),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "expected"), CHANGES)
def test_a_change_is_one_entry(
    before: Schema, after: Schema, expected: list[str]
) -> None:
    findings = found(before, after)
    entries = changes(findings)
    assert [shown(each) for each in entries] == expected
    listed = [finding for each in entries for finding in each.findings]
    assert sorted(map(id, listed)) == sorted(map(id, findings))


def approved(findings: tuple[DiffFinding, ...], *fingerprints: str) -> SortedFindings:
    entries = [Approval(each, "agreed") for each in fingerprints]
    return apply_approvals(entries, findings, date(2026, 1, 1))


@pytest.mark.parametrize(("before", "after", "expected"), CHANGES)
def test_the_approval_of_an_entry_covers_all_of_it(
    before: Schema, after: Schema, expected: list[str]
) -> None:
    findings = found(before, after)
    for change in changes(findings):
        result = approved(findings, change.main.fingerprint)
        for finding in findings:
            inside = finding in change.findings
            hurts = finding.verdict in ("breaking", "risky")
            if not inside or hurts:
                assert (finding in result.approved) is inside
        assert result.stale == ()


@pytest.mark.parametrize(("before", "after", "expected"), CHANGES)
def test_old_approvals_of_both_lenses_count(
    before: Schema, after: Schema, expected: list[str]
) -> None:
    findings = found(before, after)
    every = {each.fingerprint for each in findings}
    result = approved(findings, *sorted(every))
    assert (result.open, result.stale) == ((), ())


CODE_SAYS_ALL = [
    ({"f": choice("a", "b")}, {"f": choice("a")}, True),
    ({"f": {"type": "array", "items": {"type": ["string", "null"]}}}, {"f": {"type": "array", "items": TEXT}}, True),
    ({"f": TEXT}, NONE, True),
    ({"f": TEXT}, {"f": {**INTEGER, "maximum": 9}}, False),
    ({"f": part(g=choice("a", "b"))}, {"f": part(g=choice("a"))}, True),
    ({"f": part(g=TEXT)}, {"f": part(g=INTEGER)}, False),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "says_all"), CODE_SAYS_ALL)
def test_an_approval_of_the_code_covers_the_wire_if_it_says_all(
    before: Schema, after: Schema, says_all: bool
) -> None:
    findings = found(before, after)
    code = next(each for each in findings if each.lens is Lens.SOURCE)
    result = approved(findings, code.fingerprint)
    assert code in result.approved
    assert any(map(hurts, result.open)) is not says_all


def test_code_that_two_changes_break_needs_the_approval_of_both() -> None:
    nullable = {"type": ["string", "null"], "enum": ["a", "b", None]}
    findings = found({"f": nullable}, {"f": choice("a")})
    wire = [each for each in findings if each.lens is Lens.WIRE]
    assert {each.rule for each in wire} == {"choices-narrowed", "null-narrowed"}
    for one in wire:
        result = approved(findings, one.fingerprint)
        assert "annotation-narrowed" in {each.rule for each in result.open}
    assert approved(findings, *(each.fingerprint for each in wire)).open == ()


def test_every_format_tells_a_change_once_and_json_both_findings(shell: Shell) -> None:
    shell.publish("old", entry(mode=choice("a", "b"), gone=TEXT))
    shell.publish("new", entry(mode=choice("a")))
    text = shell("diff", "old", "new").out
    assert text.count("to approve it:") == 2
    assert "breaking choices-narrowed [wire and source]" in text
    assert "2 breaking; version bump: major" in text
    github = shell("diff", "old", "new", "--format", "github").out
    assert github.count("::error ") == 2
    sarif = shell("diff", "old", "new", "--format", "sarif").json
    results = sarif["runs"][0]["results"]
    assert [each["ruleId"] for each in results] == ["field-removed", "choices-narrowed"]
    assert results[0]["properties"]["verdict"] == "breaking"
    comment = shell("diff", "old", "new", "--format", "markdown").out
    assert comment.count("| 🔴 breaking, wire and source |") == 2
    answer = shell("diff", "old", "new", "--format", "json").json
    assert len(answer["findings"]) == 4
    assert answer["summary"]["breaking"] == 3

    lines = text.splitlines()
    pasted = "\n".join(line.strip() for line in lines if line.startswith("        "))
    approvals = pasted.replace('reason = ""', 'reason = "agreed"')
    assert len(tomllib.loads(approvals)["approved"]) == 2
    shell.write("runcomfy-approvals.toml", approvals)
    answer = shell("diff", "old", "new", "--fail-on", "risky", "--format", "json")
    assert (answer.code, answer.json["findings"]) == (0, [])
    assert len(answer.json["approved"]) == 4


@given(st.dictionaries(st.sampled_from("fg"), schemas, min_size=1), st.data())
@examples(60)
def test_the_approvals_of_all_entries_leave_nothing_open(
    before: Schema, data: st.DataObject
) -> None:
    after = {name: data.draw(schemas) for name in before}
    findings = found(before, after)
    entries = changes(findings)
    listed = [finding for each in entries for finding in each.findings]
    assert sorted(map(id, listed)) == sorted(map(id, findings))
    urgent = [each for each in entries if hurts(each.worst)]
    result = approved(findings, *(each.main.fingerprint for each in urgent))
    assert not any(map(hurts, result.open))
    assert result.stale == ()
    for change in urgent:
        rest = {each.main.fingerprint for each in urgent} - {change.main.fingerprint}
        result = approved(findings, *sorted(rest))
        assert any(map(hurts, result.open))


def hurts(finding: DiffFinding) -> bool:
    return finding.verdict in ("breaking", "risky")
