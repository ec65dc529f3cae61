"""The witness of a source finding is a value that the old schema accepted."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from diff.test_rules import of_example
from runcomfy_codegen.diff.finding import DiffFinding, Lens
from runcomfy_codegen.diff.rules import RULES
from runcomfy_codegen.ir.exact import json_value
from support.built_models import compared, model_of

LONG = {"type": "string", "minLength": 3, "maxLength": 5}
RANGE = {"type": "number", "minimum": 10, "maximum": 20}
MODES = {"type": "string", "enum": ["fast", "good"]}


def source_findings(before: Any, after: Any, rule: str) -> list[DiffFinding]:
    def model(field: Any) -> Any:
        schema = {"type": "object", "properties": {"a": field}, "required": ["a"]}
        return model_of(schema, "acme/a")

    found = compared([model(before)], [model(after)])
    return [
        finding
        for finding in found
        if finding.lens is Lens.SOURCE and finding.rule == rule
    ]


CASES = [
    (LONG, {"type": "integer"}),
    (LONG, MODES),
    ({"type": "string", "pattern": "^[0-9]{4}$"}, {"type": "integer"}),
    (RANGE, {"type": "integer"}),
    (RANGE, {"type": "string"}),
    ({"type": "integer", "minimum": 7, "multipleOf": 7}, {"type": "string"}),
    (
        {"type": "array", "items": LONG, "minItems": 2},
        {"type": "array", "items": RANGE},
    ),
    ({"type": ["string", "null"], "minLength": 2}, {"type": "integer"}),
    ({**MODES, "enum": ["fast", "good", "best"]}, MODES),
]


@pytest.mark.parametrize(("before", "after"), CASES)
def test_the_old_schema_accepted_the_witness(before: Any, after: Any) -> None:
    (found,) = source_findings(before, after, "annotation-narrowed")
    assert found.witness is not None
    value = json_value(found.witness.value)
    assert Draft202012Validator(before).is_valid(value), value
    assert not Draft202012Validator(after).is_valid(value), value


def test_a_change_of_annotation_alone_has_no_witness() -> None:
    """Every value of the old schema is one of the new annotation; a ``str`` is not."""
    before = {"type": "string", "pattern": "^(fast|good)$"}
    (found,) = source_findings(before, MODES, "annotation-narrowed")
    assert found.verdict == "breaking"
    if found.witness is not None:
        assert Draft202012Validator(before).is_valid(found.witness.value)


def test_the_page_names_the_rules_without_a_witness() -> None:
    without = {
        found.rule
        for rule in RULES
        for found in of_example(rule)
        if found.rule == rule.id and found.verdict == "breaking" and not found.witness
    }
    page = (Path(__file__).parents[2] / "docs/rules/diff.md").read_text("utf-8")
    (listed,) = re.findall(r"no value can show: (.*?)\.\n", page.replace("\n`", " `"))
    assert set(re.findall(r"`([a-z-]+)`", listed)) == without
