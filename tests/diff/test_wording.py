"""What the messages of the diff say: both sides of an arrow, guesses, and what is open."""

from __future__ import annotations

from typing import Any

import pytest

from runcomfy_codegen.diff.finding import DiffFinding
from support.built_models import compared, model_of, properties

Schema = dict[str, Any]
TEXT, INTEGER = {"type": "string"}, {"type": "integer"}
MANY = [f"choice-number-{number:03}" for number in range(60)]
LONG = "a" * 150


def part(**members: Schema) -> Schema:
    return {"type": "object", "properties": members}


def found(before: Schema, after: Schema) -> tuple[DiffFinding, ...]:
    models = [model_of(properties(**fields)) for fields in (before, after)]
    return compared(models[:1], models[1:])


def arrow(finding: DiffFinding) -> tuple[str, str]:
    old, _, new = finding.message.partition(" → ")
    return old, new


SIDES = [
    ({"enum": MANY}, {"enum": [*MANY[:40], "another", *MANY[41:]]}, "annotation-narrowed", MANY[40], "another"),
    (part(**dict.fromkeys(MANY, TEXT)), part(**dict.fromkeys([*MANY[:50], "other"], TEXT)), "annotation-narrowed", MANY[50], "other"),
    (part(a=TEXT, b=INTEGER), part(a=TEXT, b=TEXT), "annotation-narrowed", "b?: integer", "b?: string"),
    ({"type": ["string", "integer"], "maxLength": 9}, {"type": ["string", "integer"], "maxLength": 4}, "alternatives-narrowed", "at most 9", "at most 4"),
    ({"type": "object", "additionalProperties": TEXT}, {"type": "object", "additionalProperties": INTEGER}, "object-members-narrowed", "…: string", "…: integer"),
    ({"type": ["array", "integer"], "items": {"type": "number", "minimum": 1}}, {"type": ["array", "integer"], "items": {"type": "number", "minimum": 2}}, "alternatives-narrowed", ">= 1", ">= 2"),
    ({**TEXT, "default": f"{LONG}one"}, {**TEXT, "default": f"{LONG}two"}, "server-default-changed", "one", "two"),
    ({**TEXT, "pattern": f"^{LONG}b$"}, {**TEXT, "pattern": f"^{LONG}c$"}, "text-pattern-narrowed", "ab$", "ac$"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "rule", "one", "other"), SIDES)
def test_both_sides_show_the_first_member_that_differs(
    before: Schema, after: Schema, rule: str, one: str, other: str
) -> None:
    (finding,) = (each for each in found({"f": before}, {"f": after}) if each.rule == rule)  # fmt: skip
    old, new = arrow(finding)
    assert one in old
    assert other in new
    assert max(map(len, (finding.old, finding.new))) <= 121


def test_a_rename_is_a_guess() -> None:
    findings = found({"image_url": TEXT}, {"input_image_url": TEXT})
    assert {each.rule for each in findings} == {"field-renamed"}
    assert all("probably a rename" in each.message for each in findings)
    models = [model_of(properties(a=TEXT, b=INTEGER), f"acme/one-{n}") for n in "12"]
    for each in compared(models[:1], models[1:]):
        assert each.rule == "model-renamed"
        assert "probably a rename" in each.message


def test_an_open_question_claims_no_change_for_the_worse() -> None:
    for before, after in (
        ({**TEXT, "format": "uri"}, {**TEXT, "format": "hostname"}),
        ({**TEXT, "not": {"const": "a"}}, {**TEXT, "maxLength": 3, "not": {"const": "a"}}),
        ({"type": "array", "items": TEXT, "format": "a"}, {"type": "array", "items": TEXT, "format": "b"}),
    ):  # fmt: skip
        (finding,) = (each for each in found({"f": before}, {"f": after}) if each.reason)  # fmt: skip
        assert finding.verdict == "risky"
        assert finding.reason.startswith("cannot be compared, because")
        assert " changed: " in finding.message
        for claim in ("smaller", "no longer", "must", "need"):
            assert claim not in finding.message


CHOICES = {"enum": ["alto", "bass"]}
OPEN = {"anyOf": [CHOICES, TEXT]}
SUGGESTIONS = [
    (OPEN, TEXT, 'without "alto", "bass"'),
    (TEXT, OPEN, 'also "alto", "bass"'),
    (OPEN, {"anyOf": [{"enum": ["alto", "tenor"]}, TEXT]}, 'without "bass", also "tenor"'),
    ({"type": "array", "items": OPEN}, {"type": "array", "items": TEXT}, 'without "alto", "bass"'),
    ({"anyOf": [OPEN, {"type": "null"}]}, {"type": ["string", "null"]}, 'without "alto", "bass"'),
    (part(voice=OPEN), part(voice=TEXT), 'without "alto", "bass"'),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "change"), SUGGESTIONS)
def test_suggestions_that_come_or_go_are_documentation(
    before: Schema, after: Schema, change: str
) -> None:
    (finding,) = found({"f": before}, {"f": after})
    assert (finding.verdict, finding.rule) == ("docs-only", "suggestions-changed")
    assert finding.message == f"other values are suggested: {change}"


@pytest.mark.parametrize(
    ("before", "after"),
    [(CHOICES, OPEN), (OPEN, CHOICES), (CHOICES, TEXT), (OPEN, INTEGER)],
)
def test_a_list_that_closes_or_opens_is_a_change_of_values(
    before: Schema, after: Schema
) -> None:
    findings = found({"f": before}, {"f": after})
    assert findings
    assert "suggestions-changed" not in {each.rule for each in findings}
