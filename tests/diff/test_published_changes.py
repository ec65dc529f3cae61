"""The changes that publishers make, each with its verdict; none is milder than a value proves."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from diff.samples import validator, values
from diff.test_annotations import INTEGER, PICTURE, TEXT, URLS, found
from runcomfy_codegen.diff.same_change import changes
from support.built_models import compared, model_of

Schema = dict[str, Any]


def limited(rule: str, limit: Any, message: str = "x") -> Schema:
    words = ("validation_rule", "validation_value", "validation_error")
    return {**PICTURE, "validations": [dict(zip(words, (rule, limit, message), strict=True))]}  # fmt: skip


WHOLE = {"type": "integer", "minimum": 4, "maximum": 8}
LISTED = {"type": "integer", "enum": [4, 5, 6, 7, 8]}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (LISTED, WHOLE, []),
        (WHOLE, LISTED, ["breaking annotation-narrowed"]),
        (INTEGER, {"type": "number"}, ["compatible type-widened"]),
        ({"type": "number"}, INTEGER, ["breaking annotation-narrowed", "breaking type-narrowed"]),
        (INTEGER, {"anyOf": [INTEGER, {"type": "null"}], "default": None}, ["compatible null-widened"]),
        ({"type": "number", "default": 1}, {"type": "number", "default": 1.0}, []),
        (TEXT, {**TEXT, "default": ""}, ["risky server-default-changed"]),
        (URLS, {**URLS, "items": INTEGER}, ["breaking annotation-narrowed", "breaking type-narrowed", "compatible type-widened", "risky text-format-narrowed"]),
        (URLS, {**URLS, "items": {**TEXT, "maxLength": 9}}, ["breaking text-length-narrowed"]),
        (URLS, {**URLS, "maxItems": 2}, ["breaking list-length-narrowed"]),
        (PICTURE, limited("file_size_mb<=", 10), ["breaking media-limit-narrowed"]),
        (limited("width_pixels<=", 4096), limited("width_pixels<", 4097), []),
        (limited("file_size_mb<", 16), limited("file_size_mb<", "16"), []),
        (limited("file_size_mb<", 16), limited("file_size_mb<", 16, "other"), []),
        (limited("bits<", 16), limited("bits<", 20), ["risky media-limit-narrowed"]),
        ({**TEXT, "enum": ["720P"]}, {**TEXT, "enum": ["720p"]}, ["breaking annotation-narrowed", "breaking choices-narrowed", "compatible choices-widened"]),
    ],
)  # fmt: skip
def test_changes_that_publishers_make(
    before: Schema, after: Schema, expected: list[str]
) -> None:
    assert sorted(found(before, after)) == expected


def whole(*required: str, **fields: Schema) -> Schema:
    return {"type": "object", "properties": fields, "required": [*required]}


BOTH = "wire and source"
REMOVED = f"breaking field-removed [{BOTH}]"
SEED = {"type": "integer", "minimum": -1, "maximum": 2147483647}
INPUTS: dict[str, tuple[Schema, Schema, list[str]]] = {
    "a required field with another name": (
        whole("prompt", prompt=TEXT),
        whole("prompt_text", prompt_text=TEXT),
        [f"breaking field-renamed [{BOTH}]"],
    ),
    "an optional field with another name": (
        whole(image_url=PICTURE),
        whole(input_image_url=PICTURE),
        [f"breaking field-renamed [{BOTH}]"],
    ),
    "an optional field with another name, required": (
        whole(image_url=TEXT),
        whole("input_image_url", input_image_url=TEXT),
        [REMOVED, f"breaking required-field-added [{BOTH}]"],
    ),
    "a default that became a sample": (
        whole(a={**TEXT, "default": "x"}),
        whole("a", a={**TEXT, "default": "x"}),
        [f"breaking field-became-required [{BOTH}]"],
    ),
    "a field that may be left out now": (
        whole("a", a=TEXT),
        whole(a=TEXT),
        ["compatible field-became-optional [wire]"],
    ),
    "one picture that became a list": (
        whole(image_url=PICTURE),
        whole(image_urls=URLS),
        [REMOVED, "compatible field-added [wire]"],
    ),
    "numbered pictures that became a list": (
        whole(image_url_1=PICTURE, image_url_2=PICTURE),
        whole(image_urls={**URLS, "maxItems": 2}),
        [REMOVED, REMOVED, "compatible field-added [wire]"],
    ),
    "a limit in a description": (
        whole(p={**TEXT, "description": "Max 500 characters."}),
        whole(p={**TEXT, "description": "Max 200 characters."}),
        ["docs-only texts-changed [wire]"],
    ),
    "a default that is gone": (
        whole(p={**TEXT, "default": "x"}),
        whole(p={**TEXT, "default": None}),
        ["risky server-default-changed [wire]"],
    ),
    "a seed without its special value": (
        whole(seed=SEED),
        whole(seed={**SEED, "minimum": 0}),
        ["breaking number-range-narrowed [wire]"],
    ),
    "fields in another order": (
        whole(a=TEXT, b=INTEGER),
        whole(b=INTEGER, a=TEXT),
        [],
    ),
    "required names in another order": (
        whole("a", "b", a=TEXT, b=TEXT),
        whole("b", "a", a=TEXT, b=TEXT),
        [],
    ),
    "choices of texts that became numbers": (
        whole(d={**TEXT, "enum": ["5", "10"]}),
        whole(d={"type": "integer", "enum": [5, 10]}),
        [f"breaking choices-narrowed [{BOTH}]", "compatible choices-widened [wire]"],
    ),
    "a list that anything may follow": (
        whole(voice={**TEXT, "enum": ["alto"]}),
        whole(voice={"anyOf": [{"enum": ["alto"]}, TEXT]}),
        ["compatible type-widened [wire]"],
    ),
    "choices that nothing fits": (
        whole(d={"type": "integer", "enum": [1]}),
        whole(d={"type": "integer", "enum": ["1"]}),
        [f"breaking choices-narrowed [{BOTH}]"],
    ),
}


@pytest.mark.parametrize("name", INPUTS)
def test_changes_of_whole_inputs(name: str) -> None:
    before, after, expected = INPUTS[name]
    models = [model_of(schema) for schema in (before, after)]
    entries = changes(compared(models[:1], models[1:]))
    listed = [
        f"{each.worst.verdict} {each.main.rule} [{each.lens}]" for each in entries
    ]
    assert listed == expected


@pytest.mark.parametrize("name", INPUTS)
def test_no_verdict_is_milder_than_a_value_proves(name: str) -> None:
    before, after, expected = INPUTS[name]
    random = Random(name)
    one, other = (
        validator({**schema, "additionalProperties": False})
        for schema in (before, after)
    )
    both = [*before["properties"].items(), *after["properties"].items()]
    documents: list[dict[str, Any]] = [{}]
    for field, schema in both:
        for value in values(random, 20, schema):
            rest = dict.fromkeys(before["required"], "a")
            documents += [{field: value}, {**rest, field: value}]
    if any(one.is_valid(each) and not other.is_valid(each) for each in documents):
        assert any(each.startswith(("breaking", "risky")) for each in expected)
