"""Schemas in folders and revisions, for the tests of the command."""

from __future__ import annotations

import os
import subprocess
from typing import Any

from support.command_line import Answer, Shell

PAINTER = "acme/painter/text-to-image"
FILE = f"{PAINTER}/en.json"
STEPS = {"type": "integer", "minimum": 1, "maximum": 50, "default": 20}
TEXT = {"type": "string"}


def entry(model_id: str = PAINTER, **properties: Any) -> dict[str, Any]:
    """A catalog entry with these properties."""
    schema = {"type": "object", "properties": properties, "required": []}
    return {"model_id": model_id, "input_schema": schema}


def published(shell: Shell) -> Shell:
    """Two folders of schemas: ``old``, and ``new`` with three changes."""
    singer = entry("acme/singer", text=TEXT)
    shell.publish("old", entry(prompt=TEXT, steps=STEPS), singer)
    changed = entry(
        prompt=TEXT, steps={**STEPS, "maximum": 30}, seed={"type": "integer"}
    )
    shell.publish("new", changed, entry("acme/singer", text={**TEXT, "format": "uri"}))
    return shell


def commit(shell: Shell, message: str = "schemas") -> None:
    git(shell, "add", "-A")
    git(shell, "commit", "-q", "-m", message)


def git(shell: Shell, *words: str) -> str:
    identity = {f"GIT_{who}_{what}": "tester@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}  # fmt: skip
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(
        ["git", *words],
        cwd=shell.folder,
        env={**os.environ, **identity, **alone},
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()


def committed(shell: Shell) -> Shell:
    """A repository whose ``main`` has the old schemas, and whose work tree the new ones."""
    git(shell, "init", "-q", "-b", "main")
    (shell.folder / "old").rename(shell.folder / "schemas")
    commit(shell)
    (shell.folder / "schemas").rename(shell.folder / "gone")
    (shell.folder / "new").rename(shell.folder / "schemas")
    return shell


def rules(answer: Answer) -> list[tuple[str, str]]:
    return [(each["verdict"], each["rule"]) for each in answer.json["findings"]]


CHANGES = [
    ("compatible", "field-added"),
    ("breaking", "number-range-narrowed"),
    ("risky", "text-format-narrowed"),
]
