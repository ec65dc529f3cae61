"""A user's own templates: single blocks changed, mistakes told with their place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.conftest import Shell

PAGE = (Path(__file__).parents[2] / "docs" / "templates.md").read_text("utf-8")
MODULE = "models/acme/singer.py"
EXTENDS = '{% extends "shipped/model.jinja" %}\n'


@pytest.fixture
def own(project: Shell) -> Shell:
    """A project with a folder of templates, and a client made with ours."""
    assert project("generate", "--output", "client").code == 0
    (project.folder / "templates").mkdir()
    project.write("runcomfy-codegen.toml", 'template_dir = "templates"\n')
    return project


def test_the_example_of_the_page_works(own: Shell) -> None:
    (example,) = re.findall(r"```jinja\n(.*?)```", PAGE, re.DOTALL)
    before = own.files("client")
    own.write("templates/model.jinja", example)
    assert own("generate", "--output", "client").code == 0
    module = own.files("client")[MODULE]
    assert b'    VENDOR: ClassVar[str] = "acme"\n' in module
    taken = module.replace(b'\n    VENDOR: ClassVar[str] = "acme"\n', b"")
    assert taken == before[MODULE]
    assert own("check", "--output", "client").code == 0


def test_a_template_that_changed_makes_every_model_stale(own: Shell) -> None:
    own.write(
        "templates/model.jinja", EXTENDS + "{% block more %}\nX = 1\n{% endblock %}"
    )
    answer = own("check", "--output", "client", "--format", "json")
    why = {each["file"]: each["why"] for each in answer.json["reasons"]}
    assert why[MODULE] == "templates"


def test_what_a_template_prints_is_laid_out(own: Shell) -> None:
    own.write(
        "templates/model.jinja", EXTENDS + "{% block more %}\nX=[1,\n 2]{% endblock %}"
    )
    assert own("generate", "--output", "client").code == 0
    assert own.files("client")[MODULE].endswith(b"\n\n\nX = [1, 2]\n")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("model.jinja", "\n{% if %}", "model.jinja:2: "),
        (
            "model.jinja",
            f"{EXTENDS}{{% block more %}}\n{{{{ view.nmae }}}}{{% endblock %}}",
            "model.jinja:3: ",
        ),
        (
            "model.jinja",
            f"{EXTENDS}{{% block more %}}\nX = ={{% endblock %}}",
            "no Python",
        ),
        ("model.jinja", '{% extends "modle.jinja" %}', "modle.jinja"),
        ("field.jinja", "{% macro feild(x) %}{% endmacro %}", "field"),
    ],
)
def test_a_broken_template_is_told_with_its_place_and_model(
    own: Shell, name: str, text: str, words: str
) -> None:
    own.write(f"templates/{name}", text)
    before = own.files("client")
    answer = own("generate", "--output", "client")
    assert answer.code == 3
    assert words in answer.err
    assert "'acme/" in answer.err
    assert "nothing was written" in answer.err
    assert own.files("client") == before


def test_a_misspelt_template_is_wrong_usage(own: Shell) -> None:
    own.write("templates/modle.jinja", "")
    answer = own("generate", "--output", "client")
    assert answer.code == 2
    assert "perhaps 'model.jinja' is meant" in answer.err


def test_a_missing_folder_of_templates_is_wrong_usage(project: Shell) -> None:
    project.write("runcomfy-codegen.toml", 'template_dir = "nowhere"\n')
    answer = project("generate", "--output", "client")
    assert answer.code == 2
    assert "nowhere" in answer.err


def test_the_context_is_printed_for_authors(project: Shell) -> None:
    told = project("generate", "--dump-context", "acme/singer").json
    assert told["version"] == 1
    [field] = told["view"]["input"]["fields"]
    assert (field["name"], field["annotation"], field["required"]) == (
        "text",
        "str | None",
        False,
    )
    assert field["declaration"] == "text: str | None = None"
    for name in ("version", "heading"):
        assert f"`{name}`" in PAGE
    for name in told["view"]:
        assert f"`view.{name}`" in PAGE
