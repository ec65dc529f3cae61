"""A schemas folder that cannot be read whole: no command takes it for an empty one."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from support.command_line import Answer, Shell, entry

WHOLE = [
    ("generate", "--output", "client"),
    ("generate", "--output", "client", "--models", "acme/singer"),
    ("generate", "--output", "client", "--force"),
    ("check", "--output", "client"),
    ("lint",),
    ("diff", "schemas", "schemas"),
]
SINGLE = [
    ("show", "acme/singer"),
    ("show", "acme/singer", "--locale", "ru"),
    ("validate", "acme/singer", "in.json"),
    ("run", "acme/singer", "in.json", "--sandbox"),
]


@pytest.fixture
def client(project: Shell) -> Shell:
    project.write("in.json", {"text": "la"})
    both = entry("acme/singer", text={"type": "string"})
    project.write("ru.json", both)
    assert project("import", "ru.json", "--locale", "ru").code == 0
    assert project("generate", "--output", "client").code == 0
    return project


@contextmanager
def failing(folder: Path, number: int, times: int = 99) -> Iterator[None]:
    """Listing one folder fails, as on a bad disk."""
    real: Callable[..., Any] = os.scandir
    left = [times]

    def scandir(path: Any = ".") -> Any:
        listed = "" if isinstance(path, int) else os.path.realpath(path)
        if listed == str(folder) and left[0]:
            left[0] -= 1
            raise OSError(number, os.strerror(number), str(path))
        return real(path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "scandir", scandir)
        yield


@pytest.mark.parametrize("below", ["", "acme", "acme/painter/text-to-image"])
@pytest.mark.parametrize("words", WHOLE, ids=" ".join)
def test_a_folder_that_cannot_be_listed_ends_the_command(
    client: Shell, words: tuple[str, ...], below: str
) -> None:
    before = client.files(".")
    with failing(client.folder / "schemas" / below, errno.EIO):
        answer = client(*words)
    assert answer.code == 3
    assert f"schemas/{below}".rstrip("/") in answer.err
    assert "Input/output error" in answer.err
    assert "up to date" not in answer.out
    assert client.files(".") == before


@pytest.mark.parametrize("words", SINGLE, ids=" ".join)
def test_a_command_about_one_model_reads_the_folder_of_that_model_alone(
    client: Shell, words: tuple[str, ...]
) -> None:
    with failing(client.folder / "schemas/acme/painter", errno.EIO):
        answer = client(*words)
    assert answer.code == 0, answer.err


def test_a_model_that_does_not_exist_still_has_suggestions(client: Shell) -> None:
    answer = client("show", "acme/singre")
    assert (answer.code, "acme/singer" in answer.err) == (2, True)


@pytest.mark.parametrize("below", [".", "acme", "acme/singer", "acme/singer/en.json"])
def test_permissions_are_no_reason_to_remove_modules(client: Shell, below: str) -> None:
    # pytest's folders are private to the user, who may be root and see everything.
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        shutil.copytree(client.folder, folder, dirs_exist_ok=True)
        shell, target = Shell(folder), folder / "schemas" / below
        before = shell.files("client")
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o777)
        target.chmod(0)
        try:
            answer = _as_nobody(shell, "generate", "--output", "client")
        finally:
            target.chmod(0o777)
        assert answer.code == 3
        assert "Permission denied" in answer.err
        assert below.rstrip(".") in answer.err
        assert shell.files("client") == before


def _as_nobody(shell: Shell, *words: str) -> Answer:
    if os.geteuid() != 0:
        return shell(*words)
    os.seteuid(65534)
    try:
        return shell(*words)
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("name", [".git", ".cache", "lost+found", "acme/.snapshots"])
def test_hidden_folders_and_lost_found_are_not_read(client: Shell, name: str) -> None:
    client.write(f"schemas/{name}/en.json", "no document")
    with failing(client.folder / "schemas" / name, errno.EACCES):
        for words in WHOLE:
            assert client(*words).code == 0, words


def test_what_vanishes_during_a_walk_is_read_once_more(client: Shell) -> None:
    folder = client.folder / "schemas/acme/painter"
    with failing(folder, errno.ENOENT, times=1):
        assert client("check", "--output", "client").code == 0
    with failing(folder, errno.ENOENT):
        answer = client("check", "--output", "client")
    assert (answer.code, "schemas/acme/painter" in answer.err) == (3, True)


@pytest.mark.parametrize("words", SINGLE, ids=" ".join)
def test_the_folder_of_that_model_must_be_read(
    client: Shell, words: tuple[str, ...]
) -> None:
    with failing(client.folder / "schemas/acme/singer", errno.EIO):
        answer = client(*words)
    assert (answer.code, "schemas/acme/singer" in answer.err) == (3, True)
    assert "Input/output error" in answer.err


def test_a_folder_of_limits_that_cannot_be_listed_ends_the_command(
    client: Shell,
) -> None:
    client.write("limits/acme/singer.toml", 'model_id = "acme/singer"\n')
    with failing(client.folder / "limits/acme", errno.EIO):
        answer = client("limits", "check")
    assert (answer.code, "limits/acme" in answer.err) == (3, True)
    assert "Input/output error" in answer.err


@pytest.mark.parametrize("content", ["{", "", "[" * 1000])
def test_nothing_is_up_to_date_next_to_an_unreadable_document(
    client: Shell, content: str
) -> None:
    client.write("schemas/acme/singer/en.json", content)
    client.write("schemas/acme/singer/ru.json", content)
    before = client.files("client/models")
    for words in (WHOLE[0], WHOLE[3], (*WHOLE[3], "--format", "json")):
        for _ in range(2):
            answer = client(*words)
            assert answer.code == 1, words
            assert "up to date" not in answer.out + answer.err
            assert '"clean": true' not in answer.out
            assert "schemas/acme/singer/en.json" in answer.out + answer.err
    assert client.files("client/models") == before


def test_nothing_is_up_to_date_next_to_an_unreadable_file_of_limits(
    client: Shell,
) -> None:
    client.write("limits/acme/singer.toml", "[")
    for words in (WHOLE[0], WHOLE[0], WHOLE[3]):
        answer = client(*words)
        assert (answer.code, "up to date" in answer.out) == (1, False), answer.out
        assert "limits/acme/singer.toml" in answer.out + answer.err
    (client.folder / "limits/acme/singer.toml").unlink()
    (client.folder / "limits/acme/singer.toml").mkdir()
    for words in (WHOLE[0], WHOLE[0], WHOLE[3]):
        answer = client(*words)
        assert (answer.code, "up to date" in answer.out) == (1, False), answer.out
        assert "limits/acme/singer.toml" in answer.out + answer.err


def test_a_link_to_a_folder_is_not_an_empty_folder(client: Shell) -> None:
    painter = client.folder / "schemas/acme/painter"
    painter.rename(client.folder / "elsewhere")
    painter.symlink_to("../../elsewhere")
    before = client.files("client")
    for words in WHOLE:
        answer = client(*words)
        assert answer.code == 3, words
        assert "schemas/acme/painter is a link to a folder" in answer.err
    assert client.files("client") == before


def test_links_to_files_are_read_as_bazel_and_nix_lay_them(client: Shell) -> None:
    for file in list(client.folder.glob("schemas/acme/**/*.json")):
        store = client.folder / "store" / f"{file.parent.name}-{file.name}"
        store.parent.mkdir(exist_ok=True)
        file.rename(store)
        file.symlink_to(store)
    (client.folder / "schemas").rename(client.folder / "real")
    (client.folder / "schemas").symlink_to("real")
    for words in (*WHOLE, *SINGLE):
        assert client(*words).code == 0, words
