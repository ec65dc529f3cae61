"""``generate --save``, and the command that ``generate`` says comes next."""

from __future__ import annotations

import shlex
import tomllib

import pytest

from support.command_line import Shell, entry


def next_command(out: str) -> list[str]:
    (line,) = [line for line in out.splitlines() if line.startswith("next: ")]
    words = shlex.split(line.removeprefix("next: "))
    assert words[0] == "runcomfy-codegen"
    return words[1:]


@pytest.mark.parametrize(
    ("settings", "options"),
    [
        ("", ("--output", "app/client")),
        ("", ("--output", "it's here/client", "--models", "acme/*")),
        ("", ("--models", "acme/painter*")),
        ("", ("--locale", "en", "--output", "client")),
        ('output = "here"\n', ("--output", "app/client")),
        ('output = "here"\n', ("--models", "acme/painter*")),
        ('[clients.one]\noutput = "one"\n', ("--output", "app/client")),
        ('[clients.one]\noutput = "one"\n', ("--client", "one", "--output", "two")),
        (
            '[clients.one]\noutput = "one"\n',
            ("--client", "one", "--models", "acme/painter*"),
        ),
    ],
)
def test_the_next_command_checks_what_was_generated(
    project: Shell, settings: str, options: tuple[str, ...]
) -> None:
    project.write("new.json", entry("acme/dancer"))
    assert project("import", "new.json").code == 0
    if settings:
        project.write("runcomfy-codegen.toml", settings)
    answer = project("generate", *options)
    assert answer.code == 0, answer.err
    checked = project(*next_command(answer.out))
    assert checked.code == 0, checked.err
    saved = project("generate", *options, "--save")
    assert saved.code == 0, saved.err
    assert "saved " in saved.out
    checked = project(*next_command(saved.out))
    assert checked.code == 0, checked.out + checked.err
    again = project("generate", *options, "--save")
    if "--output" not in options or "--client" in options or "clients" not in settings:
        assert "nothing to save" in again.out


def test_the_lines_to_add_are_the_configuration(project: Shell) -> None:
    answer = project("generate", "--output", 'a "b"/client', "--models", "acme/*")
    lines = [line[2:] for line in answer.out.splitlines() if line.startswith("  ")]
    project.write("runcomfy-codegen.toml", "\n".join(lines))
    assert project("generate").code == 0
    assert project("check").code == 0


def test_nothing_more_is_said_where_the_configuration_says_it(project: Shell) -> None:
    assert "next" not in project("generate").out
    project.write("runcomfy-codegen.toml", 'output = "client"\n')
    assert "next" not in project("generate", "--output", "client").out


def test_comments_order_and_line_ends_stay(project: Shell) -> None:
    before = "# top\r\n[tool.other] # x\r\na = [\r\n  1, # one\r\n]\r\n"
    project.write("pyproject.toml", before)
    assert project("generate", "--output", "c", "--save").code == 0
    after = (project.folder / "pyproject.toml").read_bytes().decode()
    assert after.startswith(before)
    assert "\n" not in after.replace("\r\n", "")
    assert tomllib.loads(after)["tool"]["runcomfy-codegen"] == {"output": "c"}


def test_keys_go_before_the_tables_that_follow(project: Shell) -> None:
    project.write(
        "runcomfy-codegen.toml",
        '# ours\nlocale = "en"  # language\n\n[names."acme/painter/text-to-image"]\n'
        'module = "painter"\n',
    )
    assert (
        project("generate", "--output", "c", "--models", "acme/*", "--save").code == 0
    )
    text = (project.folder / "runcomfy-codegen.toml").read_text("utf-8")
    table = tomllib.loads(text)
    assert (table["output"], table["models"]) == ("c", ["acme/*"])
    assert "# ours" in text
    assert "# language" in text
    assert project("check").code == 0


def test_paths_start_at_the_configuration(project: Shell) -> None:
    project.write("settings/mine.toml", 'schemas = "../schemas"\n')
    words = ("--config", "settings/mine.toml")
    assert project("generate", *words, "--output", "c", "--save").code == 0
    text = (project.folder / "settings/mine.toml").read_text("utf-8")
    assert tomllib.loads(text)["output"] == "../c"
    assert project("check", *words).code == 0


def test_another_folder_of_schemas_is_saved_too(project: Shell) -> None:
    (project.folder / "schemas").rename(project.folder / "api")
    saved = project("generate", "--schemas", "api", "--output", "c", "--save")
    assert saved.code == 0, saved.err
    assert project("check").code == 0


@pytest.mark.parametrize("before", [None, "# mine\n"])
def test_a_generate_that_fails_saves_nothing(
    project: Shell, before: str | None
) -> None:
    project.write("c/note.txt", "mine")
    if before is not None:
        project.write("runcomfy-codegen.toml", before)
    answer = project("generate", "--output", "c", "--save")
    assert answer.code == 3
    file = project.folder / "runcomfy-codegen.toml"
    assert (file.read_text("utf-8") if file.exists() else None) == before


def test_a_configuration_that_no_line_can_join_is_named(project: Shell) -> None:
    project.write("pyproject.toml", "tool = {other = 1}\n")
    answer = project("generate", "--output", "c", "--save")
    if answer.code:
        assert answer.code == 3
        assert 'output = "c"' in answer.err
        assert not (project.folder / "c").exists()
    else:
        assert project("check").code == 0
