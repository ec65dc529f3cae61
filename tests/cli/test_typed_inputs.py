"""``run`` and ``validate`` with the input as arguments, a document, or both."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from runcomfy_codegen.sandbox.sample_media import png
from runcomfy_codegen.workspace.input_arguments import read_input
from runcomfy_codegen.workspace.local_files import inline_local_files
from runcomfy_codegen.workspace.project import open_project
from support.command_line import Shell, entry
from support.scripted_server import ScriptedServer, submitted

MODEL = "acme/maker"
TEXTS: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
IMAGE = {"type": "string", "format": "image_uri"}
FIELDS: dict[str, dict[str, Any]] = {
    "prompt": {"type": "string"},
    "steps": {"type": "integer"},
    "scale": {"type": "number"},
    "fast": {"type": "boolean"},
    "size": {"type": "string", "enum": ["16", "1024x1024"]},
    "count": {"type": "integer", "enum": [1, 2]},
    "tags": TEXTS,
    "seeds": {"type": "array", "items": {"type": "integer"}},
    "either": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
    "maybe": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
    "options": {"type": "object", "properties": {"a": {"type": "integer"}}},
    "image": IMAGE,
    "images": {"type": "array", "items": IMAGE},
    "width×height": {"type": "string"},
}


@pytest.fixture
def maker(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A folder with a model that has fields of every type, and pictures."""
    shell.publish("schemas", entry(MODEL, **FIELDS))
    shell.write("notes.txt", "A boat\n")
    shell.write("deep/in.json", {"prompt": "from the file", "image": "near.png"})
    for name in ("a.png", "deep/near.png", "prompt.png"):
        (shell.folder / name).write_bytes(png(64, 64, 0.5))
    monkeypatch.chdir(shell.folder)
    return shell


def read(*arguments: str) -> dict[str, Any]:
    model, catalog = open_project().model(MODEL)
    return read_input(model, catalog.names[MODEL], arguments).document


@pytest.mark.parametrize(
    ("arguments", "document"),
    [
        (["prompt=7"], {"prompt": "7"}),
        (["prompt=a=b"], {"prompt": "a=b"}),
        (["prompt="], {"prompt": ""}),
        (["prompt=true"], {"prompt": "true"}),
        (["prompt=[1]"], {"prompt": "[1]"}),
        (["prompt=@notes.txt"], {"prompt": "A boat\n"}),
        (['prompt:="@notes.txt"'], {"prompt": "@notes.txt"}),
        (["prompt=prompt.png"], {"prompt": "prompt.png"}),
        (["steps=7"], {"steps": 7}),
        (["steps=abc"], {"steps": "abc"}),
        (["steps=NaN"], {"steps": "NaN"}),
        (["scale=0.5", "steps=-1"], {"scale": 0.5, "steps": -1}),
        (["fast=true"], {"fast": True}),
        (["fast=False"], {"fast": False}),
        (["fast=1"], {"fast": "1"}),
        (["size=16", "count=2"], {"size": "16", "count": 2}),
        (["tags=a"], {"tags": ["a"]}),
        (["tags=a", "tags=b"], {"tags": ["a", "b"]}),
        (['tags=["a", "b"]'], {"tags": ["a", "b"]}),
        (["tags=[draft"], {"tags": ["[draft"]}),
        (["seeds=1", "seeds=2"], {"seeds": [1, 2]}),
        (["either=5"], {"either": "5"}),
        (["maybe=5"], {"maybe": 5}),
        (["maybe:=null"], {"maybe": None}),
        (['options={"a": 1}'], {"options": {"a": 1}}),
        (["options=a"], {"options": "a"}),
        (["width_height=1:1"], {"width×height": "1:1"}),
        (["width×height=1:1"], {"width×height": "1:1"}),
        (["image=https://h/a.png?b=c"], {"image": "https://h/a.png?b=c"}),
        (["newer=1"], {"newer": "1"}),
        (["newer:=1"], {"newer": 1}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
@pytest.mark.usefixtures("maker")
def test_a_value_is_read_by_the_type_of_its_field(
    arguments: list[str], document: dict[str, Any]
) -> None:
    found = read(*arguments)
    assert found == document
    assert json.dumps(found) == json.dumps(document)


@pytest.mark.parametrize("spelling", ["deep/in.json", "@deep/in.json"])
def test_local_files_start_where_they_were_written(maker: Shell, spelling: str) -> None:
    model, catalog = open_project().model(MODEL)
    arguments = [spelling, "images=@a.png", "images=a.png", "images=https://h/x.png"]
    given = read_input(model, catalog.names[MODEL], arguments)
    document, report = inline_local_files(model, given.document, given.folder)
    near, a = (
        "data:image/png;base64," + base64.b64encode(Path(name).read_bytes()).decode()
        for name in ("deep/near.png", "a.png")
    )
    assert report.ok
    assert document == {
        "prompt": "from the file",
        "image": near,
        "images": [a, a, "https://h/x.png"],
    }
    answer = maker("validate", MODEL, *arguments, "prompt=other")
    assert answer.code == 0, answer.out + answer.err


def environment_of(server: ScriptedServer) -> dict[str, str]:
    return {"RUNCOMFY_BASE_URL": server.url, "RUNCOMFY_API_KEY": "rc-the-key"}


def test_no_wait_prints_the_id_and_the_command_that_waits(maker: Shell) -> None:
    with ScriptedServer() as server:
        server.on("submit", submitted("req-1"))
        calls = [
            maker("run", MODEL, "prompt=x", "--no-wait", *more, environment=variables)
            for variables in [environment_of(server)]
            for more in ([], ["--format", "json"])
        ]
    text, document = calls
    assert (text.code, document.code) == (0, 0), text.err
    first, following = text.out.splitlines()
    assert first == "request req-1"
    assert following.startswith("next: runcomfy-codegen result ")
    assert document.json["request_id"] == "req-1"
    assert document.json["next"] == f"runcomfy-codegen result {document.json['token']}"
    assert "rc-the-key" not in text.out + text.err + document.out


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_nobody_can_write_sends_nothing(maker: Shell) -> None:
    (maker.folder / "locked").mkdir(mode=0o500)
    answer = maker("run", MODEL, "prompt=x", "--output", "locked/out")
    assert (answer.code, "nothing was sent" in answer.err) == (3, True)


@pytest.mark.parametrize("command", ["run", "result"])
def test_an_output_that_is_a_file_sends_nothing(maker: Shell, command: str) -> None:
    arguments = [MODEL, "prompt=x"] if command == "run" else ["req-1"]
    with ScriptedServer() as server:
        answer = maker(
            *(command, *arguments, "--output", "notes.txt/below"),
            environment=environment_of(server),
        )
        assert not server.kinds
    assert (answer.code, "notes.txt is a file" in answer.err) == (2, True)


def completed(folder: Path, words: str, shell: str = "zsh") -> list[str]:
    """What the shell is offered for the last of these words."""
    typed = f"runcomfy-codegen {words}"
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from runcomfy_codegen.cli import main;"
            " sys.argv[0] = 'runcomfy-codegen'; main()",
        ],
        cwd=folder,
        env={
            **os.environ,
            "_RUNCOMFY_CODEGEN_COMPLETE": f"{shell}_complete",
            "COMP_WORDS": typed,
            "COMP_CWORD": str(len(typed.split(" ")) - 1),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    return lines[1::3] if shell == "zsh" else lines


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("mod", ["models"]),
        ("show acme/", [MODEL]),
        (f"run {MODEL} st", ["steps="]),
        (f"run {MODEL} size=1", ["size=16", "size=1024x1024"]),
        (f"validate {MODEL} fast=", ["fast=true", "fast=false"]),
        ("run no/such x", []),
    ],
)
def test_the_shell_is_offered(maker: Shell, words: str, offered: list[str]) -> None:
    assert completed(maker.folder, words) == offered


def test_shipped_models_are_offered_without_a_word_on_stderr(shell: Shell) -> None:
    offered = completed(shell.folder, "run google/nano-banana-2-lite/")
    assert "google/nano-banana-2-lite/text-to-image" in offered


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_the_completion_script_calls_the_tool(shell: Shell, name: str) -> None:
    answer = shell("completion", name)
    assert answer.code == 0
    assert f"_RUNCOMFY_CODEGEN_COMPLETE={name}_complete" in answer.out
    if name == "bash":
        checked = subprocess.run(
            ["bash", "-n"], input=answer.out, text=True, check=False
        )
        assert checked.returncode == 0
        assert "compopt -o nospace" in answer.out
