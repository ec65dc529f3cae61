"""Stated limits in generate, check, show, validate and run, and in the written outputs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from limits import media_samples as sample
from limits.limit_files import MODEL, entry, write_limits, write_project
from limits.limited_model import limit, model_with
from runcomfy_codegen import api, resources
from runcomfy_runtime.testing import FakeQueue
from support.command_line import Shell
from support.examples import examples

PROPERTIES: dict[str, Any] = {
    "clip": {
        "type": "string",
        "format": "video_uri",
        "description": "Between 2 and 10 seconds, max 5 MB",
    },
    "image": {"type": "string", "format": "image_uri", "description": "or a clip"},
    "seed": {"type": "integer", "description": "Up to 9"},
}
SEED = entry("/seed", "Up to 9", "value <= 9")
CLIP = entry("/clip", "2 and 10 seconds", "duration_seconds <= 10")
ONE_OF = entry(
    ["/image", "/clip"],
    "or a clip",
    "require.anyOf = [{required = ['image']}, {required = ['clip']}]",
)


@pytest.fixture
def project(tmp_path: Path) -> Shell:
    write_project(tmp_path, PROPERTIES, SEED + CLIP + ONE_OF)
    return Shell(tmp_path)


def module_of(project: Shell) -> str:
    [text] = (
        content.decode()
        for name, content in project.files("client").items()
        if name.endswith("models/acme/painter.py")
    )
    return text


def test_a_changed_limit_makes_the_client_stale_and_generate_updates_it(
    project: Shell,
) -> None:
    arguments = {
        "schemas": project.folder / "schemas",
        "output": project.folder / "client",
    }
    assert api.generate(**arguments).ok
    assert '"value <= 9"' in module_of(project)
    assert "Stated limit: value <= 9." in module_of(project)
    assert api.generate(**arguments).written == ()
    write_limits(project.folder / "limits", entry("/seed", "Up to 9", "value < 9"))
    assert not api.check(**arguments).ok
    assert api.generate(**arguments).written
    assert '"value < 9"' in module_of(project)
    assert api.check(**arguments).ok
    # A stale limit is not carried, and the package is as it would be without it.
    write_limits(project.folder / "limits", entry("/seed", "Up to 8", "value <= 8"))
    found = api.generate(**arguments)
    assert [each.code for each in found.diagnostics] == ["stated-limit-stale"]
    assert "LIMITS" not in module_of(project)


def test_a_file_of_your_own_replaces_the_shipped_one(tmp_path: Path) -> None:
    model = "kling/kling-video-o3/standard/reference-to-video"
    shipped = resources.limits() / f"{model}.toml"
    assert shipped.is_file()
    schemas = Path(__file__).parents[2] / "schemas"
    empty = tmp_path / "own"
    write_limits(empty, "", model_id=model)
    [with_shipped] = api.load(model, schemas=schemas, limits=tmp_path).models
    [with_own] = api.load(model, schemas=schemas, limits=empty).models
    assert with_shipped.limits
    assert with_own.limits == ()


def test_show_tells_the_limits(project: Shell) -> None:
    assert '/seed: value <= 9  (stated: "Up to 9")' in project("show", MODEL).out
    answer = project("show", MODEL, "--format", "json").json["limits"]
    assert answer[0] == {
        "fields": ["/seed"],
        "rule": ["value <= 9"],
        "quote": "Up to 9",
        "locale": "en",
        "level": "error",
        "published": "2026-11-20",
    }


@pytest.mark.parametrize("target", ["json-schema", "openapi"])
def test_outputs_have_the_limits(project: Shell, target: str) -> None:
    answer = project("generate", "--target", target, "--output", "out")
    assert answer.code == 0, answer.err
    texts = [text.decode() for text in project.files("out").values()]
    [text] = (text for text in texts if "x-limits" in text)
    assert "duration_seconds <= 10" in text
    if target == "json-schema":
        validator = Draft202012Validator(json.loads(text))
        assert validator.is_valid({"image": "a", "seed": 9})
        assert not validator.is_valid({"image": "a", "seed": 10})
        assert not validator.is_valid({"image": "", "seed": 9})


def test_validate_says_whose_words_they_are(project: Shell) -> None:
    project.write("in.json", {"clip": sample.sound(12.4), "seed": 10})
    answer = project("validate", MODEL, "in.json")
    assert answer.code == 1
    assert 'duration is 12.4 s; the description says: "2 and 10 seconds"' in answer.out
    assert "2026-11-20" in answer.out
    result = project("validate", MODEL, "in.json", "--format", "json").json
    assert [(each["origin"], each["quote"]) for each in result["problems"]] == [
        ("limit", "Up to 9"),
        ("limit", "2 and 10 seconds"),
    ]
    project.write("good.json", {"clip": sample.sound(9), "seed": 9})
    assert f"fine for {MODEL}" in project("validate", MODEL, "good.json").out


def test_run_refuses_unless_limits_are_off(project: Shell) -> None:
    project.write("in.json", {"image": "https://example.com/a.png", "seed": 10})
    arguments = ("run", MODEL, "in.json", "--sandbox", "--output", "out")
    refused = project(*arguments)
    assert refused.code == 1
    assert "value is 10" in refused.out
    assert project(*arguments, "--stated-limits", "off").code == 0


LIMITS = (
    limit("/images", rule="count <= 4"),
    limit("/images", "/videos", rule="total_count <= 6"),
    limit("/prompt", rule="characters <= 20"),
    limit("/prompt", rule="characters(han) <= 10"),
    limit("/seed", rule=("value >= 0", "value <= 9")),
    limit("/strength", rule="value <= 0.3"),
    limit("/image", "/video", require={"not": {"required": ["image", "video"]}}),
)
GOOD = st.fixed_dictionaries(
    {},
    optional={
        "images": st.lists(st.just("https://example.com/a"), max_size=4) | st.none(),
        "videos": st.lists(st.just("https://example.com/a"), max_size=2) | st.none(),
        "prompt": st.text(st.characters(codec="utf-8"), max_size=10) | st.text("漢a", max_size=10),
        "seed": st.integers(0, 9) | st.none(),
        "strength": st.floats(-1, 0.3),
        "image": st.sampled_from(["", None, "https://example.com/a"]),
        "quality": st.text(max_size=3),
    },
)  # fmt: skip


@examples(200)
@given(GOOD)
def test_a_document_within_the_limits_is_never_refused(
    document: dict[str, Any],
) -> None:
    model = model_with(*LIMITS)
    with FakeQueue().client() as client:
        assert client.validate(model, document).problems == ()
