"""``diff`` judges a changed limit like a changed rule, with a witness."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from limits.limit_files import MODEL, entry, write_limits, write_project
from runcomfy_codegen import api
from runcomfy_codegen.diff.finding import DiffVerdict
from support.command_line import Shell

WORDS = "as stated"


def field(kind: str, **keywords: Any) -> dict[str, Any]:
    return {"type": kind, "description": f"It is {WORDS} here.", **keywords}


PROPERTIES: dict[str, Any] = {
    "clip": field("string", format="video_uri"),
    "image": field("string", format="image_uri"),
    "images": field("array", items={"type": "string"}),
    "prompt": field("string"),
    "seed": field("integer"),
    "strength": field("number"),
}
ONE_OF = "require.anyOf = [{required = ['image']}, {required = ['clip']}]"
NOT_BOTH = "require.not.required = ['image', 'clip']"
Fields = str | list[str]


def changed(
    folder: Path, fields: Fields, old: str | None, new: str | None
) -> list[Any]:
    """The findings between two folders that differ in one limit."""
    for name, condition in (("old", old), ("new", new)):
        text = entry(fields, WORDS, condition) if condition else ""
        write_project(folder / name, PROPERTIES, text)
    return list(api.diff(folder / "old/schemas", folder / "new/schemas").findings)


NARROWED: dict[str, tuple[Fields, str | None, str, Any]] = {
    "duration": ("/clip", "duration_seconds <= 10", "duration_seconds <= 8", None),
    "added": ("/clip", None, "file_size_mb <= 8", None),
    "ratio": ("/image", "width/height <= 2", "width/height <= 16:9", None),
    "sum": (["/clip", "/image"], "total_duration_seconds <= 9", "total_duration_seconds <= 8", None),
    "formats": ("/image", "format in [jpeg, png]", "format in [png]", {"format": "jpeg"}),
    "count": ("/images", "count <= 3", "count <= 2", ["item 0", "item 1", "item 2"]),
    "value": ("/seed", "value <= 3", "value <= 2", 3),
    "decimal": ("/strength", "value <= 0.3", "value <= 0.2", 0.3),
    "characters": ("/prompt", "characters <= 3", "characters <= 2", "¤¤¤"),
    "script": ("/prompt", "characters(han) <= 3", "characters(han) <= 2", "一一一"),
    "together": (["/images", "/clip"], "total_count <= 2", "total_count <= 1", None),
    "requirement": (["/image", "/clip"], None, ONE_OF, {}),
    "exclusion": (["/image", "/clip"], ONE_OF, NOT_BOTH, None),
}  # fmt: skip


@pytest.mark.parametrize("name", NARROWED)
def test_a_tighter_limit_is_breaking_with_a_witness(tmp_path: Path, name: str) -> None:
    fields, old, new, witness = NARROWED[name]
    found = changed(tmp_path, fields, old, new)
    breaking = [each for each in found if each.verdict is DiffVerdict.BREAKING]
    assert len(breaking) == 1
    assert breaking[0].witness is not None
    if witness is not None:
        assert json.loads(json.dumps(breaking[0].as_json()))["witness"] == witness


@pytest.mark.parametrize(
    "name", ["duration", "formats", "count", "value", "requirement", "sum"]
)
def test_a_looser_limit_is_compatible(tmp_path: Path, name: str) -> None:
    fields, old, new, _ = NARROWED[name]
    found = changed(tmp_path, fields, new, old)
    assert {each.verdict for each in found} == {DiffVerdict.COMPATIBLE}


@pytest.mark.parametrize(
    ("fields", "old", "new"),
    [
        ("/seed", "value <= 3", "value < 4"),
        ("/images", "count <= 3", "count < 4"),
        ("/images", "count <= 3", "require.properties.images.maxItems = 3"),
    ],
)
def test_another_spelling_of_a_limit_is_no_change(
    tmp_path: Path, fields: str, old: str, new: str
) -> None:
    assert changed(tmp_path, fields, old, new) == []


def test_a_limit_that_became_stale_is_gone(tmp_path: Path) -> None:
    text = entry("/seed", WORDS, "value <= 3")
    write_project(tmp_path / "old", PROPERTIES, text)
    reworded = {**PROPERTIES, "seed": field("integer") | {"description": "any"}}
    write_project(tmp_path / "new", reworded, text)
    result = api.diff(tmp_path / "old/schemas", tmp_path / "new/schemas")
    assert [
        (each.rule, each.verdict.value)
        for each in result.findings
        if each.verdict.value != "docs-only"
    ] == [("number-range-widened", "compatible")]


def test_limits_of_a_revision_are_those_that_were_committed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_project(tmp_path, PROPERTIES, entry("/seed", WORDS, "value <= 3"))
    for words in (
        ["init", "-q", "-b", "main"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "one"],
    ):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    write_limits(tmp_path / "limits", entry("/seed", WORDS, "value <= 2"))
    answer = Shell(tmp_path)("diff", "main:schemas", "--format", "json")
    [finding] = answer.json["findings"]
    assert (finding["model"], finding["verdict"], finding["witness"]) == (
        MODEL,
        "breaking",
        3,
    )
    assert "stated limit value <= 3 → stated limit value <= 2" in finding["message"]
    write_limits(tmp_path / "limits", entry("/seed", WORDS, "value <= 3"))
    assert (
        Shell(tmp_path)("diff", "main:schemas", "--format", "json").json["findings"]
        == []
    )
