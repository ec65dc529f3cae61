"""The net below the rules: what differs and is not understood is risky, never silent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from diff.test_outputs import outputs_of
from runcomfy_codegen.build.build_model import build_model
from runcomfy_codegen.diff.compare.facts import Side
from runcomfy_codegen.diff.finding import DiffFinding, DiffVerdict, Lens
from runcomfy_codegen.ir.model import Model
from support.built_models import SETTINGS, compared, documents, model_of, properties

Schema = dict[str, Any]
TEXT, INTEGER = {"type": "string"}, {"type": "integer"}
EMPTY: Schema = {"type": "object", "properties": {}}


def lists(items: Schema, **keywords: Any) -> Schema:
    return {"type": "array", "items": items, **keywords}


def part(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties}


def image(most: int, **more: Any) -> Schema:
    """A picture of so many pixels."""
    rule = {"validation_rule": "width_pixels<=", "validation_value": most, **more}
    return {"type": "string", "format": "image_uri", "validations": [rule]}


@dataclass(frozen=True)
class Change:
    """Two schemas of which no rule but the net can tell."""

    name: str
    before: Schema
    after: Schema
    place: str = ""

    def __str__(self) -> str:
        return self.name


NOT_A = {**TEXT, "not": {"const": "a"}}
REFERENCE = {"$ref": "#/$defs/x"}
FIELDS = [
    Change("beside a branch that is not understood", {"anyOf": [REFERENCE, TEXT]}, {"anyOf": [REFERENCE]}, "/anyOf"),
    Change("another branch beside a reference", {"anyOf": [REFERENCE, TEXT]}, {"anyOf": [REFERENCE, INTEGER]}, "/anyOf"),
    Change("a name that is not text", part(a=TEXT), {**part(a=TEXT), "required": [1]}),
    Change("another word in a rule", image(9, enabled=False), image(9, enabled=True), "/validations"),
    Change("a rule that is a text", {**image(9), "validations": ["width_pixels <= 9"]}, {**image(9), "validations": ["width_pixels <= 5"]}, "/validations"),
    Change("a rule below several types", {"type": ["string", "array"], "items": image(9)}, {"type": ["string", "array"], "items": image(5)}, "/items/validations"),
]  # fmt: skip

WHOLE = [
    Change("another type", part(a=TEXT), {**part(a=TEXT), "type": "array"}, "/type"),
    Change("a type instead of members", TEXT, INTEGER, "/type"),
    Change("a list that is none", {**part(a=TEXT), "required": 1}, {**part(a=TEXT), "required": "a"}, "/required"),
    Change("a default of all", {**EMPTY, "default": {"a": 1}}, {**EMPTY, "default": {"a": 2}}, "/default/a"),
]  # fmt: skip


def model_told(schema: str) -> Model:
    """The model of an input schema, to the last digit of its text."""
    text = '{"model_id": "acme/model", "input_schema": %s}'
    files = [("test.json", each) for each in documents(text % schema)]
    model = build_model(files, SETTINGS).model
    assert model is not None
    return model


def risky(found: tuple[DiffFinding, ...]) -> list[tuple[str, Side, str]]:
    return [
        (each.rule, each.side, each.pointer)
        for each in found
        if each.verdict is DiffVerdict.RISKY
    ]


@pytest.mark.parametrize("change", FIELDS, ids=str)
def test_what_is_not_understood_of_a_field_is_risky(change: Change) -> None:
    models = [model_of(properties(f=item)) for item in (change.before, change.after)]
    place = f"/input_schema/properties/f{change.place}"
    assert risky(compared(models[:1], models[1:])) == [
        ("unjudged-change", Side.INPUT, place)
    ]
    assert compared(models[:1], models[:1]) == ()


@pytest.mark.parametrize("change", WHOLE, ids=str)
@pytest.mark.parametrize("wrapped", [False, True])
def test_what_is_not_understood_of_an_output_is_risky(
    change: Change, wrapped: bool
) -> None:
    models = [
        model_of(EMPTY, output_schema={"output": item} if wrapped else item)
        for item in (change.before, change.after)
    ]
    place = f"/output_schema{change.place}"
    found = compared(models[:1], models[1:], outputs_of(*models))
    assert risky(found) == [("unjudged-change", Side.OUTPUT, place)]


def test_what_surrounds_an_output_is_risky() -> None:
    models = [
        model_of(EMPTY, output_schema={"output": part(a=TEXT), "minProperties": count})
        for count in (1, 2)
    ]
    found = compared(models[:1], models[1:], outputs_of(*models))
    assert risky(found) == [
        ("unjudged-change", Side.OUTPUT, "/output_schema/output/minProperties")
    ]


def test_another_kind_of_output_is_risky() -> None:
    models = [
        model_of(EMPTY, facts={"output_type": item}) for item in ("image", "video")
    ]
    place = ("unjudged-change", Side.OUTPUT, "/facts/output_type")
    assert place in risky(compared(models[:1], models[1:]))


def test_a_keyword_of_an_output_is_told_of_the_output() -> None:
    said = {**part(a=TEXT), "oneOf": [{"required": ["a"]}]}
    models = [model_of(EMPTY, output_schema=item) for item in (part(a=TEXT), said)]
    found = compared(models[:1], models[1:], outputs_of(*models))
    assert risky(found) == [("unjudged-keyword", Side.OUTPUT, "/output_schema/oneOf")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (NOT_A, {"title": "F", "description": "Words.", "examples": ["b"], **NOT_A}),
        ({**NOT_A, "default": "b"}, {**NOT_A, "x-ui": {"order": 2}, "default": "b"}),
        (image(9, enabled=True), image(9, enabled=True, validation_error="too wide")),
    ],
)
def test_texts_beside_what_is_not_understood_change_nothing(
    before: Schema, after: Schema
) -> None:
    models = [model_of(properties(f=item)) for item in (before, after)]
    assert risky(compared(models[:1], models[1:])) == []


CLOSED = {"unevaluatedProperties": False}
PREFIXED = {"patternProperties": {"^b": TEXT}, "additionalProperties": False}
DEPENDENT = [
    (part(a=TEXT, b=TEXT) | CLOSED, part(a=TEXT) | CLOSED),
    (part(a=TEXT) | PREFIXED, part(a=TEXT, b=INTEGER) | PREFIXED),
    (lists(TEXT, unevaluatedItems=False), {"type": "array", "unevaluatedItems": False}),
    (lists(INTEGER, prefixItems=[TEXT]), lists({"type": "number"}, prefixItems=[TEXT])),
    ({"anyOf": [NOT_A, {**TEXT, "maxLength": 1}]}, {"anyOf": [NOT_A]}),
    ({"anyOf": [NOT_A, TEXT]}, {"anyOf": [NOT_A, INTEGER]}),
]


@pytest.mark.parametrize(("before", "after"), DEPENDENT)
def test_a_change_around_a_keyword_that_depends_on_it_is_never_compatible(
    before: Schema, after: Schema
) -> None:
    models = [model_of(properties(f=item)) for item in (before, after)]
    wire = [each for each in compared(models[:1], models[1:]) if each.lens is Lens.WIRE]
    assert wire
    assert {each.verdict for each in wire} == {DiffVerdict.RISKY}


def test_a_change_beside_a_keyword_in_another_member_is_still_proved() -> None:
    foreign = {**TEXT, "contentEncoding": "base64"}
    models = [
        model_of(properties(f=part(a={**INTEGER, "maximum": most}, b=foreign)))
        for most in (5, 9)
    ]
    (wider,) = [
        each
        for each in compared(models[:1], models[1:])
        if each.rule == "number-range-widened"
    ]
    assert wider.verdict is DiffVerdict.COMPATIBLE


def test_rules_that_change_place_in_the_payload_are_told() -> None:
    url, rule = {"type": "string", "format": "image_uri"}, image(9)
    models = [
        model_of(properties(f={"anyOf": item}))
        for item in ([rule, lists(url)], [url, lists(rule)])
    ]
    found = compared(models[:1], models[1:])
    assert [(each.verdict, each.rule) for each in found] == [
        (DiffVerdict.BREAKING, "media-limit-narrowed"),
        (DiffVerdict.COMPATIBLE, "media-limit-widened"),
    ]


def test_rules_that_change_places_with_each_other_are_told() -> None:
    models = [
        model_of(properties(f={"anyOf": [image(one), lists(image(other))]}))
        for one, other in ((9, 5), (5, 9))
    ]
    narrowed, widened = compared(models[:1], models[1:])
    assert narrowed.rule == "media-limit-narrowed"
    assert widened.rule == "media-limit-widened"


def test_choices_differ_by_their_last_digit() -> None:
    texts = ("0.1", "0.10000000000000000001")
    schema = '{"type": "object", "properties": {"f": {"enum": [%s]}}}'
    before, after = (model_told(schema % text) for text in texts)
    found = compared([before], [after])
    assert {each.rule for each in found} >= {"choices-narrowed", "choices-widened"}


IDENTITIES = [
    (EMPTY, properties(f=TEXT), properties(f=INTEGER)),
    (EMPTY, properties(f=TEXT), properties(f={**TEXT, "format": "uri"})),
    (EMPTY, properties(f=image(9)), properties(f=image(5))),
    (properties(f=INTEGER), properties(f={**TEXT, "format": "uri"}), properties(f={**TEXT, "format": "date"})),
    (properties(f=part(a=TEXT)), properties(f=TEXT), properties(f=INTEGER)),
]  # fmt: skip


@pytest.mark.parametrize(("before", "one", "other"), IDENTITIES)
def test_an_approval_of_one_change_is_none_of_another(
    before: Schema, one: Schema, other: Schema
) -> None:
    wire = [
        {
            each.fingerprint
            for each in compared([model_of(before)], [model_of(after)])
            if each.lens is Lens.WIRE or each.rule == "class-removed"
        }
        for after in (one, other)
    ]
    assert wire[0]
    assert not wire[0] & wire[1]


def test_a_witness_is_a_value_that_the_new_side_accepts() -> None:
    before, after = {"maximum": 10}, {"maximum": 19, "multipleOf": 5}
    models = [model_of(properties(f={**INTEGER, **item})) for item in (before, after)]
    (wider,) = [
        each
        for each in compared(models[:1], models[1:])
        if each.rule == "number-range-widened"
    ]
    assert wider.witness is not None
    assert wider.witness.value == 15


def test_a_witness_that_would_be_too_large_is_not_made() -> None:
    many = {"minItems": 1_000}
    models = [
        model_of(properties(f=lists(lists(lists(TEXT, **many), **many), **item)))
        for item in (many, {"minItems": 1_001})
    ]
    (narrowed,) = compared(models[:1], models[1:])
    assert (narrowed.verdict, narrowed.rule) == (
        DiffVerdict.RISKY,
        "list-length-narrowed",
    )
    assert narrowed.witness is None
