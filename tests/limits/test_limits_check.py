"""``limits check``: what is reported, where, and with which exit code."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from limits.limit_files import MODEL, entry, write_limits, write_project
from runcomfy_codegen import api
from support.command_line import Shell

CLIP = {
    "type": "string",
    "format": "video_uri",
    "description": "2 to 10 seconds, max 5 MB",
}
PICTURES = {
    "type": "array",
    "items": {"type": "string", "format": "image_uri"},
    "description": "Up to 10\n pictures",
}
PROPERTIES: dict[str, Any] = {
    "clip": CLIP,
    "pictures": PICTURES,
    "prompt": {"type": "string", "description": "What to paint"},
    "layers": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"image": {**CLIP, "format": "image_uri"}},
        },
    },
}
GOOD = entry("/clip", "2 to 10 seconds", "duration_seconds <= 10")


def checked(folder: Path, limits: str, **more: Any) -> list[tuple[str, int, str]]:
    """What is reported about a file of limits: code, line and message."""
    schemas = write_project(folder, PROPERTIES, limits, **more)
    result = api.check_limits(schemas=schemas)
    return [(each.code, each.place.line, each.message) for each in result.diagnostics]


def test_limits_that_stand_are_not_reported(tmp_path: Path) -> None:
    limits = GOOD + entry("/pictures", "Up to 10 pictures", "count <= 10")
    limits += entry("/layers/*/image", "max 5 MB", "file_size_mb <= 5")
    assert checked(tmp_path, limits) == []
    [model] = api.load(schemas=tmp_path / "schemas").models
    assert [limit.rules for limit in model.limits] == [
        ("duration_seconds <= 10",),
        ("count <= 10",),
        ("file_size_mb <= 5",),
    ]
    assert {(limit.locale, limit.published) for limit in model.limits} == {
        ("en", "2026-11-20")
    }


@pytest.mark.parametrize("quote", ["Up to 1", "2 to 12 seconds", "max 5 mb"])
def test_a_limit_whose_words_are_gone_is_stale(tmp_path: Path, quote: str) -> None:
    limits = GOOD + entry("/pictures", quote, "count <= 10")
    [(code, line, message)] = checked(tmp_path, limits)
    assert (code, line) == ("stated-limit-stale", 7)
    assert quote in message
    [model] = api.load(schemas=tmp_path / "schemas").models
    assert len(model.limits) == 1


def test_another_locale_never_keeps_a_limit_alive(tmp_path: Path) -> None:
    german = {
        name: {**schema, "description": "Bis 10 Bilder"}
        for name, schema in PROPERTIES.items()
    }
    words = entry("/pictures", "Bis 10 Bilder", "count <= 10")
    assert [code for code, *_ in checked(tmp_path, words, locales={"de": german})] == [
        "stated-limit-stale"
    ]
    there = entry("/pictures", "Bis 10 Bilder", "count <= 10", 'locale = "de"')
    assert checked(tmp_path, there, locales={"de": german}) == []
    lacking = entry("/pictures", "Up to 10 pictures", "count <= 10", 'locale = "fr"')
    assert [code for code, *_ in checked(tmp_path, lacking)] == ["stated-limit-stale"]


MALFORMED = {
    "unknown field": (entry("/clips", "max 5 MB", "count <= 1"), "'/clips' is not a field"),
    "field inside a list": (entry("/layers/image", "max 5 MB", "file_size_mb <= 5"), "is not a field"),
    "no pointer": (entry("clip", "max 5 MB", "count <= 1"), "is not a pointer"),
    "no fields": ('[[limit]]\nfields = []\nquote = "x"\nrule = "count <= 1"', "list of JSON pointers"),
    "no quote": ('[[limit]]\nfields = ["/clip"]\nrule = "fps <= 1"', "'quote' must be"),
    "quote without a letter": (entry("/clip", "...", "fps <= 1"), "'quote' must be"),
    "unknown key": (entry("/clip", "max 5 MB", "fps <= 1", "rules = 3"), "unknown key 'rules'"),
    "level": (entry("/clip", "max 5 MB", "fps <= 1", 'level = "warning"'), "'level' must be"),
    "unit": (entry("/clip", "max 5 MB", "file_size_mb <= 5MB"), "has a unit"),
    "no condition": ('[[limit]]\nfields = ["/clip"]\nquote = "max 5 MB"', "no condition"),
    "both conditions": (entry("/clip", "max 5 MB", "fps <= 1", 'require.required = ["clip"]'), "both 'rule' and 'require'"),
    "keyword": (entry("/clip", "max 5 MB", "require.requires = ['clip']"), "is not a keyword"),
    "other name": (entry("/clip", "max 5 MB", "require.required = ['prompt']"), "not in 'fields'"),
    "no list": (entry("/clip", "max 5 MB", "require.required = 'clip'"), "a list of names"),
    "no values": (entry("/clip", "max 5 MB", "require.properties.clip.enum = []"), "at least one"),
    "then alone": (entry("/clip", "max 5 MB", "require.then.required = ['clip']"), "next to 'if'"),
    "negative": (entry("/pictures", "Up to 10 pictures", "require.properties.pictures.maxItems = -1"), "whole number"),
    "not a number": (entry("/clip", "max 5 MB", "require.properties.clip.minimum = nan"), "must be a number"),
    "a date": (entry("/clip", "max 5 MB", "require.properties.clip.const = 2026-01-01"), "must be a JSON value"),
    "nothing": (entry("/clip", "max 5 MB", "require = {}"), "requires nothing"),
    "count of a text": (entry("/prompt", "What to paint", "count <= 1"), "is not a list"),
    "value of a text": (entry("/prompt", "What to paint", "value <= 1"), "is not a number"),
    "not TOML": ("[[limit]\n", "not TOML"),
}  # fmt: skip


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_entry_is_an_error_with_its_line(tmp_path: Path, name: str) -> None:
    limits, says = MALFORMED[name]
    found = checked(tmp_path, limits)
    assert {code for code, *_ in found} == {"stated-limit-malformed"}
    assert {line for _, line, _ in found} == {2}
    assert says in found[0][2]


def test_a_file_that_names_another_model_applies_to_none(tmp_path: Path) -> None:
    schemas = write_project(tmp_path, PROPERTIES, GOOD)
    file = write_limits(tmp_path / "limits", GOOD)
    file.write_text(file.read_text().replace(MODEL, "acme/other"))
    result = api.check_limits(schemas=schemas)
    assert [each.code for each in result.diagnostics] == ["stated-limit-malformed"]
    assert result.applied == 0


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('[[limit]]\nfields = ["/x"]\n\n[[ "limit" ]]\nquote = "[[limit]]"\n', [2, 5]),
        ('limit = [\n  {fields = ["/x"]},\n  {fields = [\n"/y"]},\n]\n', [3, 5]),
        ('[[limit]]\nquote = """\n[[limit]]\n"""\n[[limit]]\n', [2, 6]),
    ],
)
def test_every_spelling_of_toml_has_lines(
    tmp_path: Path, text: str, lines: list[int]
) -> None:
    found = checked(tmp_path, text)
    assert sorted({line for _, line, _ in found}) == lines


def test_the_command_exits_with_1_and_names_file_and_line(tmp_path: Path) -> None:
    write_project(tmp_path, PROPERTIES, GOOD)
    run = Shell(tmp_path)
    assert run("limits", "check").code == 0
    write_limits(tmp_path / "own", GOOD + entry("/clip", "max 6 MB", "fps <= 6"))
    answer = run("limits", "check", "--limits", "own")
    assert answer.code == 1
    assert f"own/{MODEL}.toml:7:1: warning stated-limit-stale" in answer.err
    [found] = run("limits", "check", "--limits", "own", "--format", "json").json[
        "diagnostics"
    ]
    assert (found["file"], found["line"]) == (f"own/{MODEL}.toml", 7)
    linted = run("lint", "--limits", "own", "--format", "json").json["diagnostics"]
    assert found in linted
    assert run("limits", "check", "--limits", "nowhere").code == 2


def test_a_file_without_a_model_is_stale(tmp_path: Path) -> None:
    schemas = write_project(tmp_path, PROPERTIES, GOOD)
    shutil.rmtree(schemas / MODEL)
    write_project(tmp_path, PROPERTIES, model_id="acme/other")
    [found] = api.check_limits(schemas=schemas).diagnostics
    assert (found.code, found.model) == ("stated-limit-stale", MODEL)


def test_lint_generate_and_check_report_a_file_without_a_model(tmp_path: Path) -> None:
    schemas = write_project(tmp_path, PROPERTIES, GOOD)
    write_limits(tmp_path / "limits", "", model_id="acme/gone")
    output = tmp_path / "client"
    found = api.lint(schemas=schemas, select=["stated-limit-*"]).diagnostics
    made = api.generate(schemas=schemas, output=output).diagnostics
    checked = api.check(schemas=schemas, output=output).diagnostics
    for diagnostics in (found, made, checked):
        [gone] = [each for each in diagnostics if each.model == "acme/gone"]
        assert (gone.code, gone.severity) == ("stated-limit-stale", "warning")
    one = api.check(schemas=schemas, output=output, models=[MODEL])
    assert one.diagnostics == ()


def test_lint_generate_and_check_report_a_stale_limit(tmp_path: Path) -> None:
    schemas = write_project(
        tmp_path, PROPERTIES, entry("/clip", "max 6 MB", "fps <= 6")
    )
    found = api.lint(schemas=schemas, select=["stated-limit-*"])
    assert [each.code for each in found.diagnostics] == ["stated-limit-stale"]
    output = tmp_path / "client"
    for result in (
        api.generate(schemas=schemas, output=output, models=[MODEL]),
        api.check(schemas=schemas, output=output, models=[MODEL]),
    ):
        assert result.ok
        assert [each.code for each in result.diagnostics] == ["stated-limit-stale"]
