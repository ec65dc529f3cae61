"""Limits that contradict each other, that nothing can keep, and that the schema implies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from limits.limit_files import entry, write_project
from runcomfy_codegen import api

WORDS = "as stated"


def field(kind: str, **keywords: Any) -> dict[str, Any]:
    return {"type": kind, "description": f"It is {WORDS} here.", **keywords}


PROPERTIES: dict[str, Any] = {
    "clip": field(
        "string",
        format="video_uri",
        validations=[{"validation_rule": "duration_seconds<=", "validation_value": 10, "validation_error": ""}],
    ),
    "image": field("string", format="image_uri"),
    "images": field("array", items={"type": "string"}, minItems=2, maxItems=5),
    "prompt": field("string", maxLength=100),
    "seed": field("integer", minimum=0, maximum=50),
    "quality": field("string", enum=["480p", "720p"]),
    "maybe": field("string", nullable=True),
}  # fmt: skip
REQUIRED = ("images", "quality")


def found(folder: Path, *entries: tuple[str | list[str], str]) -> list[tuple[str, int]]:
    """The codes and the numbers of the entries that they are about."""
    text = "".join(entry(fields, WORDS, condition) for fields, condition in entries)
    schemas = write_project(folder, PROPERTIES, text, required=REQUIRED)
    lines = [n for n, line in enumerate(text.splitlines(), 2) if line == "[[limit]]"]
    result = api.check_limits(schemas=schemas)
    return [
        (each.code.removeprefix("stated-limit-"), lines.index(each.place.line))
        for each in result.diagnostics
    ]


IMPOSSIBLE = {
    "value": ("/seed", "value >= 51"),
    "value between": ("/seed", "value > 50"),
    "count": ("/images", "count <= 1"),
    "text": ("/prompt", "characters >= 101"),
    "script": ("/prompt", "characters(han) > 100"),
    "file": ("/clip", "duration_seconds > 10"),
    "choice": (["/quality"], "require.properties.quality.const = '1080p'"),
    "never given": (["/quality"], "require.not.required = ['quality']"),
    "items": (["/images"], "require.properties.images.minItems = 6"),
    "together": (["/images", "/prompt"], "total_count <= 1"),
    "negative": ("/images", "count < 0"),
    "sides": ("/image", ["short_side_pixels >= 300", "width <= 200"]),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_no_document_keeps_is_impossible(tmp_path: Path, name: str) -> None:
    assert found(tmp_path, IMPOSSIBLE[name]) == [("impossible", 0)]  # type: ignore[arg-type]


CONTRADICTORY = {
    "values": [("/seed", "value >= 30"), ("/seed", "value < 30")],
    "counts": [("/images", "count >= 4"), ("/images", "count <= 3")],
    "files": [("/image", "width <= 100"), ("/image", "width > 100")],
    "ratios": [("/image", "width <= 100"), ("/image", "height >= 300"), ("/image", "width/height >= 1")],
    "formats": [("/image", "format in [jpeg, png]"), ("/image", "format in [webp]")],
    "requirements": [
        (["/image", "/clip"], "require.anyOf = [{required = ['image']}, {required = ['clip']}]"),
        (["/image", "/clip"], "require.not.anyOf = [{required = ['image']}, {required = ['clip']}]"),
    ],
    "a requirement and a count": [
        (["/images", "/quality"], "require.properties.images.maxItems = 2"),
        (["/images", "/quality"], "total_count >= 4"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", CONTRADICTORY)
def test_what_no_document_keeps_together_is_contradictory(
    tmp_path: Path, name: str
) -> None:
    pair = CONTRADICTORY[name]
    assert found(tmp_path, *pair) == [("contradictory", len(pair) - 1)]  # type: ignore[arg-type]


REDUNDANT = {
    "value": ("/seed", "value <= 50"),
    "count": ("/images", "count <= 7"),
    "text": ("/prompt", "characters <= 100"),
    "file": ("/clip", "duration_seconds <= 10.5"),
    "choice": (
        ["/quality"],
        "require.properties.quality.enum = ['480p', '720p', '1080p']",
    ),
    "required": (["/quality"], "require.required = ['quality']"),
    "together": (["/images", "/quality"], "total_count <= 6"),
}


@pytest.mark.parametrize("name", REDUNDANT)
def test_what_the_schema_implies_is_redundant(tmp_path: Path, name: str) -> None:
    assert found(tmp_path, REDUNDANT[name]) == [("redundant", 0)]  # type: ignore[arg-type]


FINE = {
    "value": [("/seed", "value <= 49")],
    "count": [("/images", "count <= 4")],
    "text": [("/prompt", "characters <= 99"), ("/prompt", "characters(han) <= 50")],
    "files": [("/image", "width <= 100"), ("/image", "width >= 100"), ("/image", "format in [mp4]")],
    "brands": [("/clip", "format in [mp4]"), ("/clip", "format in [mov]")],
    "sides": [("/image", "short_side_pixels >= 300"), ("/image", "long_side_pixels >= 200")],
    "ambiguous": [("/image", "file_size_mb <= 5"), ("/image", "file_size_mib >= 4")],
    "one of": [(["/image", "/clip"], "require.anyOf = [{required = ['image']}, {required = ['clip']}]")],
    "never both": [(["/image", "/clip"], "require.not.required = ['image', 'clip']")],
    "given or not": [(["/maybe"], "require.required = ['maybe']")],
    "only at": [(["/clip", "/quality"], "require = {if = {required = ['clip']}, then = {properties = {quality = {const = '480p'}}}}")],
    "long texts": [(["/prompt", "/quality"], "require = {if = {properties = {prompt = {minLength = 51}}, required = ['prompt']}, then = {properties = {quality = {const = '720p'}}}}")],
}  # fmt: skip


@pytest.mark.parametrize("name", FINE)
def test_what_can_be_kept_and_broken_is_not_reported(tmp_path: Path, name: str) -> None:
    assert found(tmp_path, *FINE[name]) == []  # type: ignore[arg-type]


def test_a_redundant_limit_does_not_fail_the_check(tmp_path: Path) -> None:
    text = entry("/seed", WORDS, "value <= 50")
    schemas = write_project(tmp_path, PROPERTIES, text)
    assert api.check_limits(schemas=schemas).ok
    linted = api.lint(schemas=schemas, select=["stated-limit-*"])
    assert [each.code for each in linted.diagnostics] == ["stated-limit-redundant"]
    impossible = entry("/seed", WORDS, "value > 50")
    write_project(tmp_path, PROPERTIES, impossible)
    assert not api.check_limits(schemas=schemas).ok
    assert not api.lint(schemas=schemas).ok


def test_a_limit_that_only_warns_contradicts_nothing(tmp_path: Path) -> None:
    text = entry("/seed", WORDS, "value > 50", 'level = "warn"')
    assert api.check_limits(schemas=write_project(tmp_path, PROPERTIES, text)).ok


def test_every_contradiction_of_a_field_is_reported(tmp_path: Path) -> None:
    assert found(
        tmp_path,
        ("/image", "format in [png]"),
        ("/image", "format in [webp]"),
        ("/image", "width >= 300"),
        ("/image", "width <= 200"),
    ) == [("contradictory", 1), ("contradictory", 3)]


@pytest.mark.parametrize(
    ("field", "one", "total"),
    [
        ("/images", "count >= 4", "total_count <= 3"),
        ("/clip", "duration_seconds >= 6", "total_duration_seconds < 6"),
        ("/image", "file_size_mb >= 20", "total_size_mb <= 10"),
        ("/image", "file_size_mib >= 20", "file_size_mb <= 10"),
        ("/image", "file_size_mb >= 20", "file_size_mib <= 19"),
    ],
)
def test_a_sum_and_another_unit_contradict_each_file(
    tmp_path: Path, field: str, one: str, total: str
) -> None:
    assert found(tmp_path, (field, one), (field, total)) == [("contradictory", 1)]


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("/images", "count >= 4", "total_count >= 5"),
        ("/clip", "duration_seconds <= 6", "total_duration_seconds >= 20"),
        # 10.2 MiB are more than 10.5 MB: of two readings of MB, one allows it.
        ("/image", "file_size_mib >= 10", "file_size_mb <= 10"),
        ("/image", "file_size_mb >= 20", "file_size_mib <= 19.5"),
    ],
)
def test_a_lower_end_of_a_sum_contradicts_no_file(
    tmp_path: Path, field: str, one: str, other: str
) -> None:
    assert found(tmp_path, (field, one), (field, other)) == []
