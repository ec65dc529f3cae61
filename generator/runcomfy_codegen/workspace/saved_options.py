"""The options of one ``generate``, as lines of the configuration.

With them in the configuration, the next ``check`` looks where ``generate`` wrote. The
configuration keeps its comments and its order.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from runcomfy_runtime.retry_and_timeouts import SCHEMAS_LOCK_TIMEOUT

from ..disk.atomic_write import FolderChanges, apply_changes
from ..disk.folder_lock import lock_folder
from ..disk.read_file import SETTINGS_CAP, read_if_there
from ..errors import OperationError
from ..ir.toml_text import parse_toml
from .configuration import OWN_FILE, TABLE, Config, config_of
from .project import StrPath, open_project
from .shipped_schemas import SHIPPED

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

Value: TypeAlias = str | list[str]
_PYPROJECT = "pyproject.toml"
_BOM = "\ufeff"
_NOTHING: Mapping[str, Any] = {}


class Setting(NamedTuple):
    """A key of the configuration with its value; ``table`` are the names of its tables."""

    table: tuple[str, ...]
    key: str
    value: Value


@dataclass(frozen=True, slots=True)
class UnsavedOptions:
    """The options that the configuration does not have.

    ``client`` is the name of the client's table. ``check`` is the command that compares the
    same folder while they are not saved, ``check_when_saved`` the one after that.
    """

    file: Path
    client: str
    settings: tuple[Setting, ...]
    check: str
    check_when_saved: str

    def lines(self) -> tuple[str, ...]:
        """The lines to add to the configuration, in TOML."""
        import tomlkit

        document = tomlkit.document()
        _set_all(document, self.settings)
        return tuple(tomlkit.dumps(document).strip().splitlines())


def unsaved_options(
    *,
    output: Path | None = None,
    client: str | None = None,
    schemas: StrPath | None = None,
    limits: Path | None = None,
    config: Path | None = None,
    **stated: Any,
) -> UnsavedOptions | None:
    """What a call of ``generate`` states and the configuration does not; None for nothing.

    ``stated`` are its ``models``, ``locale`` and ``target``.
    """
    whole = open_project(None, config).config
    # The lock remembers the shipped schemas; no option names them.
    own_schemas = None if schemas is None or schemas is SHIPPED else Path(schemas)
    usual = Path(_PYPROJECT if Path(_PYPROJECT).is_file() else OWN_FILE)
    file = whole.file or config or usual
    root = ("tool", TABLE) if file.name == _PYPROJECT else ()
    is_new = client is None and bool(whole.clients) and output is not None
    name = _new_name(output, whole.clients) if is_new and output else client or ""
    table = (*root, "clients", name) if name else root
    chosen = whole.clients.get(client or "", whole)
    own = _client_settings(stated, output, chosen, file)
    settings = (
        *_folder_settings(root, own_schemas, whole.schemas, "schemas", file),
        *_folder_settings(root, limits, whole.limits_folder, "limits", file),
        *(Setting(table, key, value) for key, value in own.items()),
    )
    if not settings:
        return None
    where: dict[str, Path | str | None] = {"config": config, "schemas": own_schemas}
    where |= {"limits": limits, "client": client, "output": output}
    # A folder that is not configured remembers the other options itself.
    configured = whole.file is not None and "output" not in own
    check = _command(where, stated if configured else {})
    saved_check = _command({"config": config, "client": name or None})
    return UnsavedOptions(file, name, settings, check, saved_check)


def _folder_settings(
    table: tuple[str, ...], given: Path | None, known: Path, key: str, file: Path
) -> Iterator[Setting]:
    if given is not None and given.resolve() != known.resolve():
        yield Setting(table, key, _written(given, file))


def _command(
    options: Mapping[str, Path | str | None], stated: Mapping[str, Any] = _NOTHING
) -> str:
    """A ``check`` with these options, as it is typed."""
    globs = (("models", glob) for glob in stated.get("models", ()))
    every = (*options.items(), *globs, ("locale", stated.get("locale")))
    words = (
        word for name, value in every if value for word in (f"--{name}", str(value))
    )
    return shlex.join(("runcomfy-codegen", "check", *words))


def _client_settings(
    stated: Mapping[str, Any], output: Path | None, config: Config, file: Path
) -> dict[str, Value]:
    settings: dict[str, Value] = {}
    if output is not None and output.resolve() != config.output.resolve():
        settings["output"] = _written(output, file)
    models = tuple(stated.get("models", ()))
    if models and models != config.models:
        settings["models"] = [*models]
    for key, known in (("locale", config.locale), ("target", config.target)):
        if stated.get(key) and stated[key] != known:
            settings[key] = stated[key]
    return settings


def _written(path: Path, file: Path) -> str:
    """A path as the configuration writes it: from the folder of the file."""
    try:
        below = os.path.relpath(path.resolve(), file.parent.resolve())
    except ValueError:  # Another drive.
        below = str(path.resolve())
    return Path(below).as_posix()


def _new_name(output: Path, known: Iterable[str]) -> str:
    """A name for the table of another client."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", output.resolve().name) or "client"
    taken = {*known}
    numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(n for n in numbered if n not in taken)


@contextmanager
def saved(options: UnsavedOptions) -> Generator[None]:
    """The options in the configuration. If the block raises, the old file is back."""
    before = read_if_there(options.file, SETTINGS_CAP)
    _write(options.file, _edited((before or b"").decode("utf-8"), options).encode())
    try:
        yield
    except BaseException:
        _write(options.file, before)
        raise


def _write(file: Path, content: bytes | None) -> None:
    path = PurePosixPath(file.name)
    changes = FolderChanges(remove=[path])
    if content is not None:
        changes = FolderChanges(write={path: content})
    with lock_folder(file.parent, SCHEMAS_LOCK_TIMEOUT):
        apply_changes(file.parent, changes)


def _edited(text: str, options: UnsavedOptions) -> str:
    """The text of the configuration with the options. Raises ``OperationError``."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    mark = _BOM if text.startswith(_BOM) else ""
    try:
        document = tomlkit.parse(text.removeprefix(_BOM))
        _set_all(document, options.settings)
        edited = tomlkit.dumps(document)
        if "\r\n" in text:
            edited = edited.replace("\r\n", "\n").replace("\n", "\r\n")
        _check_edit(edited, options)
    except (TOMLKitError, ValueError, TypeError, KeyError, RecursionError) as error:
        lines = "\n".join(options.lines())
        raise OperationError(
            f"{options.file} cannot be edited ({error}); nothing was written. Add these"
            f" lines:\n{lines}"
        ) from None
    return f"{mark}{edited}"


def _set_all(document: TOMLDocument, settings: Iterable[Setting]) -> None:
    import tomlkit

    for setting in settings:
        table: Any = document
        for depth, name in enumerate(setting.table, 1):
            if name not in table:
                outer = depth < len(setting.table)
                table[name] = tomlkit.table(is_super_table=outer)
            table = table[name]
        table[setting.key] = setting.value


def _check_edit(edited: str, options: UnsavedOptions) -> None:
    """Read the edit back: it must say what was meant, and be a configuration."""
    table: Mapping[str, Any] = parse_toml(edited)
    for setting in options.settings:
        inner = table
        for name in setting.table:
            inner = inner[name]
        if inner[setting.key] != setting.value:
            raise KeyError(setting.key)
    config_of(edited.encode(), options.file)
