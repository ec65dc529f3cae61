"""The dialect as a validator class of jsonschema: validates inputs by the published schemas."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from runcomfy_codegen.dialect.rule_language import MeasuredFile, MetricValues, NotMedia
from runcomfy_codegen.dialect.validator import (
    input_validator,
    validator_class,
    with_media_rules,
)
from runcomfy_runtime.rule import Rule

SIZES: dict[str, list[MetricValues]] = {
    "wide": [{"width_pixels": Fraction(900), "height_pixels": Fraction(300)}],
    "square": [{"width_pixels": Fraction(300), "height_pixels": Fraction(300)}],
    "turned": [
        {"width_pixels": Fraction(900), "height_pixels": Fraction(300)},
        {"width_pixels": Fraction(300), "height_pixels": Fraction(900)},
    ],
    "between": [{"fps": Fraction(24)}, {"fps": Fraction(30)}],
    "flat": [{"width_pixels": Fraction(5), "height_pixels": Fraction(0)}],
}


KINDS: dict[str, tuple[str, ...]] = {
    "square": ("image",),
    "wide": ("image", "video"),
    "film": ("video", "audio"),
    "tune": ("audio",),
}


def prober(text: str) -> MeasuredFile:
    if text == "page":
        raise NotMedia("this is an HTML page, not media")
    return MeasuredFile(tuple(SIZES.get(text, ())), KINDS.get(text, ()))


def validation(rule: str, value: Any, error: str = "") -> dict[str, Any]:
    return {
        "validation_rule": rule,
        "validation_value": value,
        "validation_error": error,
    }


def wrong(schema: dict[str, Any], instance: Any) -> list[tuple[str, str]]:
    """(place, keyword) of everything wrong with the value of a property."""
    whole = {"type": "object", "properties": {"x": schema}}
    errors = input_validator(whole, prober).iter_errors({"x": instance})
    return [("/".join(map(str, e.absolute_path)), str(e.validator)) for e in errors]


@pytest.mark.parametrize(
    ("published", "good", "bad"),
    [
        ("float", 0.5, "0.5"),
        ("Float", 1, True),
        ("STRING", "a", 1),
        (["string", "Null"], None, 1),
        ("object", {}, []),
    ],
)
def test_types_are_read_in_every_published_spelling(
    published: Any, good: Any, bad: Any
) -> None:
    assert wrong({"type": published}, good) == []
    assert wrong({"type": published}, bad) == [("x", "type")]


@pytest.mark.parametrize(
    ("schema", "instance"),
    [
        ({"type": "quaternion"}, 1),
        ({"type": "string", "pattern": "("}, "a"),
        ({"type": "string", "maxLength": "5"}, "abcdefg"),
        ({"type": "string", "maxLength": -1}, "a"),
        ({"type": "integer", "minimum": "5"}, 1),
        ({"enum": "auto"}, "b"),
        ({"allOf": [{"type": "string"}]}, 1),
        ({"$ref": "https://nowhere.invalid/schema"}, 1),
        ({"type": "string", "validations": "none"}, "wide"),
        ({"type": "string", "validations": [5, {}, {"validation_rule": 5}]}, "wide"),
        ({"type": "string", "validations": [validation("depth<", 5)]}, "wide"),
        ({"type": "string", "validations": [validation("fps<", "fast")]}, "between"),
        ({"type": "integer", "nullable": True}, None),
    ],
)
def test_what_is_not_understood_permits_anything(
    schema: dict[str, Any], instance: Any
) -> None:
    assert wrong(schema, instance) == []


def test_decimals_of_a_schema_are_the_floats_of_an_input() -> None:
    bounds = {"type": "number", "minimum": Decimal("0.1"), "maximum": Decimal("0.3")}
    assert wrong(bounds, 0.1) == wrong(bounds, 0.3) == []
    assert wrong(bounds, 0.30000000000000004) == [("x", "maximum")]
    assert wrong({"enum": [Decimal("0.1")]}, 0.1) == []


def test_a_required_name_without_a_property_is_asked_of_nobody() -> None:
    schema = {"type": "object", "properties": {"a": {}}, "required": ["a", "b"]}
    validator = input_validator(schema)
    assert validator.is_valid({"a": 1})
    assert not validator.is_valid({})


def test_an_input_has_no_unpublished_member() -> None:
    [error] = input_validator({"properties": {"a": {}}}).iter_errors({"a": 1, "b": 2})
    assert error.validator == "additionalProperties"


@pytest.mark.parametrize("published", ["image_uris", "video_uris", "audio_uris"])
def test_an_array_of_media_without_items_holds_texts(published: str) -> None:
    schema = {"type": "array", "format": published}
    assert wrong(schema, ["a", "b"]) == []
    assert wrong(schema, ["a", 5, None]) == [("x/1", "type"), ("x/2", "type")]
    assert wrong({"type": "array", "format": "uris"}, [5]) == []


def test_the_format_of_a_text_is_an_annotation() -> None:
    assert wrong({"type": "string", "format": "image_uri"}, "no URL") == []


@pytest.mark.parametrize(
    ("rule", "value", "source", "broken"),
    [
        ("width_pixels<", 900, "wide", True),
        ("width_pixels<=", 900, "wide", False),
        ("width_pixels ≥", "901", "wide", True),
        ("width/height<", "3", "wide", True),
        ("width/height≤", "3", "wide", False),
        ("height_pixels>", 299, "square", False),
        ("width_pixels<", 500, "turned", False),
        ("width_pixels<", 300, "turned", True),
        ("width/height!=", 3, "wide", True),
        ("fps==", 25, "between", False),
        ("fps==", 31, "between", True),
        ("fps<", 25, "between", False),
        ("width/height<", 1, "flat", False),
        ("duration_seconds<", 1, "wide", False),
        ("width_pixels<", 1, "https://host/never-looked-at.png", False),
    ],
)
def test_a_rule_refuses_what_breaks_it_by_every_reading(
    rule: str, value: Any, source: str, broken: bool
) -> None:
    schema = {"type": "string", "validations": [validation(rule, value)]}
    assert wrong(schema, source) == [("x", "validations")] * broken


def test_rules_of_an_array_hold_for_each_item_in_the_published_words() -> None:
    rules = [validation("width/height<", 3, "не шире 3:1")]
    schema = {"type": "array", "format": "image_uris", "validations": rules}
    validator = input_validator({"properties": {"x": schema}}, prober)
    errors = list(validator.iter_errors({"x": ["square", "wide", "page", "unknown"]}))
    assert [(list(e.absolute_path), e.message) for e in errors] == [
        (["x", 1], "не шире 3:1"),
        (["x", 2], "this is an HTML page, not media"),
    ]
    assert errors[0].validator_value == "width/height < 3"


def test_without_a_prober_no_rule_refuses_anything() -> None:
    schema = {"type": "string", "validations": [validation("width_pixels<", 1)]}
    assert validator_class()(schema).is_valid("wide")


def test_rules_find_their_places_in_a_standard_schema() -> None:
    item = {"type": "object", "properties": {"a/b": {"type": "string"}}}
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "x": {"anyOf": [{"type": "array", "items": item}, {"type": "null"}]}
        },
    }
    rule = Rule(pointer="/x/*/a~1b", metric="width_pixels", operator="<", limit="500")
    elsewhere = Rule(pointer="/gone/*", metric="fps", operator="<", limit="1")
    validator = validator_class(prober)(with_media_rules(schema, [rule, elsewhere]))
    assert validator.is_valid({"x": None})
    assert validator.is_valid({"x": [{"a/b": "square"}]})
    [error] = validator.iter_errors({"x": [{"a/b": "square"}, {"a/b": "wide"}]})
    [inner, _] = error.context or ()
    assert list(inner.absolute_path) == ["x", 1, "a/b"]
    assert inner.validator == "validations"


@pytest.mark.parametrize(
    ("published", "source", "broken"),
    [
        ("image_uri", "square", False),
        ("image_uri", "film", True),
        ("image_uri", "tune", True),
        ("image_uri", "between", False),
        ("video_uri", "wide", False),
        ("video_uri", "square", True),
        ("audio_uri", "film", False),
        ("audio_uri_v2", "square", True),
        ("uri", "tune", False),
        (None, "tune", False),
    ],
)
def test_a_file_of_another_kind_breaks_the_rules_of_a_field(
    published: str | None, source: str, broken: bool
) -> None:
    rules = {"validations": [validation("file_size_mb<", 30)]}
    one = {"type": "string", "format": published, **rules}
    inside = {
        "type": "array",
        "items": {"type": "string", "format": published},
        **rules,
    }
    assert wrong(one, source) == [("x", "validations")] * broken
    assert wrong(inside, ["none", source]) == [("x/1", "validations")] * broken
    next_to_items = {
        "type": "array",
        "format": f"{published}".replace("_uri", "_uris"),
        **rules,
    }
    assert wrong(next_to_items, [source]) == [("x/0", "validations")] * broken


def test_the_rules_for_another_kind_are_not_asked() -> None:
    rules = [validation("width_pixels<", 1, "too wide")]
    schema = {"type": "string", "format": "audio_uri", "validations": rules}
    [error] = input_validator({"properties": {"x": schema}}, prober).iter_errors(
        {"x": "square"}
    )
    assert error.message == "a sound is expected here, but this is an image"
    assert error.validator_value == "media_kind == audio"
