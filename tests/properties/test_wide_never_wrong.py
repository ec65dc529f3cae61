"""What is not understood makes a type wider, for every judge alike, and is reported."""

from __future__ import annotations

import json
from time import process_time
from typing import Any

import pytest

from support.built_models import built, properties
from support.judges import answers


@pytest.mark.parametrize(
    ("schema", "good"),
    [
        (
            {
                "type": "array",
                "prefixItems": [{"type": "string"}],
                "items": {"type": "integer"},
            },
            (["a", 1], [], [1.5]),
        ),
        ({"type": "array", "prefixItems": [{}], "items": False}, (["a"],)),
        (
            {
                "type": "array",
                "format": "image_uris",
                "prefixItems": [{"type": "object"}],
            },
            ([{}], ["a"]),
        ),
        (
            {
                "type": "object",
                "properties": {"a": {"type": "string"}},
                "patternProperties": {"^x-": {"type": "string"}},
                "additionalProperties": False,
            },
            ({"a": "b", "x-c": "d"}, {}),
        ),
        (
            {
                "type": "object",
                "patternProperties": {"^x-": {"type": "string"}},
                "additionalProperties": {"type": "integer"},
            },
            ({"x-c": "d", "e": 1},),
        ),
        ({"type": "number", "maximum": 10**400}, (10**401,)),
        ({"type": "string", "contentEncoding": "base64"}, ("!",)),
    ],
)
def test_an_unread_keyword_that_loosens_another_widens_the_type(
    schema: dict[str, Any], good: tuple[Any, ...]
) -> None:
    for value in good:
        assert set(answers(json.dumps(schema), value).values()) == {True}, value
    assert built(properties(x=schema)).model.unknown  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        (
            {
                "type": "object",
                "properties": {"foo": {"type": "string"}},
                "additionalProperties": {"type": "boolean"},
            },
            ({}, {"foo": "a", "bar": True}),
            ({"bar": 1}, {"foo": True}, {"foo": "a", "bar": "b"}),
        ),
        (
            {
                "type": "object",
                "properties": {"promptText": {"type": "string"}},
                "additionalProperties": {"type": "number", "multipleOf": 0.1},
            },
            ({"prompt_text": 0.3}, {"promptText": "a", "prompt_text": 1}),
            ({"prompt_text": "a"}, {"prompt_text": 0.35}),
        ),
        (
            {
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "properties": {"a": {"type": "integer"}},
                    "additionalProperties": {
                        "type": "array",
                        "items": {"type": "string"},
                    },
                },
            },
            ({"k": {"a": 1.0, "b": ["c"]}},),
            ({"k": {"b": "c"}}, {"k": {"b": [1]}}),
        ),
        ({"type": "object", "required": ["a"]}, ({"a": None},), ({}, {"b": 1})),
        (
            {
                "type": "object",
                "properties": {"b": {"type": "string"}},
                "required": ["a", "b"],
                "additionalProperties": {"type": "integer"},
            },
            ({"a": 1, "b": "c"},),
            ({"b": "c"}, {"a": 1}, {"a": "x", "b": "c"}),
        ),
        (
            {
                "type": "object",
                "properties": {"b": {}},
                "required": ["a"],
                "additionalProperties": False,
            },
            ({}, {"b": 1}),
            ({"a": 1},),
        ),
    ],
)
def test_members_are_checked_alike_by_every_judge(
    schema: dict[str, Any], good: tuple[Any, ...], bad: tuple[Any, ...]
) -> None:
    for value in good:
        assert set(answers(json.dumps(schema), value).values()) == {True}, value
    for value in bad:
        assert set(answers(json.dumps(schema), value).values()) == {False}, value


@pytest.mark.parametrize(
    ("schema", "accepted", "refused", "code"),
    [
        (
            {"oneOf": [{"type": "integer"}, {"type": "number", "minimum": 2}]},
            (1, 3, 2.5),
            (0.5, "a"),
            "overlapping-options",
        ),
        (
            {"type": "string", "oneOf": [{"minLength": 2}, {"maxLength": 4}]},
            ("a", "abc", "abcde"),
            (1,),
            "overlapping-options",
        ),
        (
            {"type": "string", "pattern": "^a", "anyOf": [{"pattern": "b$"}]},
            ("ab", "ac"),
            ("bb",),
            "unread-combination",
        ),
        (
            {"type": "number", "multipleOf": 3e200, "allOf": [{"multipleOf": 7e200}]},
            (2.1e201, 0),
            (3e200, 7e200, 1),
            None,
        ),
        (
            {"multipleOf": 3**400, "allOf": [{"multipleOf": 7**300}]},
            (3**400, 3**400 * 7**300),
            (1,),
            "unread-combination",
        ),
        (
            {
                "type": "object",
                "properties": {"a": {"type": "string"}},
                "anyOf": [{"properties": {"a": {"type": "integer"}}}],
            },
            ({}, {"a": "x"}),
            ({"a": []},),
            "unread-combination",
        ),
    ],
)
def test_options_are_checked_with_the_rest_or_told(
    schema: dict[str, Any],
    accepted: tuple[Any, ...],
    refused: tuple[Any, ...],
    code: str | None,
) -> None:
    """What is wider than JSON Schema is accepted by every judge, with a diagnostic."""
    for expected, values in ((True, accepted), (False, refused)):
        for value in values:
            said = answers(json.dumps(schema), value)
            said.pop("published")  # it reads the published schema, and is as strict
            assert set(said.values()) == {expected}, (value, said)
    result = built(properties(x=schema))
    codes = {each.code for each in result.diagnostics} & {
        "overlapping-options",
        "unread-combination",
    }
    assert codes == ({code} if code else set())
    assert result.model is not None
    assert bool(result.model.unknown) is bool(code)


def test_two_thousand_options_next_to_a_type_take_linear_time() -> None:
    options = [{"const": f"v{number}", "title": "V"} for number in range(2000)]
    begin = process_time()
    model = built(properties(x={"type": "string", "oneOf": options})).model
    assert process_time() - begin < 2
    assert model is not None
    assert model.unknown == ()
