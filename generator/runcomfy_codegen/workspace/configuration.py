"""The user's configuration: ``runcomfy-codegen.toml``, or a table of ``pyproject.toml``."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runcomfy_runtime.did_you_mean import did_you_mean_or_list

from ..disk.read_file import SETTINGS_CAP, read_file, read_named_file
from ..errors import ConfigError
from ..ir.document import DEFAULT_LOCALE
from ..ir.json_text import is_array, is_object
from ..ir.toml_text import NotToml, parse_toml
from ..targets import DEFAULT_TARGET, TARGETS
from ..targets.target import Overrides

if TYPE_CHECKING:
    from ..targets.python.names import ChosenNames

TABLE = "runcomfy-codegen"
OWN_FILE = "runcomfy-codegen.toml"


@dataclass(frozen=True, slots=True)
class ConfigKey:
    """A key of the configuration, as its documentation describes it, in Markdown.

    ``of_client`` says that a table ``[clients.NAME]`` may have it too.
    """

    name: str
    type: str
    default: str
    meaning: str
    of_client: bool = True


KEYS = (
    ConfigKey(
        "schemas",
        "a path",
        "`schemas`",
        "The folder of the published documents. If neither the key nor the folder is there, some"
        " commands read the schemas that ship with the tool.",
        of_client=False,
    ),
    ConfigKey(
        "limits",
        "a path",
        "`limits` next to the schemas",
        "The folder of stated limits of your own.",
        of_client=False,
    ),
    ConfigKey(
        "output",
        "a path",
        "`generated/runcomfy_client`",
        "The folder of the generated package or documents. Every client needs its own.",
    ),
    ConfigKey(
        "models",
        "a list of texts",
        '`["*"]`',
        "The models to generate: ids, or globs over whole ids, in which `*` also matches `/`."
        " A glob that matches no model is an error.",
    ),
    ConfigKey(
        "exclude", "a list of texts", "`[]`", "Ids or globs of models to leave out."
    ),
    ConfigKey(
        "kinds",
        "a list of texts",
        "`[]`",
        "Only models of these published kinds, for example `model`. Empty means all.",
    ),
    ConfigKey(
        "categories",
        "a list of texts",
        "`[]`",
        "Only models of these published categories, for example `text-to-image`. Empty means all.",
    ),
    ConfigKey(
        "locale",
        "a text",
        f"`{DEFAULT_LOCALE}`",
        "The language of descriptions and messages. A model that is not published in it keeps"
        " its own.",
    ),
    ConfigKey(
        "template_dir",
        "a path",
        "none",
        "A folder of templates of your own, which replace those of the tool.",
    ),
    ConfigKey(
        "target",
        f"one of {', '.join(TARGETS)}",
        f"`{DEFAULT_TARGET}`",
        "What is generated: a Python client, or OpenAPI or JSON Schema documents.",
    ),
    ConfigKey(
        "names",
        "a table for each model id",
        "none",
        "Names of your own where published names collide, or you prefer another:"
        " `module` is the path of the module (`vendor/model`), `fields` maps published names"
        " of fields to Python names.",
        of_client=False,
    ),
    ConfigKey(
        "clients",
        "a table for each client",
        "none",
        "Several clients in one project. Each table needs an `output`, and replaces the keys"
        " above it that it has.",
        of_client=False,
    ),
)
"""Every key of the configuration, in the order of its documentation."""

_KEYS = {key.name for key in KEYS}
_CLIENT_KEYS = {key.name for key in KEYS if key.of_client}


@dataclass(frozen=True, slots=True)
class Config:
    """The values in the configuration; paths are relative to the folder of the file.

    ``limits`` is the folder of stated limits, by default ``limits`` next to the schemas.
    ``names_schemas`` says that the file names the schemas folder.
    ``file`` is the file that decides what belongs in ``output``, or None.
    ``clients`` are the tables ``[clients.NAME]``, each laid over the rest of the
    configuration; ``client`` is the NAME of such a table. A configuration without them is
    one client itself.
    """

    schemas: Path = Path("schemas")
    names_schemas: bool = False
    limits: Path | None = None
    output: Path = Path("generated/runcomfy_client")
    models: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    locale: str = DEFAULT_LOCALE
    template_dir: Path | None = None
    target: str = DEFAULT_TARGET
    overrides: Overrides = Overrides()
    file: Path | None = None
    client: str = ""
    clients: Mapping[str, Config] = field(default_factory=dict[str, "Config"])

    @property
    def limits_folder(self) -> Path:
        """The folder of stated limits; it need not exist."""
        return self.limits or self.schemas.parent / "limits"


def find_config(folder: Path) -> Config:
    """The configuration for a folder; the defaults if it has none.

    Raises ``ConfigError``.
    """
    for name in (OWN_FILE, "pyproject.toml"):
        # A broken link, too, is a configuration that somebody meant to have.
        if os.path.lexists(folder / name):
            return _read_config(folder / name, read_file)
    return Config()


def read_config(file: Path) -> Config:
    """The configuration in a file that the call names. Raises ``ConfigError``."""
    return _read_config(file, read_named_file)


def _read_config(file: Path, read: Callable[[Path, int], bytes]) -> Config:
    try:
        content = read(file, SETTINGS_CAP)
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}") from None
    return config_of(content, file)


def config_of(content: bytes, file: Path) -> Config:
    """The configuration in the content of a file. Raises ``ConfigError``."""
    try:
        whole = parse_toml(content)
    except NotToml as error:
        raise ConfigError(f"{file}: {error}") from None
    if file.name == "pyproject.toml":
        table = _table(_table(whole, "tool", file), TABLE, file)
    else:
        table = whole
    _check_keys(table, _KEYS, file)
    config = _client(table, Config(file=file if table else None), file)
    config = replace(
        config,
        schemas=file.parent / _text(table, "schemas", "schemas", file),
        names_schemas="schemas" in table,
        overrides=_overrides(_table(table, "names", file), file),
    )
    if limits := _text(table, "limits", "", file):
        config = replace(config, limits=file.parent / limits)
    clients = _clients(_table(table, "clients", file), config, file)
    return replace(config, clients=clients)


def _client(table: Mapping[str, Any], base: Config, file: Path) -> Config:
    """The base configuration with the values of a client's table."""
    templates = _text(table, "template_dir", "", file)
    return replace(
        base,
        output=file.parent / _text(table, "output", str(base.output), file),
        models=_texts(table, "models", base.models, file),
        exclude=_texts(table, "exclude", base.exclude, file),
        kinds=_texts(table, "kinds", base.kinds, file),
        categories=_texts(table, "categories", base.categories, file),
        locale=_text(table, "locale", base.locale, file),
        template_dir=file.parent / templates if templates else base.template_dir,
        target=_target(table, base, file),
    )


def _target(table: Mapping[str, Any], base: Config, file: Path) -> str:
    target = _text(table, "target", base.target, file)
    if target not in TARGETS:
        raise ConfigError(
            f"{file}: 'target' must be one of {', '.join(TARGETS)}, not {target!r}"
        )
    return target


def _clients(tables: Mapping[str, Any], base: Config, file: Path) -> dict[str, Config]:
    clients: dict[str, Config] = {}
    for name in tables:
        table = _table(tables, name, file)
        _check_keys(table, _CLIENT_KEYS, file)
        if "output" not in table:
            raise ConfigError(f"{file}: the client {name!r} needs an 'output'")
        clients[name] = replace(_client(table, base, file), client=name)
        for other in clients.keys() - {name}:
            _check_apart(name, clients[name].output, other, clients[other].output, file)
    return clients


def _check_apart(name: str, folder: Path, other: str, others: Path, file: Path) -> None:
    one, two = folder.resolve(), others.resolve()
    if one.is_relative_to(two) or two.is_relative_to(one):
        raise ConfigError(
            f"{file}: the clients {other!r} and {name!r} write to one folder,"
            f" {folder}; give each client its own"
        )


def _check_keys(table: Mapping[str, Any], keys: Collection[str], file: Path) -> None:
    for key in table:
        if key not in keys:
            hint = did_you_mean_or_list(key, sorted(keys))
            raise ConfigError(f"{file}: unknown key {key!r}{hint}")


def _overrides(names: Mapping[str, Any], file: Path) -> Overrides:
    if not names:
        return Overrides()
    # Imported here because few configurations choose names.
    from ..targets.python.names import UnusableName, overrides_of

    chosen = {model_id: _chosen(names, model_id, file) for model_id in names}
    try:
        return overrides_of(chosen)
    except UnusableName as error:
        raise ConfigError(f"{file}: {error}") from None


def _chosen(names: Mapping[str, Any], model_id: str, file: Path) -> ChosenNames:
    from ..targets.python.names import ChosenNames

    table = _table(names, model_id, file)
    module = _text(table, "module", "", file)
    chosen = _table(table, "fields", file)
    fields = {wire: _text(chosen, wire, "", file) for wire in chosen}
    return ChosenNames(module, fields)


def _table(table: Mapping[str, Any], key: str, file: Path) -> Mapping[str, Any]:
    value = table.get(key, {})
    if not is_object(value):
        raise ConfigError(f"{file}: {key!r} must be a table")
    return value


def _text(table: Mapping[str, Any], key: str, default: str, file: Path) -> str:
    value = table.get(key, default)
    if not isinstance(value, str):
        raise ConfigError(f"{file}: {key!r} must be a string")
    return value


def _texts(
    table: Mapping[str, Any], key: str, default: tuple[str, ...], file: Path
) -> tuple[str, ...]:
    value: Any = table.get(key, list(default))
    if not is_array(value) or not all(isinstance(item, str) for item in value):
        raise ConfigError(f"{file}: {key!r} must be a list of strings")
    return tuple(value)
