from __future__ import annotations

from typing import Any

import pytest

from runcomfy_codegen.ir.model import Array, Field, MediaKind, Numeric, Object, Text
from runcomfy_codegen.sandbox.clock import Seed
from runcomfy_codegen.sandbox.http_messages import ApiResponse
from runcomfy_codegen.sandbox.output_files import output_kind, plan_output, render_file
from runcomfy_codegen.sandbox.output_shape import OutputShape, output_shape

from .conftest import (
    EDIT,
    IMAGE_TO_VIDEO,
    MUSIC,
    ODD,
    PROMPT,
    URL,
    Caller,
    a_field,
    a_model,
)

DURATION = a_field("duration", Numeric(integral=True))


@pytest.mark.parametrize(
    ("model_id", "media"),
    [
        ("qwen/qwen-image-3.0/pro/text-to-image", MediaKind.IMAGE),
        ("bytedance/seedream-5.0-pro/image-to-image", MediaKind.IMAGE),
        ("google/nano-banana-2-lite/edit", MediaKind.IMAGE),
        ("blackforestlabs/flux-3/image", MediaKind.IMAGE),
        ("openai/gpt-image-2.5/flare/edit", MediaKind.IMAGE),
        ("bytedance/seedance-2.5/image-to-video/480p", MediaKind.VIDEO),
        ("blackforestlabs/flux-3/extend-video/draft", MediaKind.VIDEO),
        ("blackforestlabs/flux-3/first-last-frame-to-video", MediaKind.VIDEO),
        ("bytedance/seedance-2.5/first-last-frame/720p", MediaKind.VIDEO),
        ("google/gemini-omni-flash/video-edit", MediaKind.VIDEO),
        ("wan-ai/wan-2.7/edit-video", MediaKind.VIDEO),
        ("pixverse/pixverse-c1/transition", MediaKind.VIDEO),
        ("pixverse/pixverse-v6/extend", MediaKind.VIDEO),
        ("lightricks/ltx-2.5/audio-to-video/fast", MediaKind.VIDEO),
        ("sync/sync/lipsync/v2/pro", MediaKind.VIDEO),
        ("elevenlabs/elevenlabs/music-generation", MediaKind.AUDIO),
        ("acestep-ai/ace-step/audio-outpaint", MediaKind.AUDIO),
        ("bytedance/seed-audio-1.0/text-to-audio", MediaKind.AUDIO),
        ("somebody/unheard-of", MediaKind.IMAGE),
    ],
)
def test_the_id_of_a_model_tells_what_it_makes(model_id: str, media: MediaKind) -> None:
    assert output_kind(a_model(model_id, PROMPT)) is media


def test_the_inputs_tell_where_the_id_does_not() -> None:
    assert (
        output_kind(a_model("bytedance/seedance-2.0/fast", PROMPT, DURATION))
        is MediaKind.VIDEO
    )


def test_the_catalog_entry_is_believed_first() -> None:
    model = a_model("somebody/text-to-video", PROMPT)
    assert output_kind(model, {"output_type": "AUDIO"}) is MediaKind.AUDIO
    assert output_kind(model, {"output_type": "POEM"}) is MediaKind.VIDEO


@pytest.mark.parametrize(
    ("document", "pixels"),
    [
        ({}, (1024, 1024)),
        ({"width×height": "2560x1440(16:9)"}, (2560, 1440)),
        ({"size": "1024_1536"}, (1024, 1536)),
        ({"resolution": "1024*768"}, (1024, 768)),
        ({"aspect_ratio": "16:9"}, (1820, 1024)),
        ({"aspect_ratio": "9:16", "resolution": "720p"}, (720, 1280)),
        ({"resolution": "2K", "aspect_ratio": "1:1"}, (2048, 2048)),
        ({"resolution": "4k"}, (2160, 2160)),
        ({"width": 640, "height": 480, "aspect_ratio": "1:1"}, (640, 480)),
        ({"size": "99999x2"}, (1024, 1024)),
        ({"size": "9999x20"}, (8192, 16)),
        ({"aspect_ratio": "auto", "resolution": ""}, (1024, 1024)),
        ({"aspect_ratio": "0:0"}, (1024, 1024)),
        ({"prompt": "a poster, 300x300"}, (1024, 1024)),
        ({"width": True, "height": -1}, (1024, 1024)),
    ],
)
def test_a_picture_has_the_size_of_the_chosen_label(
    document: dict[str, Any], pixels: tuple[int, int]
) -> None:
    shape = output_shape("somebody/text-to-image", MediaKind.IMAGE, document)
    assert (shape.width, shape.height) == pixels


@pytest.mark.parametrize(
    ("document", "seconds"),
    [
        ({}, 5),
        ({"duration": 8}, 8),
        ({"duration": "12"}, 12),
        ({"duration": "auto"}, 5),
        ({"duration": -1}, 5),
        ({"seconds": 0.5}, 0.5),
        ({"duration": 10**9}, 300),
        ({"duration": 10**400}, 5),
        ({"duration": "nan"}, 5),
        ({"duration": [3]}, 5),
    ],
)
def test_a_film_lasts_as_long_as_asked(
    document: dict[str, Any], seconds: float
) -> None:
    model_id = "somebody/text-to-video"
    assert output_shape(model_id, MediaKind.VIDEO, document) == OutputShape(
        width=1280, height=720, seconds=seconds
    )


def test_an_id_may_hold_the_resolution_and_a_length_be_in_milliseconds() -> None:
    draft, large = "somebody/text-to-video/480p", "somebody/4K/text-to-video"
    assert output_shape(draft, MediaKind.VIDEO, {}) == OutputShape(
        width=854, height=480
    )
    assert output_shape(large, MediaKind.VIDEO, {"aspect_ratio": "9:16"}).height == 3840
    assert output_shape(large, MediaKind.VIDEO, {"resolution": "720p"}).height == 720
    assert (
        output_shape("x/music", MediaKind.AUDIO, {"music_length_ms": 12500}).seconds
        == 12.5
    )


def test_the_server_s_default_counts_where_nothing_is_given() -> None:
    length = a_field("duration", Numeric(integral=True), default=7)
    resolution = a_field("resolution", Text(), default="480p")
    model = a_model("somebody/text-to-video", resolution, length)
    assert plan_output(model, MediaKind.VIDEO, {}).shape == OutputShape(
        width=854, height=480, seconds=7
    )
    assert plan_output(model, MediaKind.VIDEO, {"duration": 2}).shape.seconds == 2


@pytest.mark.parametrize(
    ("model_id", "choice", "suffix", "begins"),
    [
        ("somebody/text-to-image", "png", "png", b"\x89PNG"),
        ("somebody/text-to-image", "jpeg", "jpg", b"\xff\xd8\xff"),
        ("somebody/text-to-image", "webp", "webp", b"RIFF"),
        ("somebody/text-to-image", "tiff", "png", b"\x89PNG"),
        ("somebody/text-to-image", 7, "png", b"\x89PNG"),
        ("somebody/text-to-audio", "mp3_standard", "mp3", b"\xff\xf3"),
        ("somebody/text-to-audio", "wav_cd_quality", "wav", b"RIFF"),
        ("somebody/text-to-video", "png", "mp4", b"\x00\x00\x00"),
    ],
)
def test_a_file_has_the_format_that_was_asked_for(
    model_id: str, choice: Any, suffix: str, begins: bytes
) -> None:
    model = a_model(model_id, PROMPT)
    output = plan_output(model, output_kind(model), {"output_format": choice})
    assert output.names == (f"0.{suffix}",)
    assert render_file(output, Seed(), "x", 0).startswith(begins)


@pytest.mark.parametrize(
    ("model_id", "key", "suffix"),
    [(EDIT, "image", "png"), (IMAGE_TO_VIDEO, "video", "mp4"), (MUSIC, "audio", "wav")],
)
def test_the_output_has_the_published_name_of_its_kind(
    caller: Caller, model_id: str, key: str, suffix: str
) -> None:
    output = caller.finish(model_id)["output"]
    assert list(output) == [key]
    assert output[key].endswith(f"/0.{suffix}")


def test_several_pictures_are_a_list_of_different_files(caller: Caller) -> None:
    output = caller.finish(ODD, num_images=3)["output"]
    assert list(output) == ["images"]
    bodies = {caller.send("GET", url).body for url in output["images"]}
    assert len(bodies) == 3


def test_an_output_schema_with_only_a_list_gets_a_list() -> None:
    only = Object(
        fields=(Field(wire_name="images", type=Array(items=URL), required=True),),
    )
    model = a_model("somebody/text-to-image", PROMPT, output=only)
    assert plan_output(model, MediaKind.IMAGE, {}).value(("u",)) == {"images": ["u"]}


@pytest.fixture
def file(caller: Caller) -> str:
    return str(caller.finish(EDIT)["output"]["image"])


def header(answer: ApiResponse, name: str) -> str | None:
    return dict(answer.headers).get(name)


def test_an_output_file_needs_no_token_and_does_not_change(
    caller: Caller, file: str
) -> None:
    first = caller.send("GET", file, authorization="")
    caller.clock.advance(1000)
    assert first.status == 200
    assert header(first, "content-type") == "image/png"
    assert caller.send("GET", file) == first


def test_there_is_no_file_before_the_job_is_done(caller: Caller) -> None:
    accepted = caller.submit()
    path = f"/outputs/{accepted['request_id']}/0.png"
    assert caller.send("GET", path).status == 404
    caller.clock.advance(10)
    assert caller.send("GET", path).status == 200


@pytest.mark.parametrize(
    "name", ["1.png", "0.mp4", "..", "", "0.png%00", "%2e%2e%2f0.png"]
)
def test_only_the_files_of_the_job_are_there(
    caller: Caller, file: str, name: str
) -> None:
    assert caller.send("GET", file.rpartition("/")[0] + "/" + name).status == 404


@pytest.mark.parametrize(
    ("range_header", "part", "extent"),
    [
        ("bytes=0-7", slice(0, 8), "bytes 0-7/{}"),
        ("bytes=8-", slice(8, None), "bytes 8-{last}/{}"),
        ("bytes=-5", slice(-5, None), "bytes {tail}-{last}/{}"),
        ("bytes=0-999999", slice(0, None), "bytes 0-{last}/{}"),
        ("bytes=-999999", slice(0, None), "bytes 0-{last}/{}"),
    ],
)
def test_a_part_of_a_file_is_exactly_that_part(
    caller: Caller, file: str, range_header: str, part: slice, extent: str
) -> None:
    whole = caller.send("GET", file).body
    answer = caller.send("GET", file, range=range_header)
    size = len(whole)
    assert answer.status == 206
    assert answer.body == whole[part]
    assert header(answer, "content-range") == extent.format(
        size, last=size - 1, tail=size - 5
    )


@pytest.mark.parametrize("range_header", ["bytes=999999-", "bytes=-0"])
def test_a_part_that_is_not_there_is_416(
    caller: Caller, file: str, range_header: str
) -> None:
    size = len(caller.send("GET", file).body)
    answer = caller.send("GET", file, range=range_header)
    assert (answer.status, answer.body) == (416, b"")
    assert header(answer, "content-range") == f"bytes */{size}"


@pytest.mark.parametrize(
    "range_header",
    [
        "bytes=0-1,4-5",
        "lines=1-2",
        "bytes=",
        "bytes=-",
        "bytes=5-2",
        f"bytes={'9' * 5000}-",
    ],
)
def test_a_range_that_is_not_understood_gives_the_whole_file(
    caller: Caller, file: str, range_header: str
) -> None:
    assert caller.send("GET", file, range=range_header).status == 200


def test_conditions_compare_the_entity_tag(caller: Caller, file: str) -> None:
    tag = header(caller.send("GET", file), "etag")
    assert tag is not None
    assert caller.send("GET", file, if_none_match=f'"x", {tag}').status == 304
    assert caller.send("GET", file, if_none_match='"x"').status == 200
    assert caller.send("GET", file, range="bytes=0-1", if_range=tag).status == 206
    assert caller.send("GET", file, range="bytes=0-1", if_range='"x"').status == 200


def test_files_differ_between_jobs_and_seeds_decide_them(caller: Caller) -> None:
    first, second = (caller.finish(EDIT)["output"]["image"] for _ in range(2))
    assert caller.send("GET", first).body != caller.send("GET", second).body
