"""What belongs into a field is checked by what a file is, whatever its name or its URI says."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from media.meter import DATA
from runcomfy_codegen.build.build_model import build_model
from runcomfy_runtime.media.inspection import Inspector
from runcomfy_runtime.report import Problem, Report
from runcomfy_runtime.rule import Rule
from support.built_models import SETTINGS, documents, executed, properties


def checked(kind: str, content: bytes, *conditions: str) -> list[Problem]:
    """The problems of a file in a field of a kind, with rules that hold for all of them."""
    rules = [
        Rule(pointer="/x", kind=kind, metric=metric, operator=operator, limit=limit)
        for metric, operator, limit in map(
            str.split, conditions or ("file_size_mb < 30",)
        )
    ]
    uri = "data:image/png;base64," + base64.b64encode(content).decode()
    return Inspector()(rules, {"x": uri})


def file(name: str) -> bytes:
    return (DATA / name).read_bytes()


STILL, MOVING = "image/gif_static.gif", "more/anim.gif"
PICTURE, VIDEO, SOUND = (
    "image/jpeg_orient6.jpg",
    "video/mp4_faststart.mp4",
    "audio/mp3_vbr_noxing.mp3",
)


def test_a_video_in_the_field_of_an_image_fails_and_its_rules_are_not_asked() -> None:
    found = checked("image", file(VIDEO), "width_pixels < 1", "file_size_mb < 30")
    assert found == [
        Problem(
            pointer="/x",
            code="media_kind",
            message="an image is expected here, but this is a video (mp4)",
            limit="image",
            actual="video",
            rule="media_kind == image",
            evidence=found[0].evidence,
        )
    ]
    assert not Report(tuple(found)).ok


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("image", SOUND),
        ("image", "video/mkv_h264.mkv"),
        ("video", SOUND),
        ("video", "video/mp4_audio_only.mp4"),
        ("video", PICTURE),
        ("audio", PICTURE),
        ("audio", MOVING),
    ],
)
def test_what_can_be_of_no_other_kind_fails(kind: str, name: str) -> None:
    [problem] = checked(kind, file(name))
    assert (problem.code, problem.verdict) == ("media_kind", "fail")
    assert (problem.limit, problem.rule) == (kind, f"media_kind == {kind}")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("video", STILL),
        ("video", MOVING),
        ("video", "more/apng.png"),
        ("video", "image/webp_anim.webp"),
        ("video", "image/avif_anim.avif"),
        ("audio", VIDEO),
    ],
)
def test_what_some_servers_take_is_unknown_and_its_rules_are_asked(
    kind: str, name: str
) -> None:
    found = checked(kind, file(name), "file_size_mb > 30")
    assert [(each.code, each.verdict) for each in found] == [
        ("media_kind", "unknown"),
        ("file_size_mb", "fail"),
    ]
    assert "some servers" in found[0].message


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("image", STILL),
        ("image", MOVING),
        ("image", PICTURE),
        ("video", VIDEO),
        ("audio", SOUND),
        ("audio", "video/mp4_audio_only.mp4"),
    ],
)
def test_the_right_kind_is_no_problem(kind: str, name: str) -> None:
    assert checked(kind, file(name)) == []


def test_a_kind_that_is_not_known_is_not_checked() -> None:
    assert checked("", file(SOUND)) == checked("", file(VIDEO)) == []


def test_a_format_that_is_not_read_has_no_kind_to_be_wrong() -> None:
    [problem] = checked("video", file("image/tga.tga"))
    assert (problem.code, problem.verdict) == ("media", "unknown")


def test_a_check_of_the_kind_is_told_like_that_of_a_rule() -> None:
    rules = [
        Rule(
            pointer="/x",
            kind="image",
            metric="width_pixels",
            operator="<",
            limit="9999",
        )
    ]
    [finding] = Inspector(folder=DATA).inspect(rules, {"x": STILL})
    assert [
        (check.rule.condition, check.verdict, check.actual) for check in finding.checks
    ] == [
        ("media_kind == image", "pass", "image"),
        ("width_pixels < 9999", "pass", "640"),
    ]


IMAGE = {"type": "string", "format": "image_uri"}
RULED = {
    "validations": [
        {
            "validation_rule": "width_pixels<",
            "validation_value": 99,
            "validation_error": "Too wide.",
        }
    ]
}


@pytest.mark.parametrize(
    ("published", "kind"),
    [
        (IMAGE, "image"),
        ({"type": "string", "format": "video_uri"}, "video"),
        ({"type": "array", "items": IMAGE}, "image"),
        ({"type": "array", "format": "audio_uris"}, "audio"),
        ({"type": ["string", "null"], "format": "image_uri"}, "image"),
        ({"anyOf": [IMAGE, {"type": "array", "items": IMAGE}]}, "image"),
        ({"anyOf": [IMAGE, {"type": "string", "format": "video_uri"}]}, ""),
        ({"anyOf": [IMAGE, {"type": "string"}]}, ""),
        ({"type": "string"}, "image"),  # it has a rule on pixels
    ],
)
def test_a_generated_rule_has_the_kind_that_its_field_takes_if_it_takes_one(
    published: dict[str, Any], kind: str
) -> None:
    entry = {
        "model_id": "acme/model",
        "input_schema": properties(x={**published, **RULED}),
    }
    [document] = documents(json.dumps(entry))
    model = build_model([("acme/model.json", document)], SETTINGS).model
    assert model is not None
    assert {rule.kind for rule in executed(model).RULES} == {kind}
