"""The command line, called in this process: a call costs what the command costs."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from published import documents
from runcomfy_codegen.cli import main
from runcomfy_codegen.store.schemas_folder import write_all


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
class Desk:
    """A folder to work in; a call is one of ``runcomfy-codegen`` there."""

    folder: Path

    def __call__(
        self, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> Answer:
        out, err, code = io.StringIO(), io.StringIO(), 0
        with (
            contextlib.chdir(self.folder),
            patch.dict("os.environ", environment or {}),
            patch.object(sys, "argv", ["runcomfy-codegen", *arguments]),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                main()
            except SystemExit as done:
                code = done.code if isinstance(done.code, int) else 0
        return Answer(code, out.getvalue(), err.getvalue())

    def write(self, name: str, text: str) -> Path:
        """A file in the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
        return path

    def files(self, name: str) -> dict[str, bytes]:
        """Every file below a folder, by its path."""
        root = self.folder / name
        found = sorted(path for path in root.rglob("*") if path.is_file())
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}

    def publish(self, name: str, *entries: dict[str, Any]) -> None:
        """Store catalog entries as the schemas of a folder."""
        write_all(self.folder / name, documents(json.dumps(list(entries))))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)
