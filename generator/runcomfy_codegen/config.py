"""The user's configuration: ``runcomfy-codegen.toml``, or a table of ``pyproject.toml``."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .build.overrides import Chosen, Overrides, usable
from .ir.json_text import is_array, is_object

TABLE = "runcomfy-codegen"
OWN_FILE = "runcomfy-codegen.toml"
_KEYS = {"schemas", "output", "models", "exclude", "locale", "names"}


class ConfigError(ValueError):
    """The configuration cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Config:
    """What the configuration says; paths are relative to the file's folder."""

    schemas: Path = Path("schemas")
    output: Path = Path("generated/runcomfy_client")
    models: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()
    locale: str = "en"
    overrides: Overrides = Overrides()


def find_config(folder: Path) -> Config:
    """The configuration that applies in a folder; the defaults if there is none.

    Raises ``ConfigError``.
    """
    if (folder / OWN_FILE).is_file():
        return read_config(folder / OWN_FILE)
    pyproject = folder / "pyproject.toml"
    return read_config(pyproject) if pyproject.is_file() else Config()


def read_config(file: Path) -> Config:
    """The configuration in a file. Raises ``ConfigError``."""
    try:
        whole = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: not TOML: {error}") from None
    if file.name == "pyproject.toml":
        table = _table(_table(whole, "tool", file), TABLE, file)
    else:
        table = whole
    _known(table, file)
    return Config(
        schemas=file.parent / _text(table, "schemas", "schemas", file),
        output=file.parent / _text(table, "output", "generated/runcomfy_client", file),
        models=_texts(table, "models", ("*",), file),
        exclude=_texts(table, "exclude", (), file),
        locale=_text(table, "locale", "en", file),
        overrides=_overrides(_table(table, "names", file), file),
    )


def _known(table: Mapping[str, Any], file: Path) -> None:
    for key in table:
        if key not in _KEYS:
            near = difflib.get_close_matches(key, _KEYS, n=1)
            hint = (
                f"; perhaps {near[0]!r} is meant"
                if near
                else f"; known: {sorted(_KEYS)}"
            )
            raise ConfigError(f"{file}: unknown key {key!r}{hint}")


def _overrides(names: Mapping[str, Any], file: Path) -> Overrides:
    return Overrides({model_id: _chosen(names, model_id, file) for model_id in names})


def _chosen(names: Mapping[str, Any], model_id: str, file: Path) -> Chosen:
    table = _table(names, model_id, file)
    module = _text(table, "module", "", file)
    told = _table(table, "fields", file)
    fields = {wire: _text(told, wire, "", file) for wire in told}
    for name in (*(module.split("/") if module else ()), *fields.values()):
        if not usable(name):
            raise ConfigError(
                f"{file}: {name!r}, chosen for {model_id!r}, cannot be a name"
            )
    return Chosen(module, fields)


def _table(table: Mapping[str, Any], key: str, file: Path) -> Mapping[str, Any]:
    value = table.get(key, {})
    if not is_object(value):
        raise ConfigError(f"{file}: {key!r} must be a table")
    return value


def _text(table: Mapping[str, Any], key: str, default: str, file: Path) -> str:
    value = table.get(key, default)
    if not isinstance(value, str):
        raise ConfigError(f"{file}: {key!r} must be a text")
    return value


def _texts(
    table: Mapping[str, Any], key: str, default: tuple[str, ...], file: Path
) -> tuple[str, ...]:
    value: Any = table.get(key, list(default))
    if not is_array(value) or not all(isinstance(item, str) for item in value):
        raise ConfigError(f"{file}: {key!r} must be a list of texts")
    return tuple(value)
