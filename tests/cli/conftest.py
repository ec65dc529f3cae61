"""A project in an empty folder, and the command line as a user starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ENTRY: dict[str, Any] = {
    "model_id": "acme/painter/text-to-image",
    "display_name": "Acme Painter",
    "kind": "model",
    "input_schema": {
        "type": "object",
        "required": ["prompt"],
        "properties": {
            "prompt": {
                "type": "string",
                "maxLength": 80,
                "description": "What to paint.",
            },
            "steps": {"type": "integer", "minimum": 1, "maximum": 50, "default": 20},
        },
    },
}


def entry(
    model_id: str = "acme/painter/text-to-image", **properties: Any
) -> dict[str, Any]:
    """A catalog entry with these properties instead of the usual ones."""
    if not properties:
        return {**ENTRY, "model_id": model_id}
    schema = {"type": "object", "properties": properties, "required": []}
    return {**ENTRY, "model_id": model_id, "input_schema": schema}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call of the command line gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Shell:
    """Calls ``runcomfy-codegen`` as a process in the project's folder."""

    folder: Path

    def __call__(
        self,
        *arguments: str | Path,
        stdin: bytes = b"",
        environment: Mapping[str, str] | None = None,
    ) -> Answer:
        done = subprocess.run(
            [sys.executable, "-m", "runcomfy_codegen", *map(str, arguments)],
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            env={**os.environ, **(environment or {})},
            timeout=120,
            check=False,
        )
        answer = Answer(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in answer.err, answer.err
        return answer

    def write(self, name: str, content: Any) -> Path:
        """A file in the project: text as it is, anything else as JSON."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = (
            content
            if isinstance(content, str)
            else json.dumps(content, ensure_ascii=False)
        )
        path.write_text(text, encoding="utf-8", newline="")
        return path

    def files(self, folder: str) -> dict[str, bytes]:
        """Every file below a folder, by its path."""
        root = self.folder / folder
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def project(shell: Shell) -> Shell:
    """A folder with two models imported."""
    shell.write(
        "catalog.json", [entry(), entry("acme/singer", text={"type": "string"})]
    )
    answer = shell("import", "catalog.json")
    assert answer.code == 0, answer.err
    return shell
