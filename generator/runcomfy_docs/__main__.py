"""``python -m runcomfy_docs build`` and ``serve``, as the Makefile calls them."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from .site import build_site, made_pages, serve_site, write_pages
from .source_pages import BrokenPage

_ROOT = Path(__file__).parents[2]
_folder = click.argument(
    "folder", type=click.Path(path_type=Path), default=Path("build/docs")
)


@click.group()
def main() -> None:
    """The documentation site."""


@main.command()
@_folder
def build(folder: Path) -> None:
    """Build the site in FOLDER/site. A broken link or any other warning is an error."""
    try:
        settings = write_pages(_ROOT, folder, made_pages(_ROOT, _ROOT / "schemas"))
        site = build_site(settings)
    except BrokenPage as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"open {site / 'index.html'}")


@main.command()
@_folder
@click.option("--address", default="localhost:8080", show_default=True)
def serve(folder: Path, address: str) -> None:
    """Serve the site, and show every page again when it is edited."""
    # SIGTERM, too, must end the server that this process has started.
    signal.signal(signal.SIGTERM, _end)
    made = made_pages(_ROOT, _ROOT / "schemas")
    try:
        serve_site(_ROOT, folder, made, address, _report)
    except BrokenPage as error:
        raise click.ClickException(str(error)) from None
    except KeyboardInterrupt:
        pass


def _end(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


def _report(broken: BrokenPage) -> None:
    click.echo(f"not shown: {broken}", err=True)


if __name__ == "__main__":
    main()
