"""The schemas that ship with the tool: used where a project has none of its own."""

from __future__ import annotations

import os
from os import PathLike
from pathlib import Path
from typing import TypeAlias

from .. import resources
from ..package.folder import lock_of
from .configuration import Config, find_config, read_config

StrPath: TypeAlias = str | PathLike[str]


class ShippedSchemas(PathLike[str]):
    """The folder of the published documents that ship with the tool.

    Pass ``SHIPPED`` as ``schemas=`` to read them. A generated package then remembers where
    its documents came from, and no option has to be saved for it.
    """

    def __fspath__(self) -> str:
        """The path of the folder."""
        return str(resources.schemas())

    def __repr__(self) -> str:
        """The name that a program uses."""
        return "SHIPPED"


SHIPPED = ShippedSchemas()


def has_no_schemas(config: Path | None) -> bool:
    """Whether nothing names a schemas folder, and no such folder exists. Raises ``ConfigError``."""
    configuration = _configuration(config)
    return not configuration.names_schemas and not os.path.lexists(
        configuration.schemas
    )


def made_from_shipped(
    config: Path | None, client: str | None, output: Path | None
) -> bool:
    """Whether the lock of a generated package says that it came from the shipped schemas.

    Raises ``CodegenError`` for a configuration or a lock file that cannot be read.
    """
    configuration = _configuration(config)
    named = configuration.clients.get(client or "")
    clients = [named] if named else [*configuration.clients.values()] or [configuration]
    folders = [output] if output is not None else [client.output for client in clients]
    return any(lock_of(folder).made_from.shipped for folder in folders)


def _configuration(config: Path | None) -> Config:
    return find_config(Path()) if config is None else read_config(config)
