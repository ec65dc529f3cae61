"""Installed alone, the tool works: the shipped schemas are read where there are no others."""

from __future__ import annotations

import json
import shlex
import tomllib

import pytest

from runcomfy_codegen import resources
from runcomfy_codegen.resources import demo_pages
from runcomfy_codegen.sandbox.model_catalog import ModelCatalog
from support.command_line import Shell, entry
from support.shipped_models import models as shipped_models

LINE = "using the schemas that ship with runcomfy-codegen"
MODEL = "google/nano-banana-2-lite/text-to-image"
PACKAGE = ("generate", "--models", MODEL, "--output", "client")


@pytest.mark.parametrize(
    "call",
    [
        ("models", "nano-banana"),
        ("show", MODEL),
        ("validate", MODEL, "prompt=A boat"),
        ("lint", MODEL),
        PACKAGE,
    ],
    ids=lambda call: call[0],
)
def test_the_shipped_schemas_are_read_in_an_empty_folder(
    shell: Shell, call: tuple[str, ...]
) -> None:
    answer = shell(*call)
    assert answer.code == 0, answer.err
    assert answer.err.count(LINE) == 1
    assert LINE not in answer.out


def test_a_job_runs_in_the_sandbox_in_an_empty_folder(shell: Shell) -> None:
    answer = shell("run", MODEL, "prompt=A boat", "--sandbox")
    assert (answer.code, LINE in answer.err) == (0, True)
    assert [name[-4:] for name in shell.files("out")] == [".png"]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (("diff", "schemas"), "give a folder"),
        (("limits", "check"), "no folder of schemas"),
        (("check",), "no folder of schemas"),
        (("show", MODEL, "--schemas", "mine"), "no folder of schemas at mine"),
        (("lint", "--config", "named.toml"), "no folder of schemas at mine"),
    ],
    ids=lambda call: " ".join(call) if isinstance(call, tuple) else "",
)
def test_no_command_reads_them_in_place_of_a_folder_that_is_named(
    shell: Shell, call: tuple[str, ...], words: str
) -> None:
    shell.write("named.toml", 'schemas = "mine"\n')
    answer = shell(*call)
    assert answer.code in (2, 3)
    assert LINE not in answer.err
    assert words in answer.err


def test_check_reads_them_only_for_a_package_that_came_from_them(shell: Shell) -> None:
    assert shell(*PACKAGE).code == 0
    answer = shell("check", "--output", "client")
    assert (answer.code, LINE in answer.err) == (0, True), answer.err
    other = resources.schemas()
    assert shell(*PACKAGE, "--schemas", other).code == 0
    again = shell("check", "--output", "client")
    assert (again.code, LINE in again.err) == (2, False)


def test_an_option_is_not_saved_for_them(shell: Shell) -> None:
    saved = shell(*PACKAGE, "--save")
    assert saved.code == 0, saved.err
    config = tomllib.loads((shell.folder / "runcomfy-codegen.toml").read_text())
    assert config == {"output": "client", "models": [MODEL]}
    assert shell("check").code == 0


def test_the_first_import_says_that_the_folder_counts_from_now_on(shell: Shell) -> None:
    shell.write("catalog.json", entry())
    first, second = shell("import", "catalog.json"), shell("import", "catalog.json")
    assert "from now on it is what counts" in first.out
    assert "from now on" not in second.out + second.err
    listed = shell("models", "--format", "json")
    assert [model["model_id"] for model in listed.json["models"]] == [
        "acme/painter/text-to-image"
    ]
    elsewhere = shell("import", "catalog.json", "--schemas", "mine")
    assert "from now on" not in elsewhere.out


def test_json_of_the_first_import_is_one_document(shell: Shell) -> None:
    shell.write("catalog.json", entry())
    assert shell("import", "catalog.json", "--format", "json").json["documents"]


@pytest.mark.parametrize("before", [None, '[project]\nname = "app"  # ours\n'])
def test_init_writes_a_configuration_and_its_next_commands_work(
    shell: Shell, before: str | None
) -> None:
    if before is not None:
        shell.write("pyproject.toml", before)
    answer = shell("init", "--models", "google/nano-banana-2-lite/*")
    assert answer.code == 0, answer.err
    file = "runcomfy-codegen.toml" if before is None else "pyproject.toml"
    text = (shell.folder / file).read_text("utf-8")
    assert text.startswith(before or "output")
    head, *lines = answer.out.partition("next:\n")[2].splitlines()
    for line in (head, *lines):
        program, *words = shlex.split(line)
        assert program == "runcomfy-codegen"
        done = shell(*words)
        assert done.code == 0, (line, done.err)
    assert (shell.folder / "runcomfy_client/py.typed").is_file()
    assert shell("check").code == 0
    again = shell("init")
    assert (again.code, "already has a configuration" in again.err) == (2, True)
    assert (shell.folder / file).read_text("utf-8") == text


def test_init_adds_to_a_configuration_elsewhere_with_its_line_ends(
    shell: Shell,
) -> None:
    (shell.folder / "pyproject.toml").write_bytes(b"[project]\r\nname = 'a'")
    assert shell("init", "--schemas", "mine").code == 0
    content = (shell.folder / "pyproject.toml").read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n")
    assert b'\r\nschemas = "mine"' in content


def test_init_writes_nothing_where_the_table_cannot_be_added(shell: Shell) -> None:
    shell.write("pyproject.toml", "tool = {}\n")
    answer = shell("init")
    assert answer.code == 3
    assert "output =" in answer.err
    assert (shell.folder / "pyproject.toml").read_text() == "tool = {}\n"


def test_a_search_lists_what_is_published(shell: Shell) -> None:
    priced = {**entry("acme/priced"), "base_price_usd": 0.05, "price_unit": "second"}
    tagged = {**entry("acme/tagged/edit"), "categories": ["image-edit"]}
    shell.write("catalog.json", [priced, tagged, entry()])
    shell("import", "catalog.json")
    listed = {
        model["model_id"]: model
        for model in shell("models", "--format", "json").json["models"]
    }
    assert listed["acme/priced"]["base_price_usd"] == 0.05
    assert "base_price_usd" not in listed["acme/tagged/edit"]
    assert listed["acme/tagged/edit"]["categories"] == ["image-edit"]
    assert "$0.05 / second" in shell("models", "priced").out
    assert "$" not in shell("models", "tagged").out
    only = shell("models", "--category", "text-to-image", "--format", "json").json
    assert [each["model_id"] for each in only["models"]] == [entry()["model_id"]]
    assert shell("models", "acme/*", "--kind", "model").out.count("\n") == 3


def test_a_shipped_model_has_the_category_that_the_sandbox_gives_it(
    shell: Shell,
) -> None:
    listed = shell("models", "--format", "json").json["models"]
    catalog = ModelCatalog(shipped_models(), {})
    assumed = {each.model.model_id: each.categories for each in catalog}
    known = {each["model_id"]: tuple(each["categories"]) for each in listed}
    without = {model_id for model_id, categories in known.items() if not categories}
    assert {*known.items()} - {*assumed.items()} == {(each, ()) for each in without}
    # Their ids name no task.
    assert {each.rpartition("/")[2] for each in without} == {"image", "fast", "pro"}
    edits = shell("models", "nano-banana", "--category", "image-to-image").out
    assert edits.split()[0] == "google/nano-banana-2-lite/edit"


def test_show_of_a_glob_shows_each_model(shell: Shell) -> None:
    shell("import", *demo_pages())
    shown = shell("show", "bytedance/*", "--format", "json").json["models"]
    assert len(shown) == 3
    alone = shell("show", shown[0]["model_id"], "--format", "json").json
    assert json.dumps(alone) == json.dumps(shown[0])
