"""``check`` says which file is stale, of which model, and why; and knows what was asked for."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from runcomfy_codegen.package.lock import sha256
from runcomfy_codegen.package.lock_file import lock_digest
from support.command_line import Shell, entry

MODULE = "models/acme/painter/text_to_image.py"
DOCUMENT = "schemas/acme/painter/text-to-image/en.json"
LOCK = "client/runcomfy-codegen.lock"


@pytest.fixture
def client(project: Shell) -> Shell:
    assert project("generate", "--output", "client").code == 0
    return project


def reasons(shell: Shell) -> dict[str, tuple[str, str]]:
    answer = shell("check", "--output", "client", "--format", "json")
    assert answer.code == 1
    return {
        each["file"]: (each["model"], each["why"]) for each in answer.json["reasons"]
    }


def relock(shell: Shell, **changes: Any) -> None:
    path = shell.folder / LOCK
    lock = json.loads(path.read_text())
    lock["made_from"]["tool"] |= changes
    path.write_text(json.dumps(lock))


def test_a_schema_that_changed(client: Shell) -> None:
    path = client.folder / DOCUMENT
    path.write_text(path.read_text().replace('"maxLength": 80', '"maxLength": 81'))
    found = reasons(client)
    assert found[MODULE] == ("acme/painter/text-to-image", "schema")


def test_a_file_edited_by_hand(client: Shell) -> None:
    path = client.folder / "client" / MODULE
    path.write_text(path.read_text() + "# mine\n")
    assert reasons(client) == {MODULE: ("acme/painter/text-to-image", "edited")}


def test_a_file_that_is_gone(client: Shell) -> None:
    (client.folder / "client" / MODULE).unlink()
    assert reasons(client) == {MODULE: ("acme/painter/text-to-image", "missing")}


def test_a_model_that_came_and_one_that_went(client: Shell) -> None:
    client.write("new.json", entry("acme/dancer"))
    client("import", "new.json")
    (client.folder / DOCUMENT).unlink()
    found = reasons(client)
    assert found["models/acme/dancer.py"] == ("acme/dancer", "new")
    assert found[MODULE] == ("acme/painter/text-to-image", "removed")
    last = client("check", "--output", "client").err.splitlines()[-1]
    stale, total, left = map(int, re.findall("[0-9]+", last))
    assert stale <= total
    assert f"{stale} of {total} files are stale, and {left} are left over" in last
    assert left == sum(why == "removed" for _, why in found.values())


@pytest.mark.parametrize("part", ["generator", "templates", "runtime"])
def test_a_tool_that_changed(client: Shell, part: str) -> None:
    # As an older tool would have left it: a module that it was content with.
    path = client.folder / "client" / MODULE
    lock = json.loads((client.folder / LOCK).read_text())
    path.write_text(path.read_text() + "# older\n")
    lock["files"][MODULE] = sha256(path.read_bytes())
    lock["made_from"]["lock"] = lock_digest(lock)
    (client.folder / LOCK).write_text(json.dumps(lock))
    relock(client, **{part: "older"})
    assert reasons(client)[MODULE] == ("acme/painter/text-to-image", part)


def test_another_tool_that_gives_the_same_is_no_change(client: Shell) -> None:
    relock(client, generator="another release of black")
    assert client("check", "--output", "client").code == 0


def test_annotations_name_file_and_model_for_github(client: Shell) -> None:
    path = client.folder / "client" / MODULE
    path.write_text(path.read_text() + "# mine\n")
    answer = client("check", "--output", "client", "--format", "github")
    assert answer.code == 1
    assert answer.out == (
        f"::error file=client/{MODULE},line=1::stale: edited by hand"
        " (acme/painter/text-to-image)\n"
    )


def test_what_a_call_selected_is_remembered(project: Shell) -> None:
    assert project("generate", "--models", "acme/s*", "--output", "client").code == 0
    assert project("check", "--output", "client").code == 0
    assert "up to date" in project("generate", "--output", "client").out
    assert project("check", "--models", "*", "--output", "client").code == 1
    assert project("generate", "--models", "*", "--output", "client").code == 0
    assert MODULE in project.files("client")


def test_the_language_of_a_call_is_remembered(client: Shell) -> None:
    path = client.folder / DOCUMENT
    other = path.read_text().replace('"locale": "en"', '"locale": "ru"')
    path.with_name("ru.json").write_text(
        other.replace("What to paint.", "Что рисовать.")
    )
    assert client("generate", "--output", "client", "--locale", "ru").code == 0
    assert "Что рисовать." in (client.folder / "client" / MODULE).read_text()
    assert client("check", "--output", "client").code == 0


@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_a_folder_that_does_not_exist_is_one_line(project: Shell, form: str) -> None:
    answer = project("check", "--output", "nowhere", "--format", form)
    assert answer.code == 1
    if form == "json":
        assert (answer.json["missing"], answer.json["clean"]) == (True, False)
    else:
        (line,) = (answer.out + answer.err).splitlines()
        assert "nowhere does not exist; run `runcomfy-codegen generate`" in line
    assert project("check", "--output", "nowhere", "--models", "typo").code == 2


def test_long_diffs_are_cut(client: Shell) -> None:
    client.write("new.json", [entry(f"acme/dancer-{number}") for number in range(9)])
    assert client("import", "new.json").code == 0
    answer = client("check", "--output", "client")
    lines = answer.out.splitlines()
    assert answer.code == 1
    assert len(lines) < 270
    assert any("more lines; --full shows them" in line for line in lines)
    for number in range(9):
        assert f"models/acme/dancer_{number}.py: the model is new" in answer.out
    whole = client("check", "--output", "client", "--full")
    assert "--full" not in whole.out
    assert len(whole.out.splitlines()) > 2 * len(lines)


def test_hashes_of_the_lock_are_no_part_of_a_diff(client: Shell) -> None:
    path = client.folder / DOCUMENT
    path.write_text(path.read_text().replace('"maxLength": 80', '"maxLength": 81'))
    answer = client("check", "--output", "client", "--full")
    *_, last = answer.out.partition("runcomfy-codegen.lock: ")
    assert last
    assert not re.search(r"[0-9a-f]{64}", last)


def test_files_of_diagnostics_are_named_once(client: Shell) -> None:
    client.write("schemas/acme/torn/en.json", "{")
    answer = client("check", "--output", "client", "--format", "github")
    assert "::error file=schemas/acme/torn/en.json,line=" in answer.out
