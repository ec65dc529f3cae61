"""The end of a job on the command line: how long to wait, where its files go, what is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .report import print_json
from .text import shown

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


def print_result(result: Any, paths: list[Path], form: str) -> None:
    """The answer as it came and the files, or only where the files are."""
    if form == "json":
        print_json({**result.raw, "files": [str(path) for path in paths]})
        return
    click.echo(shown(f"request {result.request_id}"))
    for path in paths:
        click.echo(str(path))
