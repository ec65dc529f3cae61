"""One set of inputs in two spellings: the diff compares by meaning, and says nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from runcomfy_codegen.diff.finding import DiffFinding, Lens
from support.built_models import compared, model_of, properties

TEXT = {"type": "string"}
NULLABLE = [
    {"type": "string", "nullable": True},
    {"type": ["string", "null"]},
    {"type": ["null", "string"]},
    {"anyOf": [TEXT, {"type": "null"}]},
    {"oneOf": [{"type": "null"}, TEXT]},
]


def ruled(*told: tuple[str, Any]) -> dict[str, Any]:
    """An image with rules, all of one message."""
    rules = [
        {"validation_rule": rule, "validation_value": value, "validation_error": "no"}
        for rule, value in told
    ]
    return {"type": "string", "format": "image_uri", "validations": rules}


SAME = [
    *((NULLABLE[0], other) for other in NULLABLE[1:]),
    ({"type": "string", "enum": ["a", None]}, {"type": ["string", "null"], "enum": ["a", None]}),
    ({"type": "string", "const": "a"}, {"type": "string", "enum": ["a"]}),
    ({"type": "integer", "enum": [1, 2]}, {"type": "integer", "enum": [2.0, 1, 1]}),
    ({"type": "integer", "enum": [1, 2]}, {"type": "integer", "minimum": 1, "maximum": 2}),
    ({"type": "float"}, {"type": "number"}),
    ({"type": "Integer"}, {"type": "integer"}),
    ({"type": "number", "multipleOf": 1}, {"type": "integer"}),
    ({"type": ["integer", "number"]}, {"type": "number"}),
    ({"type": "integer", "maximum": 4096}, {"type": "integer", "exclusiveMaximum": 4097}),
    ({"type": "integer", "maximum": 4096.7}, {"type": "integer", "maximum": 4096}),
    ({"type": "integer", "minimum": 1, "exclusiveMinimum": 0}, {"type": "integer", "minimum": 1}),
    ({"type": "string", "minLength": 0}, TEXT),
    ({"type": "array", "items": TEXT, "minItems": 0}, {"type": "array", "items": TEXT}),
    ({"type": "array", "format": "image_uris"}, {"type": "array", "format": "image_uris", "items": {"type": "string", "format": "image_uri"}}),
    (ruled(("width_pixels<=", 4096)), ruled(("width_pixels <", 4097))),
    (ruled(("width_pixels<=", 4096)), ruled(("width_pixels≤", "4096"))),
    (ruled(("width_pixels<=", 9), ("height_pixels<=", 9)), ruled(("height_pixels<=", 9.0), ("width_pixels<=", 9))),
    (ruled(("width/height<=", 2), ("width_pixels>", 0)), ruled(("width/height<=", "2.0"))),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_another_spelling_is_no_change(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    models = [model_of(properties(field=item)) for item in (one, other)]
    assert wire(compared(models[:1], models[1:])) == []
    assert wire(compared(models[1:], models[:1])) == []


def wire(found: Iterable[DiffFinding]) -> list[DiffFinding]:
    """What a server would notice; the code of a caller may see `int` become `Literal`."""
    return [each for each in found if each.lens is Lens.WIRE]


def test_the_order_of_fields_and_of_keywords_says_nothing() -> None:
    one = {
        "type": "object",
        "properties": {"a": TEXT, "b": {"type": "integer", "minimum": 1}},
    }
    other = {
        "properties": {"b": {"minimum": 1, "type": "integer"}, "a": TEXT},
        "type": "object",
    }
    assert compared([model_of(one)], [model_of(other)]) == ()


def test_a_default_that_became_a_sample_is_the_same_value() -> None:
    answer = {"type": "string", "default": "https://example.com/a.png"}
    without = model_of(properties(source=answer))
    with_format = model_of(properties(source={**answer, "format": "image_uri"}))
    rules = {each.rule for each in compared([without], [with_format])}
    assert rules == {"text-format-narrowed"}
