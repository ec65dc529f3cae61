"""A lock file that is not whole is refused with what to do; an old one is made anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

import pytest

from runcomfy_codegen.package.lock import (
    LOCK,
    CallOptions,
    Lock,
    MadeFrom,
    sha256,
)
from runcomfy_codegen.package.lock_entry import LockEntry, LockError
from runcomfy_codegen.package.lock_file import read_lock, same_package, write_lock
from support.command_line import Shell

MODULE = PurePosixPath("models/acme/singer.py")
WHOLE = Lock(
    files={MODULE: sha256(b""), PurePosixPath("py.typed"): sha256(b"")},
    models={
        "acme/singer": LockEntry(
            (MODULE,),
            "0" * 64,
            {"en": "1" * 64},
            {
                "fields": {"input/width×height": "width_height"},
                "classes": {"input/lora": "LoraPart"},
            },
        )
    },
    made_from=MadeFrom({"runtime": "2"}, {"acme/singer": "3"}),
    selection=CallOptions(("acme/*",), "en", "python"),
)
TEXT = write_lock(WHOLE, generator="1.0", locale="en")
RESTORE = "Restore it from version control, or delete the folder and generate"


def test_what_is_written_is_read_again() -> None:
    assert read_lock(TEXT) == WHOLE


def test_a_model_has_one_line_so_that_two_changes_merge() -> None:
    lines = [line for line in TEXT.splitlines() if "width_height" in line]
    assert len(lines) == 1
    assert json.loads("{" + lines[0].strip().rstrip(",") + "}").keys() == {
        "acme/singer"
    }


def change(**members: Any) -> Callable[[dict[str, Any]], None]:
    return lambda told: told.update(members)


def of_model(**members: Any) -> Callable[[dict[str, Any]], None]:
    return lambda told: told["models"]["acme/singer"].update(members)


DAMAGES: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (lambda told: told["models"]["acme/singer"].pop("file"), "None"),
    (of_model(file=None), "None"),
    (of_model(file=[MODULE.as_posix()]), "not a file of the package"),
    (of_model(file="models/other.py"), "models/other.py"),
    (of_model(files=["../../evil.py"]), "evil.py"),
    (of_model(files=7), "no list"),
    (of_model(files=[1]), "names 1"),
    (of_model(documents=["en"]), "not an object"),
    (of_model(documents={"en": 1}), "holds 1"),
    (of_model(schema_sha256=None), "holds None"),
    (of_model(fields=[1]), "not an object"),
    (of_model(classes={"": 1}), "holds 1"),
    (change(models={"acme/singer": None}), "not an object"),
    (change(models=[1]), "not an object"),
    (change(models=None), "not an object"),
    (change(files=[1]), "not an object"),
    (change(files={MODULE.as_posix(): 1}), "holds 1"),
    (change(files={"../../evil.py": "0"}), "not below the package"),
    (change(files={"/etc/passwd": "0"}), "not below the package"),
    (change(files={"C:evil.py": "0"}), "not below the package"),
    (change(files={"..\\evil.py": "0"}), "not below the package"),
    (change(files={"": "0"}), "not below the package"),
    (change(selection=[1]), "not an object"),
    (change(selection={"models": [1]}), "holds 1"),
    (change(selection={"locale": 1}), "holds 1"),
    (change(lock_version=True), "version is True"),
    (change(lock_version="2"), "version is '2'"),
    (change(lock_version=0), "version is 0"),
    (change(lock_version=None), "version is None"),
]


@pytest.mark.parametrize(("damage", "words"), DAMAGES)
def test_a_damaged_lock_is_refused_with_what_to_do(
    damage: Callable[[dict[str, Any]], None], words: str
) -> None:
    answer = json.loads(TEXT)
    damage(answer)
    with pytest.raises(LockError) as caught:
        read_lock(json.dumps(answer))
    assert words in str(caught.value)
    assert RESTORE in str(caught.value)


@pytest.mark.parametrize("text", ["", "[]", "null", "7", TEXT[:-9], "[" * 100_000])
def test_a_lock_that_is_no_lock_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(LockError, match="Restore it from version control"):
        read_lock(text)


def test_the_marks_of_a_merge_are_called_so() -> None:
    mine, yours = TEXT, TEXT.replace('"1.0"', '"2.0"')
    merged = f"<<<<<<< HEAD\n{mine}=======\n{yours}>>>>>>> other\n"
    with pytest.raises(LockError, match="line 1 of .* merge"):
        read_lock(merged)
    with pytest.raises(LockError, match="line 4 of .* merge"):
        read_lock(TEXT.replace('  "generator"', '<<<<<<< HEAD\n  "generator"'))


def test_a_newer_lock_is_for_a_newer_release() -> None:
    newer = TEXT.replace('"lock_version": 2', '"lock_version": 3')
    with pytest.raises(LockError, match="Use the release that wrote it, or a newer"):
        read_lock(newer)


def test_a_hint_that_is_damaged_is_no_hint() -> None:
    for hint in (None, [1], {"lock": 1}, {"lock": json.loads(TEXT)["made_from"]}):
        answer = json.loads(TEXT)
        answer["made_from"] = hint
        assert read_lock(json.dumps(answer)).made_from == MadeFrom()


@pytest.mark.parametrize(
    "damage",
    [
        of_model(file=None),
        change(files=[1]),
        change(lock_version=True),
        change(selection={"target": "pyhton"}),
    ],
)
def test_a_damaged_lock_changes_nothing(
    project: Shell, damage: Callable[[dict[str, Any]], None]
) -> None:
    assert project("generate", "--output", "client").code == 0
    path = project.folder / "client" / LOCK
    result = json.loads(path.read_text())
    damage(result)
    path.write_text(json.dumps(result))
    before = project.files("client")
    for command in ("generate", "check"):
        answer = project(command, "--output", "client")
        assert answer.code == 3
        assert "client" in answer.err
        assert RESTORE in answer.err
    assert project.files("client") == before


def test_a_lock_of_the_first_version_is_made_anew_without_a_word(
    project: Shell,
) -> None:
    assert project("generate", "--output", "client").code == 0
    path = project.folder / "client" / LOCK
    now = path.read_text()
    result = json.loads(now)
    result["lock_version"] = 1
    for entry in result["models"].values():
        entry.pop("fields", None)
        entry.pop("classes", None)
    path.write_text(json.dumps(result, indent=2))
    answer = project("generate", "--output", "client")
    assert (answer.code, answer.err) == (0, "")
    assert "renamed" not in answer.out
    assert same_package(path.read_text(), now)
