"""Links below the folders that a command writes: nothing lands, or is deleted, outside."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from support.command_line import Shell, entry

VICTIM = b"precious = 1\n"
LOCK = "client/runcomfy-codegen.lock"


@pytest.fixture
def client(project: Shell) -> Shell:
    assert project("generate", "--output", "client").code == 0
    project.write("victim/acme/old.py", VICTIM.decode())
    project.write("victim/acme/singer.py", VICTIM.decode())
    return project


def owns(client: Shell, *paths: str) -> None:
    """The lock, which came with the repository, claims these files."""
    lock = json.loads((client.folder / LOCK).read_text())
    lock["files"] |= {path: hashlib.sha256(VICTIM).hexdigest() for path in paths}
    client.write(LOCK, lock)


def replace(path: Path, target: Path) -> None:
    path.rename(path.with_name("moved"))
    path.symlink_to(target)


@pytest.mark.parametrize("option", [(), ("--force",)], ids=["plain", "force"])
@pytest.mark.parametrize("link", ["models", "models/acme", "models/acme/singer.py"])
def test_a_link_in_the_output_folder_is_refused(
    client: Shell, link: str, option: tuple[str, ...]
) -> None:
    target = client.folder / "victim" / link.removeprefix("models").lstrip("/")
    replace(client.folder / "client" / link, target)
    owns(client, "models/acme/old.py", "models/acme/singer.py")
    client.write("new.json", entry("acme/singer", words={"type": "string"}))
    client("import", "new.json")
    before = client.files(".")
    answer = client("generate", "--output", "client", *option)
    assert answer.code == 3
    assert f"client/{link} is a link to {target}" in answer.err
    assert "nothing was written" in answer.err
    assert "--output" in answer.err
    assert client.files(".") == before


def test_a_link_in_one_client_stops_the_others_too(client: Shell) -> None:
    client.write(
        "runcomfy-codegen.toml",
        '[clients.a]\noutput = "a"\n[clients.b]\noutput = "b"\n',
    )
    (client.folder / "b").mkdir()
    (client.folder / "b/_runtime").symlink_to("../victim")
    client.write(
        "b/runcomfy-codegen.lock", '{"lock_version": 2, "models": {}, "files": {}}'
    )
    answer = client("generate")
    assert (answer.code, "b/_runtime is a link" in answer.err) == (3, True)
    assert client.files("a") == {}


@pytest.mark.parametrize("link", ["acme", "acme/singer", "acme/singer/en.json"])
def test_import_does_not_write_through_a_link(client: Shell, link: str) -> None:
    outside = client.folder / "outside"
    real = client.folder / "schemas" / link
    real.rename(outside)
    real.symlink_to(outside)
    client.write("new.json", entry("acme/singer", words={"type": "string"}))
    before = client.files(".")
    answer = client("import", "new.json")
    assert answer.code == 3
    assert f"schemas/{link} is a link" in answer.err
    assert "--schemas" in answer.err
    assert client.files(".") == before


def test_the_root_itself_may_be_a_link(client: Shell) -> None:
    for name in ("client", "schemas"):
        (client.folder / name).rename(client.folder / f"real-{name}")
        (client.folder / name).symlink_to(f"real-{name}")
    client.write("new.json", entry("acme/singer", words={"type": "string"}))
    assert client("import", "new.json").code == 0
    assert client("generate", "--output", "client").code == 0
    assert client("check", "--output", "client").code == 0


@pytest.mark.parametrize(
    "name",
    ["../victim/acme/old.py", "/etc/passwd", "models/../../x", "a\\..\\b", "C:x", ""],
)
def test_a_lock_names_nothing_outside(client: Shell, name: str) -> None:
    owns(client, name)
    before = client.files(".")
    answer = client("generate", "--output", "client")
    assert (answer.code, "not below the package" in answer.err) == (3, True)
    assert client.files(".") == before
