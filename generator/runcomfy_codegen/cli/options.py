"""The options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from ..reports.formats import format_names
from ..workspace.configuration import find_config, read_config
from ..workspace.project import Project

Returned = TypeVar("Returned")

journal_option = click.option(
    "--journal",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="RUNCOMFY_JOURNAL",
    help="File that notes every job before it is paid.  [default: RUNCOMFY_JOURNAL, else none]",
)

folder_option = click.option(
    "--output",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("out"),
    show_default=True,
    help="Folder for the files of the result.",
)

timeout_option = click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=3600.0,
    show_default=True,
    help="Seconds to wait for the job.",
)


def report_format_option(
    command: str,
) -> Callable[[Callable[..., Returned]], Callable[..., Returned]]:
    """``--format`` of a command that reports, with the formats that it offers."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(format_names(command)),
        default="text",
        show_default=True,
        help="For people, or for machines: one document on stdout.",
    )


def project_options(function: Callable[..., Returned]) -> Callable[..., Returned]:
    """Give a command ``--schemas`` and ``--config``, and a ``Project`` made of them."""

    @click.option(
        "--schemas",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder of published documents.  [default: from the configuration, else schemas/]",
    )
    @click.option(
        "--config",
        "config_file",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Configuration file.  [default: runcomfy-codegen.toml or pyproject.toml]",
    )
    @wraps(function)
    def wrapped(
        schemas: Path | None, config_file: Path | None, **options: Any
    ) -> Returned:
        config = read_config(config_file) if config_file else find_config(Path())
        if schemas is not None:
            config = replace(config, schemas=schemas)
        return function(project=Project(config), **options)

    return wrapped


format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people, or one JSON document on stdout.",
)
