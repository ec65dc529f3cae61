"""What a description says about a default, and what a kind of file cannot have."""

from __future__ import annotations

from typing import Any

import pytest

from runcomfy_codegen.lint import lint
from support.built_models import model_of


def found(field: dict[str, Any], code: str) -> list[str]:
    schema = {"type": "object", "properties": {"f": field}}
    model = model_of(schema, "acme/model")
    return [each.message for each in lint([model]) if each.code == code]


INTEGER, NUMBER = {"type": "integer", "default": 5}, {"type": "number", "default": 0.5}
SPEED = {"type": "string", "enum": ["fast", "good", "very fast"], "default": "good"}
SECONDS = {"type": "string", "enum": ["5", "10"], "default": "5"}
FLAG = {"type": "boolean", "default": True}


@pytest.mark.parametrize(
    ("field", "description", "stated"),
    [
        (INTEGER, "Default is 10. Range is 4-30.", "10"),
        (INTEGER, "Steps. Defaults to 10", "10"),
        (INTEGER, "Steps (default: 10).", "10"),
        (INTEGER, "The default value is 10 seconds", "10"),
        (INTEGER, "Default -5", "-5"),
        (INTEGER, "Default 1,005", "1,005"),
        (INTEGER, "步数，默认为 10。", "10"),
        (INTEGER, "デフォルトは10です。", "10"),
        (INTEGER, "Шаги, по умолчанию 10.", "10"),
        (NUMBER, "Default is 0.7.", "0.7"),
        (NUMBER, "По умолчанию 0,7", "0,7"),
        (SPEED, "How fast. Default is `fast`.", "fast"),
        (SPEED, 'Defaults to "very fast" for all', "very fast"),
        (SECONDS, "Seconds. Default is 10.", "10"),
        (FLAG, "Default is false.", "false"),
        (FLAG, "Defaults to off", "off"),
    ],
)
def test_another_default_in_the_description_is_reported(
    field: dict[str, Any], description: str, stated: str
) -> None:
    (message,) = found(
        {**field, "description": description}, "default-against-description"
    )
    assert stated in message


@pytest.mark.parametrize(
    ("field", "description"),
    [
        (INTEGER, "Default is 5."),
        (INTEGER, "Default is 5.0, up to 10."),
        (INTEGER, "Default is 10 for the pro model and 5 otherwise."),
        (INTEGER, "By default the 10 newest are taken."),
        (INTEGER, "Default 16:9"),
        (INTEGER, "Uses the defaults of 2024x1024 models."),
        (INTEGER, "The default."),
        (NUMBER, "Default is 0.50"),
        (NUMBER, "По умолчанию 0,5"),
        (SPEED, "Default is good; fast costs less."),
        (SPEED, "Default is fastest."),
        (SPEED, "Default is the 3rd."),
        (SECONDS, "Default is 5 (of 5 or 10)."),
        (FLAG, "Default is true."),
        (FLAG, "Defaults to whatever the account has."),
        ({"type": "integer"}, "Default is 10."),
    ],
)
def test_the_same_default_or_no_sure_one_is_not(
    field: dict[str, Any], description: str
) -> None:
    whole = {**field, "description": description}
    assert found(whole, "default-against-description") == []


@pytest.mark.parametrize(
    ("kind", "metric", "reported"),
    [
        ("audio", "width_pixels", True),
        ("audio", "width/height", True),
        ("audio", "duration_seconds", False),
        ("audio", "file_size_mb", False),
        ("image", "duration_seconds", True),
        ("image", "fps", True),
        ("image", "height_pixels", False),
        ("video", "duration_seconds", False),
        ("video", "width/height", False),
        ("video", "fps", False),
    ],
)
@pytest.mark.parametrize("several", [False, True])
def test_a_metric_that_the_kind_cannot_have(
    kind: str, metric: str, reported: bool, several: bool
) -> None:
    rule = {
        "validation_rule": f"{metric}<=",
        "validation_value": 4,
        "validation_error": "x",
    }
    field: dict[str, Any] = {"type": "string", "format": f"{kind}_uri"}
    if several:
        field = {"type": "array", "items": {"type": "string"}, "format": f"{kind}_uris"}
    messages = found({**field, "validations": [rule]}, "metric-of-another-kind")
    assert bool(messages) is reported, messages


def test_a_limit_in_seconds_is_not_a_number_of_items() -> None:
    field = {"type": "array", "items": {"type": "string"}, "format": "video_uris"}
    whole = {**field, "maxItems": 10, "description": "Max 10 seconds each."}
    assert found(whole, "prose-limit")
