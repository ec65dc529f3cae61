"""The command line in a folder of its own, called in this process.

A call costs what the command itself costs. Tests of signals, of terminals and of the
interpreter's start run ``python -m runcomfy_codegen`` as a process instead.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from support.built_models import documents

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
    """What a call of the command line returned and printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Shell:
    """Calls ``runcomfy-codegen`` in a folder."""

    folder: Path

    def __call__(
        self,
        *arguments: str | Path,
        stdin: bytes = b"",
        environment: Mapping[str, str] | None = None,
    ) -> Answer:
        from runcomfy_codegen.cli import main

        out, err, code = _Output(), _Output(), 0
        with (
            contextlib.chdir(self.folder),
            patch.dict("os.environ", environment or {}),
            patch.object(sys, "argv", ["runcomfy-codegen", *map(str, arguments)]),
            patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8")),
            patch.object(sys, "stdout", out),
            patch.object(sys, "stderr", err),
            # As in a process of its own, TMPDIR is read when the first file is made.
            patch.object(tempfile, "tempdir", None),
            # The handlers of signals belong to the test run.
            patch("signal.signal"),
        ):
            try:
                main()
            except SystemExit as done:
                code = done.code if isinstance(done.code, int) else 0
        answer = Answer(code, out.text(), err.text())
        assert "Traceback" not in answer.err, answer.err
        return answer

    def write(self, name: str, content: Any) -> Path:
        """Write a file in the folder: a text unchanged, anything else as JSON."""
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

    def publish(self, folder: str, *entries: dict[str, Any]) -> None:
        """Store catalog entries as the schemas of a folder."""
        from runcomfy_codegen.store.schemas_folder import write_all

        write_all(self.folder / folder, documents(json.dumps(list(entries))))


class _Output(io.TextIOWrapper):
    """A stream that keeps what is written."""

    def __init__(self) -> None:
        self._written = io.BytesIO()
        super().__init__(self._written, encoding="utf-8", newline="")

    def text(self) -> str:
        self.flush()
        return self._written.getvalue().decode()
