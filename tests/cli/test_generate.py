"""``generate`` and ``check``: what is written, what is never touched, what is refused."""

from __future__ import annotations

import json

import pytest

from support.command_line import Shell, entry

MODULE = "models/acme/painter/text_to_image.py"


@pytest.fixture
def client(project: Shell) -> Shell:
    """A project with a generated client."""
    answer = project("generate", "--output", "client")
    assert (answer.code, answer.err) == (0, "")
    return project


def test_generating_again_touches_nothing(client: Shell) -> None:
    before = {
        path: path.stat().st_mtime_ns for path in client.folder.rglob("client/**/*")
    }
    answer = client("generate", "--output", "client")
    assert "up to date" in answer.out
    assert {
        path: path.stat().st_mtime_ns for path in client.folder.rglob("client/**/*")
    } == before


def test_the_runtime_in_a_client_is_a_copy_byte_for_byte(client: Shell) -> None:
    from runcomfy_codegen.resources import runtime_sources

    copied = client.files("client/_runtime")
    assert copied == {
        path.as_posix(): text.encode() for path, text in runtime_sources().items()
    }
    assert "client.py" in copied


def test_only_selected_models_are_generated(project: Shell) -> None:
    assert project("generate", "--models", "acme/p*", "--output", "client").code == 0
    modules = [
        name for name in project.files("client") if name.startswith("models/acme/")
    ]
    assert modules == [
        "models/acme/__init__.py",
        "models/acme/painter/__init__.py",
        MODULE,
    ]


def test_a_glob_that_matches_nothing_is_wrong_usage(project: Shell) -> None:
    answer = project("generate", "--models", "acne/*", "--output", "client")
    assert answer.code == 2
    assert "no model matches 'acne/*'" in answer.err
    assert not (project.folder / "client").exists()


def test_a_removed_model_takes_its_files_and_nothing_else_along(client: Shell) -> None:
    client.write("client/models/acme/mine.py", "mine = 1\n")
    (client.folder / "schemas/acme/painter/text-to-image/en.json").unlink()
    assert client("generate", "--output", "client").code == 0
    left = [name for name in client.files("client") if name.startswith("models/acme")]
    assert left == [
        "models/acme/__init__.py",
        "models/acme/mine.py",
        "models/acme/singer.py",
    ]
    assert not (client.folder / "client/models/acme/painter").exists()


def test_a_folder_of_somebody_else_is_refused_and_left_alone(project: Shell) -> None:
    project.write("src/app.py", "print('mine')\n")
    answer = project("generate", "--output", "src")
    assert answer.code == 3
    assert "src holds other files" in answer.err
    assert project.files("src") == {"app.py": b"print('mine')\n"}


def test_a_foreign_file_where_ours_would_be_is_refused(client: Shell) -> None:
    client.write("new.json", entry("acme/dancer"))
    client("import", "new.json")
    client.write("client/models/acme/dancer.py", "mine = 1\n")
    before = client.files("client")
    answer = client("generate", "--output", "client")
    assert answer.code == 3
    assert "client/models/acme/dancer.py is in the way" in answer.err
    assert client.files("client") == before


def test_a_file_edited_by_hand_is_refused_unless_forced(client: Shell) -> None:
    path = client.folder / "client" / MODULE
    path.write_text(path.read_text() + "# mine\n")
    before = client.files("client")
    answer = client("generate", "--output", "client")
    assert answer.code == 3
    assert f"client/{MODULE} is edited by hand" in answer.err
    assert client.files("client") == before
    assert client("generate", "--output", "client", "--force").code == 0
    assert client("check", "--output", "client").code == 0


def test_a_folder_that_cannot_be_written_is_said_so(project: Shell) -> None:
    project.write("occupied", "a file")
    answer = project("generate", "--output", "occupied/client")
    assert answer.code == 3
    assert answer.err.startswith("error: ")
    assert "occupied" in answer.err


def test_a_lock_of_a_newer_release_is_refused(client: Shell) -> None:
    path = client.folder / "client/runcomfy-codegen.lock"
    lock = json.loads(path.read_text())
    path.write_text(json.dumps({**lock, "lock_version": 99}))
    before = client.files("client")
    for command in ("generate", "check"):
        answer = client(command, "--output", "client")
        assert answer.code == 3
        assert "version 99" in answer.err
    assert client.files("client") == before


def test_a_lock_cannot_name_files_outside_the_package(client: Shell) -> None:
    victim = client.write("victim.txt", "mine")
    path = client.folder / "client/runcomfy-codegen.lock"
    lock = json.loads(path.read_text())
    lock["files"]["../victim.txt"] = "0" * 64
    path.write_text(json.dumps(lock))
    assert client("generate", "--output", "client", "--force").code == 3
    assert victim.read_text() == "mine"


def test_a_model_that_cannot_be_built_stops_no_other_and_keeps_its_files(
    client: Shell,
) -> None:
    clash = {"a b": {"type": "string"}, "a_b": {"type": "string"}}
    client.write(
        "new.json", [entry(**clash), entry("acme/singer", words={"type": "string"})]
    )
    assert client("import", "new.json").code == 1
    before = client.files("client")[MODULE]
    answer = client("generate", "--output", "client")
    assert answer.code == 1
    assert "name-collision" in answer.err
    files = client.files("client")
    assert files[MODULE] == before
    assert b"words: " in files["models/acme/singer.py"]
    assert client("check", "--output", "client").code == 1


def test_a_document_that_was_damaged_on_disk_costs_nobody_a_module(
    client: Shell,
) -> None:
    path = client.folder / "schemas/acme/painter/text-to-image/en.json"
    path.write_text(path.read_text()[:200])
    before = client.files("client")
    answer = client("generate", "--output", "client")
    assert answer.code == 1
    assert "acme/painter/text-to-image/en.json:" in answer.err
    assert "error broken-document" in answer.err
    after = client.files("client")
    assert after[MODULE] == before[MODULE]
    assert set(after) == set(before)


def test_a_name_can_be_chosen_where_published_names_collide(project: Shell) -> None:
    project.write(
        "new.json", entry(**{"a b": {"type": "string"}, "a_b": {"type": "string"}})
    )
    project("import", "new.json")
    project.write(
        "runcomfy-codegen.toml",
        '[names."acme/painter/text-to-image".fields]\n"a b" = "spaced"\n',
    )
    assert project("generate", "--output", "client").code == 0
    assert (
        b'spaced: Annotated[str | None, Field(alias="a b")]'
        in project.files("client")[MODULE]
    )


def test_check_is_clean_after_generate(client: Shell) -> None:
    answer = client("check", "--output", "client")
    assert (answer.code, answer.err) == (0, "")
    assert "up to date" in answer.out


def test_check_shows_a_diff_after_one_byte_of_a_schema(client: Shell) -> None:
    path = client.folder / "schemas/acme/painter/text-to-image/en.json"
    path.write_text(path.read_text().replace('"maxLength": 80', '"maxLength": 81'))
    answer = client("check", "--output", "client")
    assert answer.code == 1
    assert "-    prompt: Annotated[str, Field(max_length=80)]" in answer.out
    assert "+    prompt: Annotated[str, Field(max_length=81)]" in answer.out


def test_check_shows_a_diff_after_one_byte_of_the_output(client: Shell) -> None:
    path = client.folder / "client" / MODULE
    path.write_text(path.read_text().replace("max_length=80", "max_length=8"))
    answer = client("check", "--output", "client")
    assert answer.code == 1
    assert "-    prompt: Annotated[str, Field(max_length=8)]" in answer.out
    report = client("check", "--output", "client", "--format", "json").json
    assert (report["clean"], report["stale"], report["edited"]) == (
        False,
        [MODULE],
        [MODULE],
    )


def test_check_sees_a_missing_file(client: Shell) -> None:
    (client.folder / "client" / MODULE).unlink()
    assert client("check", "--output", "client").code == 1


def test_check_writes_nothing(project: Shell) -> None:
    assert project("check", "--output", "client").code == 1
    assert not (project.folder / "client").exists()


def test_white_space_key_order_and_line_ends_are_no_change(client: Shell) -> None:
    path = client.folder / "schemas/acme/painter/text-to-image/en.json"
    document = json.loads(path.read_text())
    schema = document["input_schema"]
    document["input_schema"] = {key: schema[key] for key in reversed(list(schema))}
    path.write_text(json.dumps(document, indent=7))
    module = client.folder / "client" / MODULE
    module.write_bytes(module.read_bytes().replace(b"\n", b"\r\n"))
    assert client("check", "--output", "client").code == 0


def test_a_text_in_another_language_makes_the_client_stale(client: Shell) -> None:
    path = client.folder / "schemas/acme/painter/text-to-image/en.json"
    other = path.with_name("ru.json")
    other.write_text(path.read_text().replace('"locale": "en"', '"locale": "ru"'))
    assert client("generate", "--output", "client").code == 0
    other.write_text(other.read_text().replace("What to paint.", "Что рисовать."))
    assert client("check", "--output", "client").code == 1


def test_a_language_that_few_models_have_stops_no_regeneration(project: Shell) -> None:
    path = project.folder / "schemas/acme/painter/text-to-image/en.json"
    other = path.with_name("ru.json")
    other.write_text(path.read_text().replace('"locale": "en"', '"locale": "ru"'))
    order = ("generate", "--output", "client", "--locale", "ru")
    assert project(*order).code == 0
    project.write("new.json", entry("acme/singer", words={"type": "string"}))
    project("import", "new.json")
    assert project("generate", "--output", "client").code == 0
    assert project("check", "--output", "client").code == 0
    assert project(*order, "--models", "acme/singer").code == 0


def test_a_lock_that_a_merge_has_changed_is_written_anew(client: Shell) -> None:
    path = client.folder / "client/runcomfy-codegen.lock"
    good = path.read_text()
    path.write_text(good.replace('"locale": "en"', '"locale": "fr"'))
    assert client("check", "--output", "client").code == 1
    assert client("generate", "--output", "client").code == 0
    assert path.read_text() == good
