"""What is published reaches the diff: by keyword, the change and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from diff.test_outputs import outputs_of
from runcomfy_codegen.diff.finding import DiffFinding
from runcomfy_codegen.ir.model import MediaKind, fields_in
from support.built_models import compared, model_of, properties

Schema = dict[str, Any]
TEXT, INTEGER, NULL = {"type": "string"}, {"type": "integer"}, {"type": "null"}
EMPTY = {"type": "object", "properties": {}}


def image(most: int) -> Schema:
    """A picture of so many pixels."""
    rule = {
        "validation_rule": "width_pixels<=",
        "validation_value": most,
        "validation_error": "too wide",
    }
    return {"type": "string", "format": "image_uri", "validations": [rule]}


def lists(items: Schema, **keywords: Any) -> Schema:
    return {"type": "array", "items": items, **keywords}


def part(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties}


def either(*options: Schema) -> Schema:
    return {"anyOf": list(options)}


@dataclass(frozen=True)
class Told:
    """A change of one field, and the findings as ``verdict rule/lens``."""

    name: str
    before: Schema
    after: Schema
    expected: str

    def __str__(self) -> str:
        return self.name


LIMIT = "breaking media-limit-narrowed/wire"
NO_TEXT = "breaking annotation-narrowed/source; breaking type-narrowed/wire"
CHANGES = [
    Told("a limit in a nullable picture", either(image(9), NULL), either(image(5), NULL), LIMIT),
    Told("a limit in one URL or several", either(image(9), lists(image(9))), either(lists(image(5)), image(9)), LIMIT),
    Told("a limit in the values of a map", {"type": "object", "additionalProperties": image(9)}, {"type": "object", "additionalProperties": image(5)}, LIMIT),
    Told("a limit in one of two kinds of text", either(image(9), {"enum": ["auto"]}), either(image(5), {"enum": ["auto"]}), "risky unjudged-keyword/wire"),
    Told("a limit in alternatives in another order", either(part(u=image(9)), INTEGER), either(INTEGER, part(u=image(5))), LIMIT),
    Told("a default in a nullable number", either({**INTEGER, "default": 3}, NULL), either({**INTEGER, "default": 4}, NULL), "risky server-default-changed/wire"),
    Told("nothing but null", TEXT, NULL, f"{NO_TEXT}; compatible type-widened/wire"),
    Told("nothing but a null constant", {"type": ["string", "null"]}, {"const": None}, NO_TEXT),
    Told("nothing but a chosen null", {"type": ["string", "null"]}, {"type": ["string", "null"], "enum": [None]}, NO_TEXT),
    Told("no choice", TEXT, {**TEXT, "enum": []}, "risky unjudged-keyword/wire"),
    Told("choices of another type", INTEGER, {**INTEGER, "enum": ["a"]}, "breaking annotation-narrowed/source; breaking choices-narrowed/wire"),
    Told("a member that is not declared", part(a=TEXT), {**part(a=TEXT), "required": ["b"]}, "breaking object-members-narrowed/wire"),
    Told("a format of a number", {**INTEGER, "format": "int64"}, {**INTEGER, "format": "int32"}, ""),
    Told("a format of a list", lists(TEXT, format="image_uris"), lists(TEXT, format="video_uris"), "breaking media-kind-changed/wire; risky text-format-narrowed/wire"),
    Told("a format of a list less", lists(TEXT, format="image_uris"), lists(TEXT), "compatible text-format-widened/wire"),
    Told("a format without a type", {}, {"format": "uri"}, "risky unjudged-keyword/wire"),
    Told("a step below zero", {"type": "number"}, {"type": "number", "multipleOf": -0.5}, "risky unjudged-keyword/wire"),
    Told("deprecated", TEXT, {**TEXT, "deprecated": True}, "compatible deprecation-changed/wire"),
    Told("a keyword for forms", TEXT, {**TEXT, "x-order": 3}, "docs-only extension-changed/wire"),
    Told("a keyword for forms, beside a bound", {**INTEGER, "maximum": 9, "x-order": 3}, {**INTEGER, "maximum": 5, "x-order": 3}, "breaking number-range-narrowed/wire"),
    Told("one default in two spellings", {"type": "number", "default": 1}, {"type": "number", "default": 1.0}, ""),
    Told("a default in another order", {"type": "object", "default": {"a": 1, "b": 2}}, {"type": "object", "default": {"b": 2, "a": 1}}, ""),
    Told("a foreign keyword in another order", {**TEXT, "not": {"a": 1, "b": 2}}, {**TEXT, "not": {"b": 2, "a": 1}}, ""),
    Told("all of one", {**TEXT, "maxLength": 5}, {"allOf": [{**TEXT, "maxLength": 5}]}, ""),
    Told("one of constants", {"enum": ["a", "b"]}, {"oneOf": [{"const": "a"}, {"const": "b"}]}, ""),
    Told("one of two types", {"type": ["string", "integer"]}, {"oneOf": [TEXT, INTEGER]}, ""),
    Told("one of two that overlap", TEXT, {"oneOf": [TEXT, {**TEXT, "maxLength": 5}]}, "risky type-narrowed/wire; risky unjudged-keyword/wire"),
    Told("anything to a number or null", {}, {"type": ["number", "null"]}, "breaking annotation-narrowed/source; breaking type-narrowed/wire"),
]  # fmt: skip


def lines(found: tuple[DiffFinding, ...]) -> str:
    answer = sorted(f"{each.verdict} {each.rule}/{each.lens}" for each in found)
    return "; ".join(answer)


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_what_is_published_of_a_field_is_judged(change: Told) -> None:
    models = [
        model_of(properties(field=item)) for item in (change.before, change.after)
    ]
    found = compared(models[:1], models[1:])
    assert lines(found) == change.expected
    for each in found:
        if each.rule == "type-narrowed" and each.verdict == "breaking":
            assert each.witness is not None
            assert each.witness.value is not None


def test_a_nullable_picture_keeps_its_rules_media_and_default() -> None:
    shown = {**image(9), "default": "https://example.com/a.png", "description": "A."}
    (field,) = fields_in(model_of(properties(field=either(shown, NULL))).input)
    assert field.media is MediaKind.IMAGE
    assert field.sample is not None
    assert field.description == "A."
    assert [rule.pointer for rule in field.rules] == ["/field"]
    place = "/input_schema/properties/field/anyOf/0/validations/0"
    assert field.rule_pointers == (place,)


WHOLE = [
    Told("a name that nobody declares", EMPTY, {**EMPTY, "required": ["x"]}, "breaking required-name-changed/wire"),
    Told("a name that nobody declares, no more", {**EMPTY, "required": ["x"]}, EMPTY, "compatible required-name-changed/wire"),
    Told("undeclared members", EMPTY, {**EMPTY, "additionalProperties": False}, "compatible openness-changed/wire"),
    Told("a foreign keyword", EMPTY, {**EMPTY, "oneOf": [TEXT]}, "risky unjudged-keyword/wire"),
    Told("definitions", {**EMPTY, "$defs": {"a": TEXT}}, {**EMPTY, "$defs": {"a": INTEGER}}, "risky unjudged-keyword/wire"),
]  # fmt: skip


@pytest.mark.parametrize("change", WHOLE, ids=str)
def test_what_is_published_of_an_input_is_judged(change: Told) -> None:
    models = [model_of(item) for item in (change.before, change.after)]
    assert lines(compared(models[:1], models[1:])) == change.expected


@pytest.mark.parametrize("change", WHOLE, ids=str)
def test_what_is_published_of_an_output_is_judged(change: Told) -> None:
    field = part(image=TEXT)
    models = [
        model_of(EMPTY, output_schema={**item, "properties": field["properties"]})
        for item in (change.before, change.after)
    ]
    turned = {
        "breaking required-name-changed/wire": "compatible required-name-changed/wire",
        "compatible required-name-changed/wire": "risky required-name-changed/wire",
    }
    found = compared(models[:1], models[1:], outputs_of(*models))
    assert lines(found) == turned.get(change.expected, change.expected)
