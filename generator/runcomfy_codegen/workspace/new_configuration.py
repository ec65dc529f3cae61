"""``init``: the first configuration of a project."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..disk.atomic_write import FolderChanges, apply_changes
from ..disk.read_file import SETTINGS_CAP, read_if_there
from ..errors import ConfigError, OperationError, UsageError
from .configuration import OWN_FILE, TABLE, config_of, find_config

_PYPROJECT = "pyproject.toml"


@dataclass(frozen=True, slots=True)
class NewConfiguration:
    """What a first configuration says; ``schemas`` is None for those of the tool."""

    output: Path
    models: Sequence[str] = ("*",)
    schemas: Path | None = None

    def lines(self, folder: Path) -> list[str]:
        """The lines of the file in this folder, in TOML, each with a comment."""
        schemas = self.schemas
        named = "" if schemas is not None else "# "
        return [
            f"output = {_text(_from(folder, self.output))}"
            "  # the folder of the generated package",
            f"models = [{', '.join(map(_text, self.models))}]"
            "  # ids or globs, as `runcomfy-codegen models` lists them",
            f"{named}schemas = {_text(_from(folder, schemas or Path('schemas')))}"
            "  # your own published schemas; without it: schemas/ if there, else the tool's",
        ]


def write_configuration(new: NewConfiguration, file: Path | None = None) -> Path:
    """Write the configuration, and return its file.

    That is ``file``, else the table of a ``pyproject.toml`` that is there, else
    ``runcomfy-codegen.toml``. Raises ``UsageError`` if the project has a configuration.
    """
    if file is None:
        existing = find_config(Path()).file
        if existing is not None or os.path.lexists(OWN_FILE):
            raise _exists(existing or Path(OWN_FILE))
        file = Path(_PYPROJECT if Path(_PYPROJECT).is_file() else OWN_FILE)
    before = (read_if_there(file, SETTINGS_CAP) or b"").decode("utf-8")
    in_table = file.name == _PYPROJECT
    if before and (not in_table or config_of(before.encode(), file).file):
        raise _exists(file)
    lines = new.lines(file.parent)
    if in_table:
        lines = [*([""] if before else []), f"[tool.{TABLE}]", *lines]
    text = _appended(before, lines)
    _check(text, file, lines)
    changes = FolderChanges(write={PurePosixPath(file.name): text.encode("utf-8")})
    apply_changes(file.parent, changes)
    return file


def _exists(file: Path) -> UsageError:
    return UsageError(
        f"{file} already has a configuration; nothing was written. Edit it, or name another"
        " file with --config"
    )


def _appended(before: str, lines: Sequence[str]) -> str:
    """The text with these lines at its end, with the line ends that it has."""
    end = "\r\n" if "\r\n" in before else "\n"
    whole = before if not before or before.endswith("\n") else before + end
    return whole + "".join(f"{line}{end}" for line in lines)


def _check(text: str, file: Path, lines: Sequence[str]) -> None:
    try:
        config_of(text.encode("utf-8"), file)
    except ConfigError as error:
        added = "\n".join(lines)
        raise OperationError(
            f"{error}; nothing was written. Add these lines yourself:\n{added}"
        ) from None


def _from(folder: Path, path: Path) -> str:
    """A path as the configuration writes it: from the folder of the file."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # Another drive.
        return path.as_posix()


def _text(value: str) -> str:
    # A JSON string without surrogates is a TOML string, but for DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
