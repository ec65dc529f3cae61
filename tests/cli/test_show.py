"""``show``, the help, the configuration: what a user asks first."""

from __future__ import annotations

import subprocess
import sys

import pytest

from runcomfy_codegen.cli import COMMANDS
from runcomfy_codegen.resources import demo_pages
from support.command_line import Shell


def test_show_prints_the_ir_of_the_published_page(shell: Shell) -> None:
    shell("import", *demo_pages())
    shown = shell("show", "bytedance/dreamina-4-0/edit", "--format", "json").json
    fields = {field["wire_name"]: field for field in shown["fields"]}
    assert list(fields) == [
        "image_urls",
        "prompt",
        "width×height",
        "scale",
        "force_single",
    ]
    assert fields["width×height"]["name"] == "width_height"
    assert [field["type"] for field in fields.values()] == [
        "array",
        "string",
        "string",
        "number",
        "boolean",
    ]
    assert [name for name, field in fields.items() if field["required"]] == [
        "image_urls",
        "prompt",
    ]
    assert [
        (rule["metric"], rule["operator"], rule["limit"])
        for rule in fields["image_urls"]["rules"]
    ] == [
        ("file_size_mb", "<=", "15"),
        ("width_pixels", "<=", "4096"),
        ("height_pixels", "<=", "4096"),
        ("width/height", ">=", "0.33"),
        ("width/height", "<=", "3"),
    ]
    assert fields["scale"]["default"] == 0.5
    assert "default" not in fields["prompt"]
    assert fields["image_urls"]["media"] == "image"


def test_texts_are_chosen_by_locale_over_one_structure(shell: Shell) -> None:
    shell("import", *demo_pages())
    model = "bytedance/dreamina-3-0/pro/image-to-video"
    shown = {
        locale: shell("show", model, "--format", "json", "--locale", locale).json
        for locale in ("ja", "ru", "en")
    }
    assert [each["locale"] for each in shown.values()] == ["ja", "ru", "ja"]
    names = [[field["name"] for field in each["fields"]] for each in shown.values()]
    assert names[0] == names[1] == ["prompt", "image_urls", "seed", "frames"]
    assert list(shown["ja"]["documents"]) == ["ja", "ru", "zh-CN"]
    assert shown["ja"]["title"] != shown["ru"]["title"]


def test_the_text_form_names_fields_and_rules(project: Shell) -> None:
    answer = project("show", "acme/painter/text-to-image")
    assert answer.code == 0
    assert "prompt" in answer.out
    assert "steps" in answer.out


def test_an_unknown_model_is_wrong_usage_with_a_guess(project: Shell) -> None:
    answer = project("show", "acme/painter/text-to-imag")
    assert answer.code == 2
    assert "did you mean 'acme/painter/text-to-image'" in answer.err


def test_a_missing_folder_of_schemas_is_wrong_usage(shell: Shell) -> None:
    answer = shell("show", "a/b")
    assert answer.code == 2
    assert "no folder of schemas" in answer.err


def test_a_broken_document_is_reported_and_stops_no_other(project: Shell) -> None:
    project.write("schemas/acme/broken/en.json", '{"model_id": "acme/broken",')
    answer = project("show", "acme/singer")
    assert answer.code == 0
    assert project("generate", "--output", "client").code == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[tool.runcomfy-codegen]\nshemas = 'x'\n", "did you mean 'schemas'?"),
        ("[tool.runcomfy-codegen]\nschemas = 3\n", "'schemas' must be a string"),
        ("[tool.runcomfy-codegen\n", "not TOML"),
        ("[tool.runcomfy-codegen.names.'a/b'.fields]\nx = 'class'\n", "'class'"),
    ],
)
def test_a_configuration_that_cannot_be_used_is_said_so(
    shell: Shell, text: str, words: str
) -> None:
    shell.write("pyproject.toml", text)
    answer = shell("show", "a/b")
    assert answer.code == 2
    assert words in answer.err


def test_every_command_explains_itself(shell: Shell) -> None:
    whole = shell("--help").out
    for name in COMMANDS:
        assert f"\n  {name} " in whole
        answer = shell(name, "--help")
        assert answer.code == 0
        assert "--schemas" in answer.out
        assert "--config" in answer.out


def test_the_help_loads_nothing_heavy() -> None:
    program = (
        "import sys\nfrom runcomfy_codegen.cli import command\n"
        "command.main(['--help'], standalone_mode=False)\n"
        "heavy = {'black', 'datamodel_code_generator', 'httpx', 'jinja2', 'jsonschema',"
        " 'pydantic', 'rich', 'starlette', 'uvicorn'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
