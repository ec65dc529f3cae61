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


@pytest.mark.parametrize(
    "words",
    [
        ("show", "acme/singer"),
        ("import", "again.json"),
        ("validate", "acme/singer", "-"),
    ],
    ids=lambda words: words[0],
)
@pytest.mark.parametrize("link", ["schemas/acme", "schemas/acme/singer"])
def test_a_linked_folder_is_not_read_either(
    client: Shell, words: tuple[str, ...], link: str
) -> None:
    client.write("again.json", entry("acme/singer", text={"type": "string"}))
    assert client("import", "again.json").code == 0
    replace(client.folder / link, client.folder / "elsewhere")
    (client.folder / link).with_name("moved").rename(client.folder / "elsewhere")
    answer = client(*words, stdin=b"{}")
    assert (answer.code, f"{link} is a link to a folder" in answer.err) == (3, True)


LIMITS = """model_id = "acme/singer"
[[limit]]
fields = ["/text"]
quote = "At most 9 words"
rule = "duration_seconds <= 10"
"""


@pytest.mark.parametrize(
    "words",
    [
        ("limits", "check"),
        ("generate", "--output", "client"),
        ("check", "--output", "client"),
        ("lint",),
        ("show", "acme/singer"),
    ],
    ids=lambda words: words[0],
)
def test_a_linked_folder_of_limits_is_refused(
    client: Shell, words: tuple[str, ...]
) -> None:
    client.write("elsewhere/singer.toml", LIMITS)
    (client.folder / "limits").mkdir()
    (client.folder / "limits/acme").symlink_to("../elsewhere")
    before = client.files("client")
    answer = client(*words)
    assert (answer.code, "limits/acme is a link to a folder" in answer.err) == (3, True)
    assert client.files("client") == before


@pytest.mark.parametrize("link", ["limits/acme", "limits/acme/singer.toml"])
def test_drafts_of_limits_are_not_written_through_a_link(
    client: Shell, link: str
) -> None:
    text = {
        "type": "string",
        "format": "video_uri",
        "description": "At most 10 seconds.",
    }
    client.write("new.json", entry("acme/singer", text=text))
    assert client("import", "new.json").code == 0
    path = client.folder / link
    path.parent.mkdir(parents=True)
    path.symlink_to(client.folder / ("victim" if link.endswith("acme") else "nowhere"))
    before = client.files(".")
    answer = client("limits", "suggest", "--write", "limits")
    assert answer.code == 3, answer.out
    assert f"{link} is a link to " in answer.err
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
