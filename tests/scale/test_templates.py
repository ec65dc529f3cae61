"""A user's own templates: single blocks changed, mistakes told with their place."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from runcomfy_codegen import resources
from runcomfy_codegen.build.build_model import build_catalog
from runcomfy_codegen.store.schemas_folder import read_all
from runcomfy_codegen.targets import TARGETS
from runcomfy_codegen.targets.python.annotations import Annotator
from runcomfy_codegen.targets.python.exports import client_context
from runcomfy_codegen.targets.python.model_names import names_of
from runcomfy_codegen.targets.python.names import named_model
from runcomfy_codegen.targets.python.view import ModelView, module_context
from runcomfy_codegen.targets.python.view_builder import model_view
from runcomfy_codegen.targets.target import Overrides, RenderContext
from runcomfy_codegen.targets.templates import Templates
from support.built_models import SETTINGS, model_of
from support.command_line import Shell

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


def example(name: str) -> str:
    """The template of this name that the page shows."""
    [text] = re.findall(rf"```jinja\n({{# templates/{name} #}}.*?)```", PAGE, re.DOTALL)
    return str(text)


def test_the_example_of_the_page_works(own: Shell) -> None:
    before = own.files("client")
    own.write("templates/model.jinja", example("model.jinja"))
    assert own("generate", "--output", "client").code == 0
    module = own.files("client")[MODULE]
    assert b'    VENDOR: ClassVar[str] = "acme"\n' in module
    taken = module.replace(b'\n    VENDOR: ClassVar[str] = "acme"\n', b"")
    assert taken == before[MODULE]
    assert own("check", "--output", "client").code == 0


def documents(shell: Shell, target: str) -> dict[str, Any]:
    """The documents of a target, as the project's templates print them."""
    answer = shell("generate", "--output", target, "--target", target)
    assert answer.code == 0, answer.err
    files = shell.files(target)
    return {name: json.loads(text) for name, text in files.items()}


def test_the_example_of_the_page_for_openapi_works(own: Shell) -> None:
    before = documents(own, "openapi")["openapi.json"]
    own.write("templates/operation.jinja", example("operation.jinja"))
    after = documents(own, "openapi")["openapi.json"]
    for path in after["paths"].values():
        if "x-model-id" in path.get("post", {}):
            assert path["post"].pop("tags") == ["acme"]
    assert after == before


def test_the_example_of_the_page_for_json_schema_works(own: Shell) -> None:
    before = documents(own, "json-schema")
    own.write("templates/schema.jinja", example("schema.jinja"))
    name = "acme/singer/input.schema.json"
    after = documents(own, "json-schema")[name]
    assert after.pop("$id") == "https://example.com/acme.singer/input"
    assert after == before[name]


# Target, template and blocks in each row of the page's first table.
ROWS = [
    (target, template, re.findall(r"`(\w+)`", rest.rpartition(" | ")[2]))
    for target, template, rest in re.findall(
        r"^\| `([\w-]+)` \| `(\w+\.jinja)` \|(.*)\|$", PAGE, re.MULTILINE
    )
]
# What a block of a document may be instead: JSON, or members with a comma behind them.
MEMBERS = frozenset({"members", "head", "schema", "paths", "schemas"})
BLOCKS = [
    (target, template, block)
    for target, template, blocks in ROWS
    for block in blocks
    if target != "python"
]


@pytest.mark.parametrize(("target", "template", "block"), BLOCKS)
def test_every_block_of_a_document_can_be_replaced_alone(
    target: str, template: str, block: str
) -> None:
    text = '"x-mine": {},' if block in MEMBERS else '{"x-mine": {}}'
    extends = f'{{% extends "shipped/{template}" %}}'
    override = f"{extends}{{% block {block} %}}{text}{{% endblock %}}"
    sources = resources.template_sources(target)
    model = model_of({"type": "object", "properties": {}})
    named = TARGETS[target].name_models([model], Overrides())
    result = [
        TARGETS[target].render(named, RenderContext(templates, {}))
        for templates in (
            Templates(sources),
            Templates(sources, {template: override}),
        )
    ]
    ours, theirs = ("".join(files.values()) for files in result)
    assert "x-mine" not in ours
    assert "x-mine" in theirs


def test_the_page_tells_every_template_and_every_block() -> None:
    assert {(target, name) for target, name, _ in ROWS} == {
        (target, name) for target in TARGETS for name in TARGETS[target].templates
    }
    for target, name, item in ROWS:
        source = resources.template_sources(target)[name]
        assert {*item} == {*re.findall(r"{%-? block (\w+)", source)}
        for macro in re.findall(r"{%-? macro (\w+\(.*?\))", source):
            assert f"`{macro}`" in PAGE or name == "lifecycle.jinja"


def test_no_name_of_a_template_is_of_two_targets() -> None:
    every = [name for target in TARGETS.values() for name in target.templates]
    assert len(every) == len({*every})
    for name, target in TARGETS.items():
        assert target.name == name
        assert set(resources.template_sources(name)) == {*target.templates}


def test_a_folder_of_the_targets_name_goes_first(own: Shell) -> None:
    flat, below = (
        EXTENDS + "{% block more %}\n" + text + "{% endblock %}"
        for text in ("FLAT = 1", "BELOW = 1")
    )
    own.write("templates/model.jinja", flat)
    own.write("templates/python/model.jinja", below)
    # Of other targets, and therefore not of this one's concern.
    own.write("templates/openapi/answers.jinja", "{{ broken")
    own.write("templates/schema.jinja", "{{ broken")
    own.write("templates/.hidden", "")
    assert own("generate", "--output", "client").code == 0
    assert own.files("client")[MODULE].endswith(b"\n\n\nBELOW = 1\n")


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


def more(text: str) -> str:
    """A template of a module with this on its third line."""
    return f"{EXTENDS}{{% block more %}}\n{text}{{% endblock %}}"


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("model.jinja", "\n{% if %}", "model.jinja:2: "),
        ("model.jinja", more("{{ view.nmae }}"), "model.jinja:3: "),
        ("model.jinja", more('{{ "{a}".format() }}'), "model.jinja:3: KeyError: 'a'"),
        ("model.jinja", more('{{ "{}".format() }}'), "model.jinja:3: IndexError"),
        ("model.jinja", more("{{ [].pop() }}"), "model.jinja:3: IndexError"),
        ("model.jinja", more("{{ 1 / 0 }}"), "model.jinja:3: ZeroDivisionError"),
        ("model.jinja", more("{{ none() }}"), "model.jinja:3: "),
        ("model.jinja", more("{{ 1 | literal(2) }}"), "model.jinja:3: TypeError"),
        (
            "model.jinja",
            more('{{ "{0.x}".format(1) }}'),
            "model.jinja:3: AttributeError",
        ),
        ("model.jinja", "\n" * 2 + '{% include "model.jinja" %}', "model.jinja:3: "),
        ("model.jinja", more("{{ nan | literal }}"), "model.jinja:3: "),
        ("model.jinja", more("X = ="), "what model.jinja makes is not Python"),
        ("model.jinja", more("return"), "what model.jinja makes is not Python"),
        (
            "field.jinja",
            "{% macro field(view) %}\n    ={% endmacro %}",
            "what model.jinja (with your field.jinja) makes is not Python",
        ),
        ("model.jinja", '{% extends "modle.jinja" %}', "no template 'modle.jinja'"),
        (
            "model.jinja",
            more('{% include "_part.jinja" %}'),
            "model.jinja:3: there is no template '_part.jinja'",
        ),
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


@pytest.mark.parametrize(
    ("target", "name", "text", "words"),
    [
        ("openapi", "operation.jinja", "\n{{ model.nmae }}", "operation.jinja:2: "),
        (
            "openapi",
            "answers.jinja",
            '"A": 1, "A": 2',
            "what openapi.jinja (with your answers.jinja) makes is not JSON",
        ),
        ("json-schema", "schema.jinja", "{{ side.x.y }}", "schema.jinja:1: "),
        (
            "json-schema",
            "schema.jinja",
            '{"a": 1, "a": 2}',
            "what schema.jinja makes is not JSON: the key 'a' appears twice",
        ),
    ],
)
def test_a_broken_template_of_documents_is_told_as_well(
    own: Shell, target: str, name: str, text: str, words: str
) -> None:
    own.write(f"templates/{name}", text)
    answer = own("generate", "--output", "out", "--target", target)
    assert answer.code == 3
    assert words in answer.err
    assert "'acme/painter/text-to-image'" in answer.err
    assert not (own.folder / "out").exists()


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("modle.jinja", "", "did you mean 'model.jinja'?"),
        ("model.jinja2", "", "did you mean 'model.jinja'?"),
        ("python/xyz.jinja", "", "python/xyz.jinja: there is no template"),
        ("python/openapi.jinja", "", "python/openapi.jinja: there is no template"),
        ("pyhton/model.jinja", "", "did you mean 'python'?"),
        ("python/deep/model.jinja", "", "python/deep/model.jinja: "),
        ("notes.txt", "", "notes.txt: there is no template"),
        (
            "model.jinja",
            EXTENDS + "\n{% block mebmers %}{% endblock %}",
            "model.jinja:3: shipped/model.jinja has no block 'mebmers'; did you mean 'members'",
        ),
        (
            "python/model.jinja",
            EXTENDS + "{% if true %}{% block moer %}{% endblock %}{% endif %}",
            "has no block 'moer'; did you mean 'more'",
        ),
        (
            "model.jinja",
            '{% extends "_base.jinja" %}{% block moer %}{% endblock %}',
            "_base.jinja has no block 'moer'; did you mean 'more'",
        ),
    ],
)
def test_what_nothing_would_read_is_wrong_usage(
    own: Shell, name: str, text: str, words: str
) -> None:
    own.write("templates/_base.jinja", EXTENDS)
    own.write(f"templates/{name}", text)
    for command in ("generate", "check"):
        answer = own(command, "--output", "client")
        assert answer.code == 2
        assert words in answer.err


def test_a_block_of_ones_own_may_stand_in_another(own: Shell) -> None:
    own.write("templates/_base.jinja", more("{% block mine %}X = 1{% endblock %}"))
    own.write(
        "templates/model.jinja",
        '{% extends "_base.jinja" %}{% block mine %}X = 2{% endblock %}',
    )
    assert own("generate", "--output", "client").code == 0
    assert own.files("client")[MODULE].endswith(b"\n\n\nX = 2\n")


def test_a_template_that_is_no_text_is_told_with_its_line(own: Shell) -> None:
    path = own.folder / "templates" / "model.jinja"
    path.write_bytes(EXTENDS.encode() + b"{# caf\xe9 #}\n")
    answer = own("generate", "--output", "client")
    assert answer.code == 2
    assert "model.jinja:2: this is not UTF-8" in answer.err


def test_a_missing_folder_of_templates_is_wrong_usage(project: Shell) -> None:
    project.write("runcomfy-codegen.toml", 'template_dir = "nowhere"\n')
    answer = project("generate", "--output", "client")
    assert answer.code == 2
    assert "nowhere" in answer.err


def test_the_context_is_printed_for_authors(project: Shell) -> None:
    answer = project("generate", "--dump-context", "acme/singer").json
    assert answer["version"] == 1
    [field] = answer["view"]["input"]["fields"]
    assert (field["name"], field["annotation"], field["required"]) == (
        "text",
        "str | None",
        False,
    )
    assert field["declaration"] == "text: str | None = None"
    shown = project("show", "acme/singer", "--format", "json").json
    assert answer["view"]["printed"] == shown


def section(title: str) -> str:
    """A part of the page."""
    return PAGE.partition(f"\n### {title}")[2].partition("\n### ")[0]


def rows(title: str) -> dict[str, str]:
    """The names in the table of a section, and what is told of each."""
    lines = re.findall(r"^\| (`.*?) \| (.*) \|$", section(title), re.MULTILINE)
    return {
        name: item for names, item in lines for name in re.findall(r"`(.*?)`", names)
    }


def listed(title: str, words: str) -> set[str]:
    """The names that a sentence of a section lists behind these words."""
    sentence = section(title).replace("\n", " ").partition(words)[2].partition(". ")[0]
    return {*re.findall(r"`(\w+)`", sentence)}


@pytest.fixture(scope="module")
def module() -> dict[str, Any]:
    """The context of a module that has all there is: rules, nested objects."""
    model = next(
        each
        for each in build_catalog(
            read_all(resources.schemas()).documents, SETTINGS
        ).models
        if each.model_id == "bytedance/dreamina-4-0/edit"
    )
    named = named_model(model, names_of(model, Overrides()))
    view = model_view(named, Annotator((named.input, named.output)), frozenset())
    return module_context(named, view)


def names(value: Any) -> set[str]:
    """What a template can ask a value for, without what Python gives every class."""
    properties = {
        name
        for name, each in vars(type(value)).items()
        if isinstance(each, property) and type(value) is ModelView
    }
    return {each.name for each in fields(value)} | properties


def test_the_page_tells_all_that_a_module_is_given_and_no_more(
    module: dict[str, Any], project: Shell
) -> None:
    view = module["view"]
    answer = rows("`model.jinja`")
    assert {*answer} == (module.keys() - {"view"}) | {
        f"view.{name}" for name in names(view)
    }
    of_model = re.findall(r"`(\w+)`", answer["view.model"])
    assert {*of_model} == names(view.model)
    title = "`model.jinja`"
    of_class = listed(title, "(the argument `view` of the macro `object`) has")
    assert of_class >= names(view.input)
    of_field = listed(title, "(the argument `view` of `field`) has")
    assert of_field == names(view.input.fields[0])
    of_rule = listed(title, "(the argument `rule` of `rule`) has")
    assert of_rule == names(view.rules[0])
    dumped = project("generate", "--dump-context", "acme/singer").json
    assert {*dumped} == {*module}
    assert {*dumped["view"]} == names(view)
    assert {*dumped["view"]["model"]} == names(view.model)


def test_the_page_tells_all_that_the_top_package_is_given_and_no_more() -> None:
    context = client_context("runcomfy_client")
    assert {*rows("`client.jinja`")} == {*context}
    [printed] = re.findall(r"`exports` \| (.*) \|", section("`client.jinja`"))
    assert {*re.findall(r"`(\w+)`", printed)} == names(context["exports"][0])


def test_the_page_tells_all_that_documents_are_given_and_no_more(
    project: Shell,
) -> None:
    title = "`openapi.jinja`"
    project.write("runcomfy-codegen.toml", 'target = "openapi"\n')
    dumped = project("generate", "--dump-context", "acme/singer").json
    [model] = dumped["models"]
    assert {*rows(title)} == {*dumped}
    assert listed(title, "A model has") == {*model}
    project.write("runcomfy-codegen.toml", 'target = "json-schema"\n')
    dumped = project("generate", "--dump-context", "acme/singer").json
    for side in ("input", "output"):
        assert {*rows("`schema.jinja`")} == {*dumped[side]}
        assert dumped[side]["side"] == side
        assert dumped[side]["schema"] == dumped[side]["model"][side]
        assert {*dumped[side]["model"]} == {*model}
