"""What is malformed makes a type wide, stays in the model as unknown, and is reported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from runcomfy_codegen.ir.json_text import MAX_DEPTH, items, members
from runcomfy_codegen.ir.model import Anything, Nullable, Union
from support.built_models import built

MALFORMED: list[tuple[dict[str, Any], str]] = [
    ({"anyOf": "nope"}, "anyOf"),
    ({"oneOf": {"type": "string"}}, "oneOf"),
    ({"anyOf": []}, "anyOf"),
    ({"anyOf": [{"type": "string"}, 5]}, "anyOf"),
    ({"oneOf": [5]}, "oneOf"),
    ({"type": "string", "enum": "a"}, "enum"),
    ({"type": "string", "format": 5}, "format"),
    ({"type": "string", "nullable": "yes"}, "nullable"),
    ({"type": "string", "minLength": "3"}, "minLength"),
    ({"type": "array", "items": 5}, "items"),
    ({"type": "array", "uniqueItems": 1}, "uniqueItems"),
    ({"type": "object", "properties": 5}, "properties"),
    ({"type": "object", "required": "a"}, "required"),
    ({"type": "object", "additionalProperties": "no"}, "additionalProperties"),
]


@pytest.mark.parametrize(("schema", "keyword"), MALFORMED)
def test_a_malformed_keyword_is_kept_as_unknown_and_reported_where_it_stands(
    schema: dict[str, Any], keyword: str
) -> None:
    result = built({"type": "object", "properties": {"x": schema}})
    assert result.model is not None
    (field,) = result.model.input.fields
    kept = [(item.keyword, item.pointer) for item in field.unknown]
    assert kept == [(keyword, f"/input_schema/properties/x/{keyword}")]
    assert any(item.pointer.startswith(kept[0][1]) for item in result.diagnostics)


def test_options_that_are_whole_keep_nothing() -> None:
    options = [{"type": "string"}, {"type": "integer"}, {"type": "null"}]
    result = built({"type": "object", "properties": {"x": {"anyOf": options}}})
    assert result.model is not None
    (field,) = result.model.input.fields
    assert field.unknown == ()
    assert isinstance(field.type, Nullable)
    assert isinstance(field.type.inner, Union)
    assert result.diagnostics == ()


def test_an_option_that_is_no_schema_makes_the_type_wide() -> None:
    options = [{"type": "string"}, 5]
    result = built({"type": "object", "properties": {"x": {"anyOf": options}}})
    assert result.model is not None
    assert isinstance(result.model.input.fields[0].type, Anything)


def in_items(inner: Any) -> Any:
    return {"type": "array", "items": inner}


def in_a_map(inner: Any) -> Any:
    return {"type": "object", "additionalProperties": inner}


def in_an_option(inner: Any) -> Any:
    return {"type": "object", "properties": {"a": {"anyOf": [inner]}}}


@pytest.mark.parametrize("around", [in_items, in_a_map, in_an_option])
def test_the_dialect_reaches_the_innermost_schema_of_the_deepest_document(
    around: Callable[[Any], Any],
) -> None:
    schema: Any = {"type": "tensor"}
    while depth(around(schema)) < MAX_DEPTH - 4:
        schema = around(schema)
    result = built({"type": "object", "properties": {"x": schema}})
    assert [item.code for item in result.diagnostics] == ["unknown-type"]
    assert result.model is not None


def depth(value: Any) -> int:
    """How many levels a JSON value has."""
    inner = [*members(value).values(), *items(value)]
    return 1 + max(map(depth, inner), default=0)
