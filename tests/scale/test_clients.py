"""Several clients in one configuration, and what each of them holds."""

from __future__ import annotations

import pytest

from support.command_line import Shell, entry

TWO = """
schemas = "schemas"
[clients.painting]
output = "painting"
models = ["acme/p*"]
[clients.music]
output = "music"
exclude = ["acme/painter/*"]
"""


@pytest.fixture
def two(project: Shell) -> Shell:
    project.write("runcomfy-codegen.toml", TWO)
    return project


def modules(shell: Shell, folder: str) -> list[str]:
    return [
        name
        for name in shell.files(folder)
        if name.startswith("models/acme/") and not name.endswith("__init__.py")
    ]


def test_every_client_is_generated_and_checked(two: Shell) -> None:
    assert two("generate").code == 0
    assert modules(two, "painting") == ["models/acme/painter/text_to_image.py"]
    assert modules(two, "music") == ["models/acme/singer.py"]
    assert two("check").code == 0
    (two.folder / "music/models/acme/singer.py").unlink()
    answer = two("check", "--format", "json")
    assert answer.code == 1
    assert [each["clean"] for each in answer.json["clients"]] == [True, False]


def test_one_client_can_be_chosen(two: Shell) -> None:
    assert two("generate", "--client", "music").code == 0
    assert not (two.folder / "painting").exists()
    answer = two("generate", "--client", "musik")
    assert answer.code == 2
    assert "'musik'" in answer.err


@pytest.mark.parametrize("folder", ["painting", "./painting/", "painting/inner", "."])
def test_two_clients_in_one_folder_are_refused(project: Shell, folder: str) -> None:
    project.write("runcomfy-codegen.toml", TWO.replace('"music"', f'"{folder}"'))
    answer = project("generate")
    assert answer.code == 2
    assert "one folder" in answer.err
    assert not (project.folder / "painting").exists()


def test_models_are_chosen_by_kind_and_category(shell: Shell) -> None:
    shell.write(
        "catalog.json",
        [
            entry("acme/painter") | {"categories": ["image", "edit"]},
            entry("acme/dancer") | {"categories": ["video"]},
            entry("acme/comfy") | {"kind": "workflow", "categories": ["image"]},
        ],
    )
    assert shell("import", "catalog.json").code == 0
    shell.write("runcomfy-codegen.toml", 'output = "out"\nkinds = ["model"]\n')
    assert shell("generate").code == 0
    assert modules(shell, "out") == ["models/acme/dancer.py", "models/acme/painter.py"]
    shell.write(
        "runcomfy-codegen.toml",
        'output = "out"\nkinds = ["model"]\ncategories = ["image", "edit"]\n',
    )
    assert shell("check").code == 1
    assert shell("generate").code == 0
    assert modules(shell, "out") == ["models/acme/painter.py"]


def test_an_upgrade_tells_what_came_went_and_changed(project: Shell) -> None:
    assert project("generate", "--output", "client").code == 0
    project.write(
        "new.json", [entry("acme/dancer"), entry("acme/singer", a={"type": "integer"})]
    )
    project("import", "new.json")
    (project.folder / "schemas/acme/painter/text-to-image/en.json").unlink()
    output = project("generate", "--output", "client").out.splitlines()
    assert output[:3] == [
        "new      acme/dancer",
        "removed  acme/painter/text-to-image",
        "changed  acme/singer",
    ]


@pytest.mark.parametrize("command", ["generate", "check"])
def test_a_choice_for_several_clients_at_once_is_refused(
    two: Shell, command: str
) -> None:
    assert two("generate").code == 0
    before = [two.files(folder) for folder in ("painting", "music")]
    answer = two(command, "--models", "acme/singer")
    assert answer.code == 2
    assert "--client" in answer.err
    assert [two.files(folder) for folder in ("painting", "music")] == before


def test_nothing_is_written_unless_every_client_can_be(two: Shell) -> None:
    assert two("generate").code == 0
    two.write("music/models/acme/singer.py", "edited = True\n")
    two.write("catalog.json", [entry(extra={"type": "string"})])
    assert two("import", "catalog.json").code == 0
    before = two.files("painting")
    answer = two("generate")
    assert answer.code == 3
    assert "edited by hand" in answer.err
    assert two.files("painting") == before


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('kinds = ["modle"]', "no model has the kind 'modle'; did you mean 'model'?"),
        ('categories = ["x"]', "no model has the category 'x'; known: none"),
        ('exclude = ["acme-x/*"]', "no model matches 'acme-x/*'"),
    ],
)
def test_a_choice_that_matches_nothing_is_refused(
    project: Shell, written: str, told: str
) -> None:
    assert project("generate", "--output", "generated/runcomfy_client").code == 0
    before = project.files("generated")
    project.write("runcomfy-codegen.toml", f"{written}\n")
    answer = project("generate")
    assert answer.code == 2
    assert told in answer.err
    assert project.files("generated") == before


@pytest.mark.parametrize("module", ["acme/con", "acme/aux/x", "acme/com1"])
def test_a_module_cannot_be_called_as_a_device_of_windows(
    project: Shell, module: str
) -> None:
    project.write(
        "runcomfy-codegen.toml", f'[names."acme/singer"]\nmodule = "{module}"\n'
    )
    answer = project("generate")
    assert answer.code == 2
    assert "cannot be a name" in answer.err


def test_names_chosen_for_what_is_not_there_are_told(project: Shell) -> None:
    project.write("runcomfy-codegen.toml", '[names."acme/singr"]\nmodule = "a/b"\n')
    answer = project("generate")
    assert answer.code == 2
    assert "'acme/singr', which is not in" in answer.err
    assert "did you mean 'acme/singer'?" in answer.err
    fields = 'fields = {"text" = "words", "txet" = "other"}'
    project.write("runcomfy-codegen.toml", f'[names."acme/singer"]\n{fields}\n')
    answer = project("generate")
    assert answer.code == 0
    assert answer.err.count("unused-name") == 1
    assert "'txet', but there is no such property" in answer.err
