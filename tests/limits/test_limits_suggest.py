"""``limits suggest``: drafts as TOML that the reader of limits takes, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from limits.limit_files import MODEL, write_limits, write_project
from runcomfy_codegen import api
from runcomfy_codegen.limits.draft_file import draft_file
from runcomfy_codegen.limits.limits_file import read_limits
from runcomfy_codegen.prose.draft import Draft, Unread
from support.command_line import Shell

ROOT = Path(__file__).parents[2]
IMAGE = {"type": "string", "format": "image_uri"}
PROPERTIES: dict[str, Any] = {
    "image_url": {**IMAGE, "description": "JPEG or PNG, at most 50 MiB."},
    "mask_url": {**IMAGE, "description": "Cannot be combined with\n  video_url."},
    "video_url": {
        "type": "string",
        "format": "video_uri",
        "description": "Supported formats include MP4. About 5 seconds.",
    },
    "prompt": {
        "type": "string",
        "maxLength": 900,
        "description": "Max 900 characters. Refer to files as Image 1.",
    },
}


def test_the_output_is_a_file_of_limits(tmp_path: Path) -> None:
    write_project(tmp_path, PROPERTIES)
    answer = Shell(tmp_path)("limits", "suggest", MODEL)
    assert (answer.code, answer.err) == (0, "")
    assert tomllib.loads(answer.out) == {
        "model_id": MODEL,
        "limit": [
            {
                "fields": ["/image_url"],
                "quote": "JPEG or PNG",
                "rule": "format in [jpeg, png]",
            },
            {
                "fields": ["/image_url"],
                "quote": "at most 50 MiB",
                "rule": "file_size_mib <= 50",
            },
            {
                "fields": ["/mask_url", "/video_url"],
                "quote": "Cannot be combined with video_url",
                "require": {"not": {"required": ["mask_url", "video_url"]}},
            },
            {
                "fields": ["/video_url"],
                "quote": "Supported formats include MP4",
                "level": "warn",
                "rule": "format in [mp4]",
            },
        ],
    }
    left = [line for line in answer.out.splitlines() if "read this yourself" in line]
    assert ["5 seconds" in left[0], "Image 1" in left[1], len(left)] == [True, True, 2]


def test_what_is_suggested_is_checked_without_a_finding(tmp_path: Path) -> None:
    write_project(tmp_path, PROPERTIES)
    run = Shell(tmp_path)
    written = run("limits", "suggest", "--write", "limits")
    assert (written.code, written.out) == (0, "")
    assert written.err == f"wrote limits/{MODEL}.toml\n"
    checked = run("limits", "check")
    assert (checked.code, checked.err) == (0, "")
    assert "4 limits apply, from 1 file" in checked.out


def test_a_file_that_exists_is_kept(tmp_path: Path) -> None:
    write_project(tmp_path, PROPERTIES)
    mine = write_limits(tmp_path / "limits", "# reviewed\n")
    before = mine.read_bytes()
    answer = Shell(tmp_path)("limits", "suggest", "--write", "limits")
    assert answer.code == 0
    assert f"kept limits/{MODEL}.toml: it exists" in answer.err
    assert mine.read_bytes() == before


def test_the_drafts_as_json(tmp_path: Path) -> None:
    write_project(tmp_path, PROPERTIES)
    found = Shell(tmp_path)("limits", "suggest", "--format", "json").json
    assert found["limits"][0] == {
        "model": MODEL,
        "fields": ["/image_url"],
        "quote": "JPEG or PNG",
        "level": "error",
        "rule": ["format in [jpeg, png]"],
    }
    assert found["unread"][0]["reason"] == "advice"


def test_a_model_that_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    write_project(tmp_path, PROPERTIES)
    answer = Shell(tmp_path)("limits", "suggest", "acme/paint")
    assert answer.code == 2
    assert MODEL in answer.err


def test_a_model_that_cannot_be_read_stops_no_other(tmp_path: Path) -> None:
    write_project(tmp_path, PROPERTIES)
    run = Shell(tmp_path)
    run.write("schemas/acme/broken/en.json", "{broken")
    answer = run("limits", "suggest")
    assert answer.code == 1
    assert "broken-document" in answer.err
    assert tomllib.loads(answer.out)["model_id"] == MODEL
    assert run("limits", "suggest", MODEL).code == 0


def test_words_of_another_language_name_it(tmp_path: Path) -> None:
    german = {"clip": {**IMAGE, "description": "Не более 5 МБ."}}
    english = {"clip": {**IMAGE, "description": "A picture."}}
    write_project(tmp_path, english, locales={"ru": german})
    answer = Shell(tmp_path)("limits", "suggest", MODEL, "--locale", "ru")
    [limit] = tomllib.loads(answer.out)["limit"]
    assert (limit["locale"], limit["rule"]) == ("ru", "file_size_mb <= 5")


def test_published_text_is_data_in_the_file() -> None:
    quote = 'at most "5" MB\\ \x1b[2J\x7f\u2028]]\n[[limit]] \ud800'
    draft = Draft(('/a"b',), quote, ("file_size_mb <= 5",))
    unread = Unread("/x\ny", quote, "advice")
    text = draft_file("acme/painter", [draft], [unread])
    read = tomllib.loads(text.replace("\\ud800", "?"))
    assert read["limit"] == [
        {
            "fields": ['/a"b'],
            "quote": quote.replace("\ud800", "?"),
            "rule": "file_size_mb <= 5",
        }
    ]


def test_every_draft_for_the_stored_models_applies(tmp_path: Path) -> None:
    schemas = ROOT / "schemas"
    result = api.suggest_limits(schemas=schemas, write=tmp_path / "limits")
    assert len(result.written) > 35
    checked = api.check_limits(schemas=schemas, limits=tmp_path / "limits")
    assert checked.diagnostics == ()
    assert checked.applied == sum(len(each.drafts) for each in result.suggested)


def test_each_text_is_a_well_formed_file() -> None:
    for each in api.suggest_limits(schemas=ROOT / "schemas").suggested:
        read = read_limits(each.text.encode(), each.model_id, "limits.toml")
        assert read.diagnostics == ()
        assert len(read.entries) == len(each.drafts)


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_same_words_give_the_same_drafts(tmp_path: Path, seed: str) -> None:
    write_project(tmp_path, PROPERTIES)
    command = [sys.executable, "-m", "runcomfy_codegen", "limits", "suggest", MODEL]
    run = subprocess.run(
        command,
        cwd=tmp_path,
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": seed},
    )
    assert run.stdout.decode() == Shell(tmp_path)("limits", "suggest", MODEL).out
