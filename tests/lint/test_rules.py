"""The rules of the lint: each finds its own example, and nothing in the corrected one."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runcomfy_codegen import lint as lint_room
from runcomfy_codegen.ir.diagnostic import Diagnostic
from runcomfy_codegen.ir.model import Model
from runcomfy_codegen.limits.judge import CODES as LIMIT_CODES
from runcomfy_codegen.lint import LIMIT_SUMMARIES, RULES, lint, rules_page
from runcomfy_codegen.lint.rule import LintRule
from runcomfy_runtime.limits.stated_limit import Limit
from support.built_models import model_of

CODES = {rule.id for rule in RULES}


def model(properties: dict[str, Any], model_id: str = "acme/model") -> Model:
    """A model whose prompts are required, so that their defaults are samples."""
    required = [name for name in properties if name == "prompt"]
    schema = {"type": "object", "properties": properties, "required": required}
    return model_of(schema, model_id)


def found(properties: dict[str, Any]) -> list[Diagnostic]:
    return list(lint([model(properties)]))


def codes(properties: dict[str, Any]) -> list[str]:
    return [each.code for each in found(properties)]


def image(*told: tuple[str, Any, str]) -> dict[str, Any]:
    """A property with these rules: (rule, value, message)."""
    validations = [
        {
            "validation_rule": rule,
            "validation_value": value,
            "validation_error": message,
        }
        for rule, value, message in told
    ]
    return {
        "image": {"type": "string", "format": "image_uri", "validations": validations}
    }


def test_every_topic_gives_its_rules_and_no_code_is_there_twice() -> None:
    topics = [
        importlib.import_module(f"{lint_room.__name__}.{module.name}")
        for module in pkgutil.iter_modules(lint_room.__path__)
        if module.name.endswith("_rules")
    ]
    of_topics = [rule for topic in topics for rule in topic.RULES]
    assert sorted(rule.id for rule in of_topics) == [rule.id for rule in RULES]
    assert len(CODES) == len(RULES) == 15


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_finds_its_own_example_and_nothing_else_does(rule: LintRule) -> None:
    assert set(codes(json.loads(rule.metadata.before))) == {rule.id}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_corrected_example_is_clean(rule: LintRule) -> None:
    assert codes(json.loads(rule.metadata.after)) == []


def test_the_page_of_the_rules_is_what_the_rules_say(
    golden: Callable[[Path, str], None],
) -> None:
    golden(
        Path(__file__).parents[2] / "docs" / "rules" / "lint.md",
        rules_page(),
    )


def test_the_page_has_every_code_of_stated_limits() -> None:
    assert {*LIMIT_SUMMARIES} == {*LIMIT_CODES}
    assert all(f"`{code}`" in rules_page() for code in LIMIT_CODES)


@pytest.mark.parametrize(
    "told",
    [
        [("width_pixels>", 5, ""), ("width_pixels<", 6, "")],
        [("width_pixels<", 1, "")],
        [("width_pixels==", "2.5", "")],
        [
            ("width/height>", 2, ""),
            ("width_pixels<=", 10, ""),
            ("height_pixels>=", 5, ""),
        ],
        [
            ("file_size_mb<=", 3, ""),
            ("file_size_mb!=", 3, ""),
            ("file_size_mb>=", 3, ""),
        ],
    ],
)
def test_rules_that_no_file_keeps_are_contradictory(
    told: list[tuple[str, Any, str]],
) -> None:
    assert codes(image(*told)) == ["contradictory-rules"]


@pytest.mark.parametrize(
    "told",
    [
        [("file_size_mb>", 5, ""), ("file_size_mb<", 6, "")],
        [("width_pixels>=", 5, ""), ("width_pixels<=", 5, "")],
        [("bit_depth>", 8, ""), ("bit_depth<", 8, "")],
    ],
)
def test_rules_that_a_file_may_keep_are_not(told: list[tuple[str, Any, str]]) -> None:
    assert "contradictory-rules" not in codes(image(*told))


def test_of_two_rules_that_say_the_same_one_is_redundant() -> None:
    twice = image(("width_pixels<=", 9, ""), ("width_pixels<", 10, ""))
    (each,) = found(twice)
    assert (each.code, each.pointer) == (
        "redundant-rule",
        "/input_schema/properties/image/validations/1",
    )


@pytest.mark.parametrize(
    ("rule", "value", "message", "expected"),
    [
        (
            "width_pixels>",
            320,
            "must be at least 320 pixels",
            ["message-against-operator"],
        ),
        (
            "width_pixels<",
            6000,
            "не должны превышать 6000",
            ["message-against-operator"],
        ),
        ("file_size_mb<=", 30, "must be less than 30 MB", ["message-against-operator"]),
        ("file_size_mb<", 30, "must be less than 30 MB", []),
        ("file_size_mb<", 4.7, "must be less than 4.7 MB", []),
        ("width/height>", 0.4, "от 0,4 до 2,5", []),
        ("width/height>", 0.0625, "1:16 to 16:1", []),
        ("width_pixels<=", 4096, "Maximum resolution is 4096x4096.", []),
        ("width_pixels<=", 4096, "too wide", []),
        ("width/height≥", "0.33", "within [1/3, 3]", ["message-against-limit"]),
        ("file_size_mb<", 15, "less than 30 MB", ["message-against-limit"]),
        ("width_pixels<=", 4096, "Width must be at most 4,096 pixels", []),
        ("file_size_mb<=", 30, "Max 30MB (31,457,280 bytes)", []),
        (
            "width_pixels>=",
            320,
            "Width must be at most 320 pixels",
            ["message-against-direction"],
        ),
        ("width_pixels>=", 320, "Width must not be less than 320 pixels", []),
        ("width_pixels<=", 320, "Width must be no more than 320 pixels", []),
        (
            "width_pixels>=",
            320,
            "The height must be at least 320 pixels",
            ["message-against-metric"],
        ),
        (
            "file_size_mb<=",
            30,
            "Size must not exceed 30 KB",
            ["message-against-metric"],
        ),
    ],
)
def test_rules_and_their_messages_are_compared(
    rule: str, value: Any, message: str, expected: list[str]
) -> None:
    assert codes(image((rule, value, message))) == expected


@pytest.mark.parametrize(
    "told",
    [
        {"type": "integer", "minimum": 5, "maximum": 4},
        {"type": "integer", "exclusiveMinimum": 4, "exclusiveMaximum": 5},
        {"type": "number", "minimum": 1, "exclusiveMaximum": 1},
        {"type": "integer", "minimum": 1, "maximum": 2, "multipleOf": 3},
        {"type": "string", "minLength": 5, "maxLength": 4},
        {"type": "array", "items": {"type": "string"}, "minItems": 3, "maxItems": 2},
        {
            "type": "array",
            "items": {"type": "integer", "minimum": 1, "maximum": 0},
            "minItems": 1,
        },
        {
            "type": "array",
            "items": {"type": "boolean"},
            "minItems": 3,
            "uniqueItems": True,
        },
        {
            "anyOf": [
                {"type": "integer", "minimum": 2, "maximum": 1},
                {"type": "string"},
            ]
        },
    ],
)
def test_a_field_that_no_value_fits_is_told(told: dict[str, Any]) -> None:
    assert codes({"field": told}) == ["impossible-value"]


def test_a_limit_in_prose_is_found_only_where_nothing_states_it() -> None:
    answer = {
        "type": "string",
        "maxLength": 500,
        "description": "Up to 500 characters, at least 20 characters.",
    }
    (each,) = found({"text": answer})
    assert "'at least 20 characters'" in each.message
    assert each.pointer == "/input_schema/properties/text/description"


IMAGES = {"type": "array", "items": {"type": "string", "format": "image_uri"}}


@pytest.mark.parametrize(
    ("field", "description", "told"),
    [
        ({"type": "string"}, "Max 2,000 characters.", "Max 2,000 characters"),
        (IMAGES, "At least 300x300 pixels.", "At least 300x300 pixels"),
        (
            IMAGES,
            "Sides between 256 and 2048 px.",
            "Sides between 256 and 2048 px",
        ),
        ({"type": "integer"}, "Range: 1 to 100.", "Range: 1 to 100"),
        (IMAGES, "Up to 9 images.", "Up to 9 images"),
        (IMAGES, "Formats: JPEG or PNG.", "Formats: JPEG or PNG"),
        (IMAGES, "At most 50 MiB each.", "At most 50 MiB each"),
        (
            IMAGES,
            "Aspect ratio between 1:2.5 and 2.5:1.",
            "Aspect ratio between 1:2.5 and 2.5:1",
        ),
    ],
)
def test_a_limit_in_prose_is_quoted_whole(
    field: dict[str, Any], description: str, told: str
) -> None:
    (each,) = found({"field": {**field, "description": description}})
    assert each.code == "prose-limit"
    assert repr(told) in each.message


def test_a_limit_in_prose_between_fields_is_found() -> None:
    image = {"type": "string", "format": "image_uri"}
    answer = {**image, "description": "Cannot be combined with the mask."}
    (each,) = found({"image_url": answer, "mask_url": image})
    assert each.code == "prose-limit"
    assert "'Cannot be combined with the mask'" in each.message


@pytest.mark.parametrize(
    "told",
    [
        {"type": "string", "maxLength": 2000, "description": "Up to 2,000 characters."},
        {
            "type": "integer",
            "minimum": 1,
            "maximum": 9,
            "description": "Range: 1 to 9.",
        },
        {**IMAGES, "maxItems": 9, "description": "Up to 9 images."},
        {"type": "string", "maxLength": 9, "description": "0-9 characters."},
        {"type": "string", "description": "The ninth of up to 9 images."},
        {"type": "string", "description": "Longer than 500 characters is truncated."},
        {"type": "string", "description": "We recommend up to 500 characters."},
        {**IMAGES, "description": "About 2 MB each; PNG is recommended."},
    ],
)
def test_a_limit_in_prose_that_is_stated_or_advice_is_none(
    told: dict[str, Any],
) -> None:
    assert codes({"field": told}) == []


def test_a_limit_in_prose_that_a_stated_limit_has_is_none() -> None:
    prompt = {"type": "string", "description": "Max 500 characters."}
    schema = {"type": "object", "properties": {"prompt": prompt}}
    model = model_of(schema)
    assert [each.code for each in lint([model])] == ["prose-limit"]
    stated = Limit(("/prompt",), ("characters <= 500",), quote="Max 500 characters.")
    assert lint([replace(model, limits=(stated,))]) == ()
    # A person who read the words may have found another number in them.
    read = Limit(("/prompt",), ("characters <= 600",), quote="Max 500 characters.")
    assert lint([replace(model, limits=(read,))]) == ()
    other = Limit(("/prompt",), ("characters >= 2",), quote="two")
    assert [each.code for each in lint([replace(model, limits=(other,))])] == [
        "prose-limit"
    ]


def test_of_two_spellings_that_are_equally_frequent_one_is_told() -> None:
    sized = {"a": {"enum": ["4K"]}, "b": {"enum": ["4k"]}}
    (each,) = found(sized)
    assert (each.code, each.pointer) == (
        "enum-case-drift",
        "/input_schema/properties/a/enum",
    )


def test_the_output_is_looked_at() -> None:
    steps = {"type": "integer", "minimum": 5, "maximum": 4}
    schema = {"type": "object", "properties": {"steps": steps}}
    empty = {"type": "object", "properties": {}}
    (each,) = lint([model_of(empty, output_schema=schema)])
    assert each.pointer == "/output_schema/properties/steps"


def test_a_rule_of_items_or_alternatives_is_told_where_it_stands() -> None:
    (printed,) = image(("width_pixels>", 5, ""), ("width_pixels<", 6, "")).values()
    (each,) = found({"field": {"type": "array", "items": printed}})
    assert each.pointer == "/input_schema/properties/field/items/validations"
    (each,) = found({"field": {"anyOf": [printed, {"type": "null"}]}})
    assert each.pointer == "/input_schema/properties/field/anyOf/0/validations"


def test_one_limit_on_a_url_and_on_a_list_of_them_is_not_redundant() -> None:
    (printed,) = image(("width_pixels<=", 9, "")).values()
    several = {"type": "array", "items": printed}
    assert codes({"field": {"anyOf": [printed, several]}}) == []


def test_the_rarer_spelling_of_a_choice_is_told_between_models() -> None:
    def sized(*choices: str) -> dict[str, Any]:
        return {"size": {"type": "string", "enum": [*choices, "auto"]}}

    models = [
        model(sized(word), f"acme/{index}")
        for index, word in enumerate(("720p", "720p", "720P"))
    ]
    (each,) = lint(models)
    assert (each.model, each.code) == ("acme/2", "enum-case-drift")
    assert "spelled '720p' in 2 other places" in each.message


def test_fields_of_nested_objects_are_looked_at() -> None:
    inner = {
        "type": "object",
        "properties": {"steps": {"type": "integer", "minimum": 5, "maximum": 4}},
    }
    (each,) = found({"loras": {"type": "array", "items": inner}})
    assert each.pointer == "/input_schema/properties/loras/items/properties/steps"


def test_choices_in_a_rare_case_are_reported_in_their_published_order() -> None:
    rare = ["8K", "4K", "2K", "1K"]
    usual = [word.lower() for word in rare]
    properties = {"a": rare, "b": usual, "c": usual}
    messages = [
        each.message
        for each in found({name: {"enum": words} for name, words in properties.items()})
    ]
    assert [message.split("'")[1] for message in messages] == rare
