"""Approved findings: what they survive, and what not."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from diff.schema_folders import (
    STEPS,
    TEXT,
    committed,
    entry,
    published,
    rules,
)
from diff.test_rules import of_example
from runcomfy_codegen.diff.rule import DiffRule
from runcomfy_codegen.diff.rules import RULES
from support.command_line import Shell

HERE = Path(__file__).parent


@pytest.fixture
def shell(shell: Shell) -> Shell:
    return published(shell)


@pytest.fixture
def repository(shell: Shell) -> Shell:
    return committed(shell)


def pasted(shell: Shell) -> str:
    """The entries that the text shows, with the reason filled in."""
    lines = shell("diff", "old", "new").out.splitlines()
    shown = [line.strip() for line in lines if line.startswith("        ")]
    return "\n".join(shown).replace('reason = ""', 'reason = "agreed"')


def test_a_pasted_entry_approves_its_finding(shell: Shell) -> None:
    text = pasted(shell)
    assert len(tomllib.loads(text)["approved"]) == 2
    shell.write("runcomfy-approvals.toml", text)
    answer = shell("diff", "old", "new", "--fail-on", "risky", "--format", "json")
    assert answer.code == 0
    assert rules(answer) == [("compatible", "field-added")]
    assert [each["rule"] for each in answer.json["approved"]] == [
        "number-range-narrowed",
        "text-format-narrowed",
    ]
    assert answer.json["bump"] == "major"


def test_an_approval_outlives_other_texts_and_not_another_change(shell: Shell) -> None:
    shell.write("ok.toml", pasted(shell))
    answer = {**STEPS, "maximum": 30, "description": "Other words.", "default": 20}
    shell.publish(
        "later",
        entry(steps=answer, prompt=TEXT),
        entry("acme/singer", text={**TEXT, "format": "uri"}),
    )
    assert shell("diff", "old", "later", "--approvals", "ok.toml").code == 0
    shell.publish("lower", entry(prompt=TEXT, steps={**STEPS, "maximum": 29}))
    assert shell("diff", "old", "lower", "--approvals", "ok.toml").code == 1


def test_an_expired_approval_is_stale(shell: Shell) -> None:
    entries = pasted(shell).replace(
        "[[approved]]", "[[approved]]\nexpires = 2020-01-31"
    )
    shell.write("ok.toml", entries)
    answer = shell("diff", "old", "new", "--approvals", "ok.toml")
    assert answer.code == 1
    assert answer.out.count("stale approval") == 2


def test_a_file_that_an_earlier_version_wrote_still_approves(shell: Shell) -> None:
    shell.write("ok.toml", (HERE / "old-approvals.toml").read_text("utf-8"))
    answer = shell("diff", "old", "new", "--approvals", "ok.toml", "--format", "json")
    assert answer.code == 0
    assert len(answer.json["approved"]) == 2
    assert answer.json["stale_approvals"] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_finding_has_the_fingerprint_that_an_earlier_version_gave(
    rule: DiffRule,
) -> None:
    lines = (HERE / "old-fingerprints.txt").read_text("utf-8").splitlines()
    pairs = (line.partition(": ") for line in lines)
    before = {finding for example, _, finding in pairs if example == rule.id}
    after = {f"{each.rule} {each.fingerprint}" for each in of_example(rule)}
    assert before == after


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[approved", "not TOML"),
        ('[[approved]]\nfingerprint = "a"', "a 'reason' is required"),
        ('[[approved]]\nfingerprint = "a"\nreason = " "', "a 'reason' is required"),
        ('[[approved]]\nfinger = "a"', "unknown key 'finger'"),
        ('[[approved]]\nfingerprint = "a"\nreason = "b"\nexpires = "soon"', "a date"),
        ("allowed = []", "unknown key 'allowed'"),
    ],
)
def test_approvals_that_cannot_be_used_are_refused(
    shell: Shell, text: str, told: str
) -> None:
    shell.write("ok.toml", text)
    answer = shell("diff", "old", "new", "--approvals", "ok.toml")
    assert answer.code == 2
    assert told in answer.err
