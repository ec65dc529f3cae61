"""Keywords without ``type`` constrain the values of their own type; other values pass."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runcomfy_codegen.ir.model import Anything
from support.built_models import built, properties
from support.judges import answers

OTHERS = (None, True, 1, 2.5, "abc", [1, "a"], {"a": 1})


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"minimum": 3}, (3, 3.0, None, False, "1", [], {}), (2, 2.9)),
        ({"multipleOf": 0.1}, (0.3, "0.35"), (0.35,)),
        ({"maxLength": 2}, ("ab", 12345, [1, 2, 3]), ("abc",)),
        ({"pattern": "^a"}, ("ab", 1), ("b",)),
        ({"maxItems": 1}, ([1], "abc", {"a": 1, "b": 2}), ([1, 2],)),
        ({"items": {"type": "integer"}}, ([1, 2.0], "a", None), (["a"],)),
        ({"uniqueItems": True}, ([1, True], 1), ([1, 1.0],)),
        ({"required": ["a"]}, ({"a": None}, [], "a"), ({}, {"b": 1})),
        (
            {"properties": {"promptText": {"minLength": 2}}},
            ({"promptText": "ab"}, {"promptText": 1}, {"prompt_text": "a"}, 5),
            ({"promptText": "a"},),
        ),
        ({"additionalProperties": False}, ({}, 1), ({"a": 1},)),
        ({"minimum": 3, "maxLength": 1}, (3, "a", []), (2, "ab")),
        ({"enum": [1, 5, "a"], "minimum": 3}, (5, "a"), (1, 2)),
        (
            {"anyOf": [{"minimum": 3}, {"type": "integer"}]},
            (3.5, 1, "a", None),
            (2.5,),
        ),
        ({"items": {"minimum": 3}}, ([3, "a"], 1), ([2],)),
    ],
)
def test_every_judge_reads_keywords_without_a_type(
    schema: dict[str, Any], good: tuple[Any, ...], bad: tuple[Any, ...]
) -> None:
    for value in good:
        assert set(answers(json.dumps(schema), value).values()) == {True}, value
    for value in bad:
        assert set(answers(json.dumps(schema), value).values()) == {False}, value


@pytest.mark.parametrize(
    "schema",
    [{}, {"minimum": "3"}, {"minLength": 0}, {"properties": {}}, {"format": "uri"}],
)
def test_what_constrains_nothing_stays_any_value(schema: dict[str, Any]) -> None:
    model = built(properties(x=schema)).model
    assert model is not None
    assert model.input.fields[0].type == Anything()
    for value in OTHERS:
        assert answers(json.dumps(schema), value)["client"]


def test_no_keyword_that_is_read_is_reported_as_unknown() -> None:
    model = built(properties(x={"minimum": 3, "maxLength": 2, "format": "uri"})).model
    assert model is not None
    assert [unknown.keyword for unknown in model.unknown] == ["format"]
