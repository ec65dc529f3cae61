"""Names at scale: ids that meet, that no disk takes, and modules that move."""

from __future__ import annotations

import json
import random

import pytest

from runcomfy_codegen.package.lock import sha256
from runcomfy_codegen.package.lock_file import lock_digest
from runcomfy_codegen.targets.identifiers import path_of_id
from runcomfy_codegen.targets.line_layout import format_code
from support.built_models import model_of, rendered
from support.command_line import Shell, entry

DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)),
}
WORDS = (
    "a",
    "A",
    "4k",
    "4K",
    "con",
    "CON",
    "aux.1",
    "v1.5",
    "v1-5",
    "class",
    "import",
    "é",
    "_x",
    "ß",
)


def test_a_thousand_odd_ids_have_modules_that_every_disk_takes() -> None:
    chance = random.Random(5)
    ids = {"/".join(chance.choices(WORDS, k=chance.randint(2, 4))) for _ in range(1000)}
    for model_id in ids:
        path = path_of_id(model_id)
        assert all(part.isidentifier() and part.isascii() for part in path)
        assert all(part == part.lower() and part not in DEVICES for part in path)


def test_ids_that_meet_in_one_module_are_refused_together(shell: Shell) -> None:
    shell.write(
        "all.json", [entry("acme/v1.5"), entry("acme/v1-5"), entry("acme/other")]
    )
    assert shell("import", "all.json").code == 0
    answer = shell("generate", "--output", "client")
    assert answer.code == 1
    assert answer.err.count("module-collision") == 2
    assert "models/acme/other.py" in shell.files("client")
    shell.write(
        "runcomfy-codegen.toml", '[names."acme/v1-5"]\nmodule = "acme/v1_dash_5"\n'
    )
    assert shell("generate", "--output", "client").code == 0
    assert {"models/acme/v1_5.py", "models/acme/v1_dash_5.py"} <= {
        *shell.files("client")
    }


def test_a_newcomer_that_meets_one_that_is_there_is_refused(shell: Shell) -> None:
    shell.write("one.json", entry("acme/v1.5"))
    shell("import", "one.json")
    assert shell("generate", "--output", "client").code == 0
    before = shell.files("client")
    shell.write("two.json", entry("acme/v1-5"))
    shell("import", "two.json")
    answer = shell("generate", "--output", "client")
    assert answer.code == 1
    assert "module-collision" in answer.err
    assert shell.files("client")["models/acme/v1_5.py"] == before["models/acme/v1_5.py"]


def test_a_renamed_module_moves_and_the_lock_says_so(shell: Shell) -> None:
    shell.write("one.json", entry("acme/painter"))
    shell("import", "one.json")
    shell("generate", "--output", "client")
    shell.write(
        "runcomfy-codegen.toml", '[names."acme/painter"]\nmodule = "acme/brush"\n'
    )
    answer = shell("check", "--output", "client", "--format", "json")
    assert answer.code == 1
    moved = {(each["file"], each["model"]) for each in answer.json["reasons"]}
    assert ("models/acme/brush.py", "acme/painter") in moved
    assert ("models/acme/painter.py", "acme/painter") in moved
    result = shell("generate", "--output", "client")
    assert result.code == 0
    assert (
        "moved    acme/painter: models/acme/painter.py is now models/acme/brush.py"
        in result.out
    )
    lock = json.loads(shell.files("client")["runcomfy-codegen.lock"])
    assert lock["models"]["acme/painter"]["file"] == "models/acme/brush.py"
    assert "models/acme/painter.py" not in shell.files("client")


LORA = {"type": "object", "properties": {"path": {"type": "string"}}, "required": []}
OVERRIDE = '[names."acme/x/y".fields]\n'


@pytest.fixture
def named(shell: Shell) -> Shell:
    """A client of a model with odd names, and a nested object."""
    shell.write(
        "one.json",
        entry("acme/x/y", three={}, lora=LORA, **{"width×height": {"type": "string"}}),
    )
    assert shell("import", "one.json").code == 0
    assert shell("generate", "--output", "client").code == 0
    return shell


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ('three = "renamed"\n', {"three -> renamed"}),
        ('"width×height" = "size"\n', {"width_height -> size"}),
        ('path = "url"\n', {"path -> url"}),
        ('lora = "style"\n', {"lora -> style", "LoraPart -> StylePart"}),
    ],
)
def test_a_name_that_the_configuration_changes_is_told(
    named: Shell, chosen: str, told: set[str]
) -> None:
    named.write("runcomfy-codegen.toml", OVERRIDE + chosen)
    answer = named("check", "--output", "client", "--format", "json")
    [reason] = [each for each in answer.json["reasons"] if each["model"]]
    assert reason["why"] == "renamed"
    assert {*reason["reason"].split("; ")} == told
    there = named("generate", "--output", "client")
    assert renames(there.out) == {f"acme/x/y: {each}" for each in told}
    (named.folder / "runcomfy-codegen.toml").unlink()
    back = named("generate", "--output", "client")
    assert renames(back.out) == {
        f"acme/x/y: {' -> '.join(reversed(each.split(' -> ')))}" for each in told
    }


def renames(out: str) -> set[str]:
    lines = (line.split(maxsplit=1) for line in out.splitlines())
    return {item for word, item in lines if word == "renamed"}


def test_a_name_that_changes_with_its_schema_is_told_too(named: Shell) -> None:
    named.write("two.json", entry("acme/x/y", three={}, copy={"type": "string"}))
    named("import", "two.json")
    named.write("runcomfy-codegen.toml", OVERRIDE + 'three = "renamed"\n')
    answer = named("generate", "--output", "client")
    assert renames(answer.out) == {
        "acme/x/y: three is called renamed",
        "acme/x/y: copy is called copy_",
        "acme/x/y: width×height is not called width_height any more",
        "acme/x/y: lora is not called LoraPart any more",
    }
    assert "changed  acme/x/y" in answer.out


def test_the_lock_tells_only_the_names_that_are_not_published(named: Shell) -> None:
    lock = json.loads(named.files("client")["runcomfy-codegen.lock"])
    answer = lock["models"]["acme/x/y"]
    assert answer["fields"] == {"input/width×height": "width_height"}
    assert answer["classes"] == {"input/lora": "LoraPart"}


def test_a_chosen_name_is_for_code_and_renames_no_operation(shell: Shell) -> None:
    shell.write("one.json", entry("acme/painter"))
    shell("import", "one.json")
    shell("generate", "--output", "out", "--target", "openapi")
    shell.write(
        "runcomfy-codegen.toml", '[names."acme/painter"]\nmodule = "acme/brush"\n'
    )
    before = shell.files("out")["openapi.json"]
    answer = shell("generate", "--output", "out", "--target", "openapi")
    assert renames(answer.out) == set()
    assert shell.files("out")["openapi.json"] == before


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ("runtime", "the runtime changed"),
        ("generator", "another release of the generator or its libraries"),
    ],
)
def test_what_another_release_made_is_told_as_such(
    named: Shell, part: str, reason: str
) -> None:
    # As another release would have left it: two files that it was content with.
    path = named.folder / "client" / "runcomfy-codegen.lock"
    lock = json.loads(path.read_text())
    for name in ("_runtime/client.py", "models/acme/x/y.py"):
        file = named.folder / "client" / name
        file.write_text(file.read_text() + "# older\n")
        lock["files"][name] = sha256(file.read_bytes())
    lock["made_from"]["lock"] = lock_digest(lock)
    lock["made_from"]["tool"][part] = "older"
    path.write_text(json.dumps(lock))
    answer = named("generate", "--output", "client")
    assert [line for line in answer.out.splitlines() if "remade" in line] == [
        f"remade   2 files: {reason}"
    ]


def test_a_new_model_is_no_work_of_another_release(named: Shell) -> None:
    named.write("two.json", entry("other/vendor/model"))
    named("import", "two.json")
    answer = named("generate", "--output", "client")
    assert "new      other/vendor/model" in answer.out
    assert "remade" not in answer.out


def test_deep_and_long_ids_are_laid_out_as_black_would() -> None:
    long = "/".join(["a" * 60] * 3)
    deep = "/".join(["segment"] * 24)
    near = "acme/" + "x" * 70
    for model_id in (long, deep, near, "/".join("b" * 60 for _ in range(2))):
        (source,) = rendered(
            [model_of({"type": "object", "properties": {}}, model_id)]
        ).values()
        assert format_code(source) == source


def test_a_part_with_a_long_name_is_laid_out_as_black_would() -> None:
    part = {"type": "object", "properties": {"text": {"type": "string"}}}
    field = "_".join(["segment"] * 12)
    schema = {"type": "object", "properties": {field: part}}
    (source,) = rendered([model_of(schema, "acme/painter")]).values()
    assert "Segment" * 12 in source
    assert format_code(source) == source
