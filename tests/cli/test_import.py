"""``import``: published text in, verbatim documents out, and every way it goes wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runcomfy_codegen.resources import demo_pages
from support.command_line import Shell, entry

PAGES = demo_pages()


def test_the_published_pages_are_stored_one_file_per_model_and_locale(
    shell: Shell,
) -> None:
    answer = shell("import", *PAGES)
    assert (answer.code, answer.err) == (0, "")
    assert list(shell.files("schemas")) == [
        "bytedance/dreamina-3-0/pro/image-to-video/ja.json",
        "bytedance/dreamina-3-0/pro/image-to-video/ru.json",
        "bytedance/dreamina-3-0/pro/image-to-video/zh-CN.json",
        "bytedance/dreamina-4-0/edit/ru.json",
        "bytedance/seedance-v1.5-pro/image-to-video/ru.json",
    ]


def test_the_stored_schema_is_the_published_text(shell: Shell) -> None:
    page = next(path for path in PAGES if "4-0-edit" in path.name)
    shell("import", page)
    stored = (shell.folder / "schemas/bytedance/dreamina-4-0/edit/ru.json").read_text(
        "utf-8"
    )
    published = page.read_text("utf-8")
    schema = published[
        published.index('{\n"type": "object"') : published.index("}{") + 1
    ]
    assert f'"input_schema": {schema},' in stored


def test_importing_again_touches_nothing(shell: Shell) -> None:
    shell("import", *PAGES)
    before = {path: path.stat().st_mtime_ns for path in shell.folder.rglob("*.json")}
    answer = shell("import", *PAGES)
    assert answer.out == "schemas: 5 unchanged\n"
    assert {
        path: path.stat().st_mtime_ns for path in shell.folder.rglob("*.json")
    } == before


@pytest.mark.parametrize(
    "wrap",
    [
        lambda entries: entries,
        lambda entries: {"models": entries, "total": len(entries)},
        lambda entries: entries[0],
    ],
    ids=["list", "api-answer", "one-entry"],
)
def test_catalog_entries_come_in_three_shapes(shell: Shell, wrap) -> None:  # type: ignore[no-untyped-def]
    shell.write("catalog.json", wrap([entry()]))
    assert shell("import", "catalog.json").code == 0
    assert list(shell.files("schemas")) == ["acme/painter/text-to-image/en.json"]


def test_standard_input_is_read_for_a_dash(shell: Shell) -> None:
    answer = shell("import", "-", stdin=json.dumps(entry()).encode())
    assert answer.code == 0
    stored = shell.files("schemas")["acme/painter/text-to-image/en.json"]
    assert json.loads(stored)["provenance"]["source"] == "<stdin>"


def test_ids_that_differ_in_case_get_files_that_differ_without_it(shell: Shell) -> None:
    shell.write("catalog.json", [entry("kling/o3/4K"), entry("kling/o3/4k")])
    assert shell("import", "catalog.json").code == 0
    names = list(shell.files("schemas"))
    assert len({name.casefold() for name in names}) == len(names) == 2


def test_a_changed_document_replaces_the_stored_one_and_the_change_is_told(
    project: Shell,
) -> None:
    project.write("new.json", entry(prompt={"type": "string"}))
    answer = project("import", "new.json")
    assert answer.code == 0
    assert "structure changed  acme/painter/text-to-image (en)" in answer.out
    assert (
        b'"steps"' not in project.files("schemas")["acme/painter/text-to-image/en.json"]
    )


def test_a_changed_text_is_not_a_changed_structure(project: Shell) -> None:
    changed = entry()
    changed["input_schema"] = json.loads(json.dumps(changed["input_schema"]))
    changed["input_schema"]["properties"]["prompt"][
        "description"
    ] = "Say what to paint."
    project.write("new.json", changed)
    assert "texts changed      acme/painter" in project("import", "new.json").out


def test_two_structures_for_one_model_in_one_import_are_an_error(shell: Shell) -> None:
    shell.write("a.json", entry(prompt={"type": "string"}))
    shell.write("b.json", [entry(prompt={"type": "integer"}), entry("acme/singer")])
    answer = shell("import", "a.json", "b.json", "--format", "json")
    assert answer.code == 1
    [found] = answer.json["diagnostics"]
    assert (found["code"], found["severity"]) == ("contradicting-sources", "error")
    assert (found["file"], found["model"]) == ("b.json", "acme/painter/text-to-image")
    assert list(shell.files("schemas")) == ["acme/singer/en.json"]


def test_an_unknown_type_is_an_error_with_its_place_and_the_document_is_stored(
    shell: Shell,
) -> None:
    text = '{"model_id": "a/b", "input_schema": {"type": "object",\n "properties": {\n'
    text += '  "x": {"type": "strng"}}}}'
    shell.write("entry.json", text)
    answer = shell("import", "entry.json", "--format", "json")
    assert answer.code == 1
    [found] = answer.json["diagnostics"]
    assert found == {
        "code": "unknown-type",
        "message": '"strng" is not a type of this dialect',
        "severity": "error",
        "model": "a/b",
        "file": "entry.json",
        "pointer": "/input_schema/properties/x/type",
        "hint": "a type is one of string, integer, number, float, boolean, array, object, null;"
        " any value is accepted",
        "line": 3,
        "column": 17,
    }
    assert list(shell.files("schemas")) == ["a/b/en.json"]


def test_a_required_name_without_a_property_is_a_warning(shell: Shell) -> None:
    published = entry(images={"type": "array"})
    published["input_schema"]["required"] = ["image_urls"]
    shell.write("entry.json", published)
    answer = shell("import", "entry.json", "--format", "json")
    assert answer.code == 0
    assert [found["code"] for found in answer.json["diagnostics"]] == [
        "required-without-property"
    ]
    assert shell("generate", "--output", "client").code == 0
    assert b"images:" in shell.files("client")["models/acme/painter/text_to_image.py"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("not.json", "{oops", "not-json"),
        (
            "cut.json",
            '{"model_id": "a/b", "input_schema": {"type": "obj',
            "truncated-json",
        ),
        ("page.txt", "RunComfy says hello", "no-model-id"),
        ("cut.txt", PAGES[3].read_text("utf-8")[:3200], "truncated-json"),
    ],
)
def test_what_cannot_be_read_is_an_error_and_nothing_is_stored(
    shell: Shell, name: str, content: str, code: str
) -> None:
    shell.write(name, content)
    answer = shell("import", name, "--format", "json")
    assert answer.code == 1
    assert code in [found["code"] for found in answer.json["diagnostics"]]
    assert all(
        found["file"] == name and found["hint"] for found in answer.json["diagnostics"]
    )
    assert not (shell.folder / "schemas").exists()


def test_one_broken_source_does_not_stop_the_others(shell: Shell) -> None:
    shell.write("bad.json", "{oops")
    shell.write("good.json", entry())
    answer = shell("import", "bad.json", "good.json")
    assert answer.code == 1
    assert "bad.json:1:2: error not-json" in answer.err
    assert list(shell.files("schemas")) == ["acme/painter/text-to-image/en.json"]


@pytest.mark.parametrize(
    ("source", "code", "words"),
    [
        ("missing.json", 2, "no such file"),
        (".", 2, "is a folder"),
        ("http://example.com/x", 2, "only https"),
        ("https://127.0.0.1:9/x", 3, "127.0.0.1:9"),
        ("https://[oops/x", 3, "oops"),
    ],
)
def test_a_source_that_is_not_there_is_said_so(
    shell: Shell, source: str, code: int, words: str
) -> None:
    answer = shell("import", source)
    assert answer.code == code
    assert answer.err.startswith("error: ")
    assert words in answer.err


def test_a_folder_that_cannot_be_written_loses_nothing(shell: Shell) -> None:
    shell.write("entry.json", entry())
    shell.write("occupied", "a file")
    answer = shell("import", "entry.json", "--schemas", "occupied/schemas")
    assert answer.code == 3
    assert "occupied" in answer.err
    assert (shell.folder / "occupied").read_text() == "a file"


def test_terminal_codes_in_published_text_are_shown_not_obeyed(shell: Shell) -> None:
    published = entry(**{"x\x1b[2J": {"type": "strng"}})
    shell.write("entry.json", published)
    answer = shell("import", "entry.json")
    assert "\x1b" not in answer.out + answer.err
    assert "\\x1b[2J" in answer.err


def test_no_folder_of_the_machine_is_stored(shell: Shell, tmp_path: Path) -> None:
    path = shell.write("deep/down/entry.json", entry())
    shell("import", path)
    stored = shell.files("schemas")["acme/painter/text-to-image/en.json"]
    assert json.loads(stored)["provenance"]["source"] == "entry.json"
    assert str(tmp_path).encode() not in stored
