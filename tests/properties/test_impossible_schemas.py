"""An impossible schema accepts nothing, for every judge alike, and is reported as an error."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runcomfy_codegen.diff.finding import DiffVerdict, Lens
from runcomfy_codegen.ir.diagnostic import Severity
from runcomfy_codegen.ir.model import NOTHING
from runcomfy_codegen.lint import lint
from runcomfy_codegen.sandbox.input_validation import InputSchema
from support.built_models import built, compared, executed, model_of, properties
from support.judges import answers

TEXT = {"type": "string"}
IMPOSSIBLE: list[tuple[dict[str, Any], str]] = [
    ({"type": "integer", "enum": ["a", "b"]}, "impossible-enum"),
    ({"type": "string", "const": 5}, "impossible-enum"),
    ({"type": "string", "const": None}, "impossible-enum"),
    ({"type": ["string", "null"], "enum": [3]}, "impossible-enum"),
    ({"type": "string", "minLength": 2, "enum": ["a"]}, "impossible-enum"),
    ({"enum": ["a", 1], "const": 2}, "impossible-enum"),
    ({"type": "array", "const": {}}, "impossible-enum"),
    ({"anyOf": [{**TEXT, "const": 1}, {"enum": [2], "const": 3}]}, "impossible-enum"),
    ({**TEXT, "anyOf": [{"type": "integer"}]}, "impossible-combination"),
    ({"anyOf": [TEXT], "oneOf": [{"type": "integer"}]}, "impossible-combination"),
    ({"type": "object", "oneOf": [{"type": "array"}]}, "impossible-combination"),
    ({"not": {}}, "impossible-combination"),
]


@pytest.mark.parametrize(("schema", "code"), IMPOSSIBLE)
def test_an_impossible_schema_accepts_nothing(
    schema: dict[str, Any], code: str
) -> None:
    for value in ("a", "", "ab", 1, 2, 5, True, [], {}, 0.5):
        assert set(answers(json.dumps(schema), value).values()) == {False}, value
    result = built(properties(x=schema))
    assert result.model is not None
    assert result.model.input.fields[0].type == NOTHING
    assert result.model.unknown == ()
    errors = [each for each in result.diagnostics if each.severity is Severity.ERROR]
    assert {each.code for each in errors} == {code}
    assert [each.code for each in lint([result.model])] == []


@pytest.mark.parametrize("schema", [schema for schema, _ in IMPOSSIBLE])
def test_an_impossible_schema_inside_another_leaves_what_is_possible(
    schema: dict[str, Any],
) -> None:
    for whole, good, bad in (
        ({"anyOf": [schema, {"type": "boolean"}]}, (True,), (1, "a")),
        ({"type": "array", "items": schema}, ([],), ([1], ["a"])),
        ({"type": "object", "additionalProperties": schema}, ({},), ({"b": 1},)),
        ({"type": "object", "properties": {"b": schema}}, ({}, {"c": 1}), ({"b": 1},)),
        ({"type": "object", "properties": {"b": schema}, "required": ["b"]}, (), ({}, {"b": "a"})),
    ):  # fmt: skip
        for expected, values in ((True, good), (False, bad)):
            for value in values:
                said = answers(json.dumps(whole), value)
                assert set(said.values()) == {expected}, (whole, value, said)


@pytest.mark.parametrize("schema", [schema for schema, _ in IMPOSSIBLE])
def test_the_diff_decides_an_impossible_schema(schema: dict[str, Any]) -> None:
    other = {"type": "boolean", "const": "x"}
    models = {
        name: [model_of(properties(f=item))]
        for name, item in (("one", schema), ("other", other), ("wide", {}))
    }
    assert compared(models["one"], models["other"]) == ()
    broken = compared(models["wide"], models["one"])
    wire = [each for each in broken if each.lens is Lens.WIRE]
    assert {each.verdict for each in wire} == {DiffVerdict.BREAKING}
    assert all(each.witness is not None for each in wire)
    mended = compared(models["one"], models["wide"])
    assert {each.verdict for each in mended} == {DiffVerdict.COMPATIBLE}


def test_no_value_is_named_where_there_is_none() -> None:
    model = model_of(properties(f={"type": "string", "const": 1}))
    with pytest.raises(ValueError, match="f can have no value"):
        executed(model).Input(f="a")
    (problem,) = InputSchema(model).problems({"f": "a"})
    assert "can have no value" in problem.message


def test_a_module_with_a_field_called_never_names_its_choices_otherwise() -> None:
    never = {"type": "string", "enum": ["a"]}
    model = model_of(properties(never=never, f={"type": "string", "const": 1}))
    module = executed(model)
    assert module.Input(never="a").payload() == {"never": "a"}
    with pytest.raises(ValueError, match="no value"):
        module.Input(f="a")
