"""The options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from os import PathLike
from pathlib import Path
from typing import Any, TypedDict, TypeVar

import click

from runcomfy_runtime.errors import BadSetting
from runcomfy_runtime.journal_address import is_database

from .. import __version__
from ..errors import CodegenError, OperationError, UsageError
from ..reports import format_names
from .console import say

Returned = TypeVar("Returned")


class SchemasOptions(TypedDict):
    """``--schemas`` and ``--config``, as the functions of the Python API take them."""

    schemas: str | PathLike[str] | None
    config: Path | None


class ProjectOptions(SchemasOptions):
    """The same with ``--limits``, for commands that need whole models."""

    limits: Path | None


def project_options(function: Callable[..., Returned]) -> Callable[..., Returned]:
    """Give a command ``--schemas``, ``--limits`` and ``--config`` as its argument ``where``."""

    @schemas_options
    @click.option(
        "--limits",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder of stated limits of your own.  [default: limits/ next to the schemas]",
    )
    @wraps(function)
    def wrapped(where: SchemasOptions, limits: Path | None, **options: Any) -> Returned:
        return function(where=ProjectOptions(**where, limits=limits), **options)

    return wrapped


def schemas_options(function: Callable[..., Returned]) -> Callable[..., Returned]:
    """Give a command ``--schemas`` and ``--config`` as its argument ``where``."""

    @click.option(
        "--schemas",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder of the published documents.  [default: from the configuration, else schemas/]",
    )
    @click.option(
        "--config",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Configuration file.  [default: runcomfy-codegen.toml or pyproject.toml]",
    )
    @wraps(function)
    def wrapped(schemas: Path | None, config: Path | None, **options: Any) -> Returned:
        where = SchemasOptions(schemas=schemas, config=config)
        return function(where=where, **options)

    return wrapped


Folders = TypeVar("Folders", SchemasOptions, ProjectOptions)


def shipped_schemas_allowed(
    function: Callable[..., Returned],
) -> Callable[..., Returned]:
    """Let a command read the schemas that ship with the tool where there are no others.

    That is only where no option, no configuration and no ``schemas/`` names a folder. A line
    on stderr says so.
    """

    @wraps(function)
    def wrapped(where: SchemasOptions, **options: Any) -> Returned:
        from ..workspace.shipped_schemas import has_no_schemas

        if where["schemas"] is None and has_no_schemas(where["config"]):
            where = use_shipped_schemas(where)
        else:
            _warn_without_models(where)
        return function(where=where, **options)

    return wrapped


def _warn_without_models(where: SchemasOptions) -> None:
    """Say so if the folder has no document, as a wrong one does."""
    from ..store.schemas_folder import has_documents
    from ..workspace.project import open_project

    folder = open_project(where["schemas"], where["config"]).config.schemas
    try:
        empty = folder.is_dir() and not has_documents(folder)
    except (CodegenError, OSError):
        return  # the command reports it
    if empty:
        say(
            f"warning: there is no model in {folder}: is it your folder of schemas?"
            " `runcomfy-codegen import` adds models to it",
            on_stderr=True,
        )


def use_shipped_schemas(where: Folders) -> Folders:
    """The same folders with the schemas that ship with the tool. Says so on stderr."""
    from ..workspace.project import open_project
    from ..workspace.shipped_schemas import SHIPPED

    folder = open_project(None, where["config"]).config.schemas
    say(
        f"no folder of schemas at {folder}: using the schemas that ship with"
        f" runcomfy-codegen {__version__}",
        on_stderr=True,
    )
    where = where.copy()
    where["schemas"] = SHIPPED
    return where


format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Text for people, or one JSON document on stdout.",
)


def report_format_option(
    command: str,
) -> Callable[[Callable[..., Returned]], Callable[..., Returned]]:
    """``--format`` with the formats that the command offers."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(format_names(command)),
        default="text",
        show_default=True,
        help="Text for people, or one document on stdout for machines.",
    )


models_option = click.option(
    "--models",
    multiple=True,
    metavar="GLOB",
    help="Only these models; * also matches /.  [default: from the configuration, else as last time]",
)

package_option = click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="Folder of the package.  [default: from the configuration]",
)

client_option = click.option(
    "--client", metavar="NAME", help="Only this client of the configuration."
)

locale_option = click.option("--locale", help="Language of the published texts.")


class _JournalAddress(click.Path):
    """The path of a file, or the address of a database as text. It never prints a password."""

    name = "file or postgresql://…"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path | str:
        """The path, or the address of the database. Fails for an address that is neither."""
        try:
            database = is_database(value)
        except BadSetting as error:
            self.fail(str(error).replace("journal=", "--journal", 1), param, ctx)
        if database:
            return str(value)
        return Path(os.fsdecode(super().convert(str(value), param, ctx)))


journal_option = click.option(
    "--journal",
    type=_JournalAddress(path_type=Path, dir_okay=False),
    metavar="FILE",
    envvar="RUNCOMFY_JOURNAL",
    help="File that records every job before it is sent, or postgresql://… for a database.  "
    "[default: RUNCOMFY_JOURNAL, else none]",
)

files_option = click.option(
    "--output",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("out"),
    show_default=True,
    help="Folder for the downloaded files.",
)

timeout_option = click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=3600.0,
    show_default=True,
    help="Seconds to wait for the job.",
)


def check_output_folder(folder: Path) -> None:
    """Check that files can be saved in a folder, before anything is paid.

    Raises ``UsageError`` for a file in its place, ``OperationError`` if it is not writable.
    """
    import tempfile

    there = next(
        parent
        for parent in (folder, *folder.absolute().parents)
        if os.path.lexists(parent)
    )
    if not there.is_dir():
        raise UsageError(
            f"{there} is a file; --output names a folder. Nothing was sent"
        )
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise OperationError(
            f"{there}: nothing can be saved there ({error.strerror}); nothing was sent."
            " --output names another folder"
        ) from None
