"""The build takes any JSON: it never raises, and what it does not understand it keeps."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from runcomfy_codegen.build.build_model import build_catalog, build_model
from runcomfy_codegen.ir.as_json import model_as_json, to_json_schema
from runcomfy_codegen.ir.diagnostic import Severity
from runcomfy_codegen.ir.json_layout import exact_json_text
from runcomfy_codegen.ir.json_text import JsonText
from runcomfy_codegen.ir.model import (
    Choice,
    Field,
    Model,
    Object,
    Value,
    fields_in,
    types_in,
)
from runcomfy_codegen.targets.python.model_names import names_of
from runcomfy_codegen.targets.target import Overrides
from runcomfy_runtime.model import schema_report
from support.built_models import (
    SETTINGS,
    built,
    document,
    executed,
    model_of,
    properties,
    rendered,
)
from support.examples import examples
from support.random_schemas import inputs, json_values, schemas


def rules_in(schema: Any) -> int:
    """How many rules a property's schema lists itself."""
    if not isinstance(schema, dict):
        return 0
    own = schema.get("validations")
    return len(own) if isinstance(own, list) else 0


@given(json_values | inputs, json_values | schemas)
@example(
    {"type": "object", "properties": {"a": {"type": "integer", "multipleOf": 1e-320}}},
    {},
)
@example({"type": "object", "properties": {"a": {"enum": [1e308, 10**400]}}}, {})
def test_any_json_is_built_or_refused_with_a_reason(input_: Any, output: Any) -> None:
    result = built(input_, output_schema=output)
    if result.model is None:
        assert any(it.severity is Severity.ERROR for it in result.diagnostics)
    else:
        exact_json_text(
            model_as_json(result.model, names_of(result.model, Overrides()))
        )
        Draft202012Validator.check_schema(to_json_schema(result.model.input))
    for it in result.diagnostics:
        assert it.code
        assert it.message
        assert it.hint
        assert it.model == "acme/model"


@given(inputs, schemas)
@examples(40)
@example(properties(a={"enum": [-0.0, 0, False, ""]}), {})
def test_what_is_built_can_be_rendered_and_executed(input_: Any, output: Any) -> None:
    model = built(input_, output_schema=output).model
    if model is not None:
        module = executed(model)
        assert module.MODEL_ID == "acme/model"
        assert len(module.Input.model_fields) == len(input_["properties"])
        assert schema_report(module.Input, {}).ok == (
            not any(f.required for f in model.input.fields)
        )


@pytest.mark.parametrize(
    "number", ["1E400", "-1E400", "1E999999999", "1e-999999999", "9" * 4000]
)
@pytest.mark.parametrize(
    "keyword",
    ["minimum", "exclusiveMaximum", "multipleOf", "maxLength", "minItems", "default"],
)
def test_a_number_of_any_size_is_understood_or_kept(number: str, keyword: str) -> None:
    words = ("integer", "number", "string", "array")
    schemas = (
        f'"{word}": {{"type": "{word}", "{keyword}": {number}}}' for word in words
    )
    model = _of_text(f'{{"type": "object", "properties": {{{", ".join(schemas)}}}}}')
    assert [field.wire_name for field in model.input.fields] == list(words)
    exact_json_text(model_as_json(model, names_of(model, Overrides())))
    assert executed(model).Input().payload() == {}


@pytest.mark.parametrize("number", ["1E999999999", "-1e-999999999", "9" * 4000])
def test_a_rule_with_a_limit_of_any_size_is_kept(number: str) -> None:
    rule = f'{{"validation_rule": "width_pixels<", "validation_value": {number}}}'
    model = _of_text(
        '{"type": "object", "properties": {"a": {"type": "string", "validations": '
        f"[{rule}]}}}}}}"
    )
    (kept,) = model.rules
    assert not kept.checkable
    assert kept.message == ""


@pytest.mark.parametrize(
    "limit", ["1/3", "1_000", "1e99999999", "", "wide", "0x10", "3 px"]
)
def test_a_limit_that_is_no_decimal_is_told_and_never_checked(limit: str) -> None:
    rule = {"validation_rule": "width_pixels<", "validation_value": limit}
    result = built(properties(a={"type": "string", "validations": [rule]}))
    assert [it.code for it in result.diagnostics] == ["unknown-rule"]
    assert result.model is not None
    assert not result.model.rules[0].checkable
    assert limit in result.model.rules[0].limit


@pytest.mark.parametrize(
    "number", ["1E400", "-1E999999999", "9" * 4000, "1e-999999999"]
)
def test_a_choice_of_any_size_is_understood_or_left_out(number: str) -> None:
    text = f'{{"type": "object", "properties": {{"a": {{"enum": [{number}, 1]}}}}}}'
    model = _of_text(text)
    assert isinstance(model.input.fields[0].type, Choice)
    exact_json_text(model_as_json(model, names_of(model, Overrides())))
    assert executed(model).Input(a=1).payload() == {"a": 1}


def _of_text(text: str) -> Model:
    """The model whose input schema is spelled so."""
    published = replace(document(properties()), input_schema=JsonText(text))
    model = build_model([("test.json", published)], SETTINGS).model
    assert model is not None
    return model


@given(inputs)
def test_no_rule_is_lost(input_: Any) -> None:
    model = built(input_).model
    if model is not None:
        published = map(rules_in, input_["properties"].values())
        for field, number in zip(model.input.fields, published, strict=True):
            assert len(field.rules) >= number


@given(inputs)
def test_no_field_is_lost_or_moved(input_: Any) -> None:
    model = built(input_).model
    if model is not None:
        names = [field.wire_name for field in model.input.fields]
        assert names == list(input_["properties"])


def unknown_words(field: Field) -> set[str]:
    return {unknown.keyword for unknown in field.unknown}


@given(st.from_regex(r"x-[a-z]{1,5}", fullmatch=True), json_values)
def test_a_keyword_that_is_not_understood_is_kept_with_its_value(
    keyword: str, value: Any
) -> None:
    model = model_of(
        {**properties(a={"type": "string", keyword: value}), keyword: value}
    )
    (unknown,) = model.input.fields[0].unknown
    assert (unknown.keyword, unknown.pointer) == (
        keyword,
        f"/input_schema/properties/a/{keyword}",
    )
    assert unknown.value.load() == value
    pointers = [each.pointer for each in model.unknown]
    assert pointers == [f"/input_schema/{keyword}", unknown.pointer]


@pytest.mark.parametrize(
    "validations", [{"validation_rule": "x<"}, "width_pixels<", 3, True]
)
def test_rules_that_are_no_list_are_kept_as_unknown(validations: Any) -> None:
    model = model_of(properties(a={"type": "string", "validations": validations}))
    assert unknown_words(model.input.fields[0]) == {"validations"}
    assert model.input.fields[0].unknown[0].value.load() == validations


def test_half_of_a_surrogate_pair_is_no_choice() -> None:
    model = model_of(properties(a={"type": "string", "enum": ["\ud800", "b"]}))
    assert model.input.fields[0].type == Choice((Value.of("b"),))


def test_rules_inside_the_items_of_an_array_hold_for_each_item_too() -> None:
    rule = {"validation_rule": "width_pixels<", "validation_value": 10}
    published = {"type": "array", "items": {"type": "string", "validations": [rule]}}
    model = model_of(properties(a={**published, "validations": [rule]}, b=published))
    assert [each.pointer for each in model.rules] == ["/a/*", "/a/*", "/b/*"]


@given(json_values)
def test_no_default_of_the_server_becomes_a_default_of_the_client(default: Any) -> None:
    model = model_of(
        {
            "type": "object",
            "properties": {
                "steps": {"type": "integer", "default": default},
                "prompt": {"type": "string", "default": default},
                "image_url": {
                    "type": "string",
                    "format": "image_uri",
                    "default": default,
                },
                "needed": {"default": default},
            },
            "required": ["needed"],
        }
    )
    steps, prompt, image, needed = model.input.fields
    assert (prompt.default, image.default, needed.default) == (None, None, None)
    assert steps.sample is None
    if default is not None:
        assert [field.sample is None for field in (prompt, image, needed)] == [
            False
        ] * 3
        assert steps.default is not None
        assert steps.default.load() == default
    (source,) = rendered([model]).values()
    assert set(_defaults(source)) == {"steps", "prompt", "image_url"}


def _defaults(source: str) -> dict[str, Any]:
    """The Python defaults of ``Input``, every one of which must be None."""
    defaults: dict[str, Any] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and node.name.endswith("Input"):
            defaults |= {
                line.target.id: ast.literal_eval(line.value)
                for line in node.body
                if isinstance(line, ast.AnnAssign)
                and isinstance(line.target, ast.Name)
                and line.value is not None
                and not line.target.id.isupper()
            }
    assert set(defaults.values()) <= {None}
    return defaults


def test_one_bad_model_stops_no_other() -> None:
    bad = [
        document(value, f"acme/bad{index}") for index, value in enumerate(([], 3, {}))
    ]
    good = document(properties(a={"type": "string"}), "acme/good")
    catalog = build_catalog([("test.json", each) for each in (*bad, good)], SETTINGS)
    assert [model.model_id for model in catalog.models] == ["acme/good"]
    assert catalog.failed == ("acme/bad0", "acme/bad1", "acme/bad2")


@pytest.mark.parametrize("depth", [5, 23, 24, 25, 60, 150])
def test_a_schema_nested_deeper_than_any_published_one_becomes_wide(depth: int) -> None:
    schema: dict[str, Any] = {"type": "integer"}
    for _ in range(depth):
        schema = {"type": "array", "items": schema}
    model = model_of(properties(a=schema))
    deepest = sum(1 for _ in types_in(model.input))
    assert deepest == min(depth, 24) + 2
    assert bool(model.unknown) is (depth > 23)
    executed(model)


def test_every_nested_object_of_a_model_has_a_class_of_its_own() -> None:
    part = {"type": "object", "properties": {"x": {"type": "integer"}}}
    model = model_of(
        properties(
            a=part, b={"type": "array", "items": part}, c={"anyOf": [part, part]}
        ),
        output_schema=properties(a=part),
    )
    names = names_of(model, Overrides())
    objects = [
        names.classes[kind.pointer]
        for top in (model.input, model.output)
        for kind in types_in(top)
        if isinstance(kind, Object)
    ]
    assert len(objects) == len(set(objects)) == 7
    assert len(fields_in(model.input)) == 3 + 4


@pytest.mark.parametrize("values", [[0, 1], [1, 2], [0, 1, 2.5], ["x", 1, 0]])
def test_true_is_not_one_even_where_one_is_a_choice(values: list[Any]) -> None:
    taken = executed(model_of(properties(a={"enum": values}))).Input
    for value in values:
        assert schema_report(taken, {"a": value}).ok
    assert not schema_report(taken, {"a": True}).ok
    assert not schema_report(taken, {"a": False}).ok
