"""Every label that a published model offers is followed by what comes out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from runcomfy_codegen.ir.as_json import to_json_schema
from runcomfy_codegen.ir.json_text import items, members
from runcomfy_codegen.ir.model import MediaKind, Model
from runcomfy_codegen.sandbox.output_files import JobOutput, output_kind, plan_output
from runcomfy_codegen.sandbox.output_shape import output_shape
from support.shipped_models import models

_WORDS = ("size", "resolution", "ratio", "width", "duration", "output_format")
_RATIO = re.compile(r"(\d{1,2}):(\d{1,2})")
_WAY = re.compile(r"(landscape|portrait)_(\d+)_(\d+)")
_NO_WISH = frozenset({"auto", "adaptive"})


def choices(schema: Any) -> Iterator[Any]:
    """The values that a field offers, those of its options included."""
    yield from items(members(schema).get("enum"))
    for option in items(members(schema).get("anyOf")):
        yield from choices(option)


def offers() -> Iterator[tuple[Model, str, Any]]:
    for model in models().values():
        fields = members(to_json_schema(model.input)["properties"])
        for name, field in fields.items():
            if any(word in name for word in _WORDS):
                yield from ((model, name, value) for value in choices(field))


def fits(name: str, value: Any, output: JobOutput) -> bool | None:
    """Whether the output is what the label says; None for a label that says nothing."""
    text, made = str(value), output.shape
    if text in _NO_WISH:
        return None
    if name == "output_format":
        beginning = {"jpg": "jpeg"}.get(output.suffix, output.suffix)
        return text.startswith(beginning)
    if name == "duration":
        return made.seconds == float(text)
    if stated := re.match(r"(\d+)x(\d+)", text):
        return (made.width, made.height) == (int(stated[1]), int(stated[2]))
    if match := _RATIO.fullmatch(text):
        ratio = int(match[1]) / int(match[2])
        return made.width / made.height == pytest.approx(ratio, rel=0.01)
    if match := _WAY.fullmatch(text):
        long, short = sorted((int(match[2]), int(match[3])), reverse=True)
        ratio = long / short if match[1] == "landscape" else short / long
        return made.width / made.height == pytest.approx(ratio, rel=0.01)
    if lines := re.fullmatch(r"(\d+)[pP]", text):
        return min(made.width, made.height) == int(lines[1])
    if thousands := re.fullmatch(r"(\d)[kK]", text):
        return 1000 <= min(made.width, made.height) / int(thousands[1]) * 2 <= 2100
    if text.startswith("square"):
        return made.width == made.height
    return False


def test_every_published_choice_of_size_length_and_format_is_followed() -> None:
    verdicts = [
        (model.model_id, name, value, fits(name, value, _output(model, {name: value})))
        for model, name, value in offers()
    ]
    assert [verdict[:3] for verdict in verdicts if verdict[3] is False] == []
    assert sum(verdict[3] is True for verdict in verdicts) > 700


def _output(model: Model, document: Mapping[str, Any]) -> JobOutput:
    return plan_output(model, output_kind(model), document)


def test_a_ratio_holds_at_every_published_resolution() -> None:
    checked = 0
    for model in models().values():
        fields = members(to_json_schema(model.input)["properties"])
        ratios = [v for n in ("aspect_ratio", "ratio") for v in choices(fields.get(n))]
        name = "aspect_ratio" if "aspect_ratio" in fields else "ratio"
        for resolution in choices(fields.get("resolution")):
            for ratio in ratios:
                document = {"resolution": resolution, name: ratio}
                verdict = fits(name, ratio, _output(model, document))
                assert verdict is not False, (model.model_id, document)
                checked += verdict is True
    assert checked > 500


@pytest.mark.parametrize(
    ("values", "width", "height"),
    [
        ({"image_size": "landscape_16_9"}, 1820, 1024),
        ({"image_size": "portrait_4_3"}, 1024, 1366),
        ({"image_size": "portrait_3_4"}, 1024, 1366),
        ({"image_size": "square_hd"}, 1024, 1024),
        ({"image_size": {"width": 300, "height": 200}}, 300, 200),
        ({"resolution": "0.5K"}, 512, 512),
        ({"resolution": "512"}, 512, 512),
        ({"resolution": "4K", "aspect_ratio": "8:1"}, 8192, 1024),
        ({"width": 301, "height": 10**400}, 16, 8192),
        ({"batch_size": "512"}, 1024, 1024),
    ],
)
def test_a_picture_has_the_size_that_was_asked_for(
    values: dict[str, Any], width: int, height: int
) -> None:
    made = output_shape("somebody/text-to-image", MediaKind.IMAGE, values)
    assert (made.width, made.height) == (width, height)


def test_a_film_keeps_its_ratio_where_decoders_set_a_limit() -> None:
    values = {"resolution": "4k", "aspect_ratio": "21:9"}
    made = output_shape("somebody/text-to-video", MediaKind.VIDEO, values)
    assert made.width == 4096
    assert made.width / made.height == pytest.approx(21 / 9, rel=0.01)


@pytest.mark.parametrize(
    ("values", "seconds"),
    [
        ({"duration": "5s"}, 5),
        ({"duration": "10 seconds"}, 10),
        ({"duration": "7"}, 7),
        ({"duration": "2 min"}, 120),
        ({"duration": "auto"}, 5),
        ({"duration": "0s"}, 5),
        ({"duration": 1e308}, 300),
        ({"duration": True}, 5),
        ({"music_length_ms": 12_500}, 12.5),
        ({"frames": 241}, pytest.approx(10.04, abs=0.01)),
        ({"num_frames": 100, "fps": 50}, 2),
    ],
)
def test_an_output_is_as_long_as_was_asked_for(
    values: dict[str, Any], seconds: float
) -> None:
    assert (
        output_shape("somebody/text-to-video", MediaKind.VIDEO, values).seconds
        == seconds
    )
