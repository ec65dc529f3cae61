"""``limits``: the stated limits of models, as ``limits/`` has them."""

from __future__ import annotations

import click

from .. import api
from ..errors import EXIT_FINDING
from .console import print_diagnostics, print_json
from .options import ProjectOptions, format_option, project_options


@click.group("limits")
def command() -> None:
    """Check the limits that descriptions state, as limits/ has them.

    Every command takes --schemas, --limits and --config.
    """


@command.command("check")
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@format_option
@project_options
def check(where: ProjectOptions, models: tuple[str, ...], form: str) -> None:
    """Check that every stated limit is still published, well-formed and possible.

    MODEL is an id, or a glob over whole ids. Exits with 1 for a limit that is stale,
    malformed, contradictory or impossible; one that the schema implies is only reported.
    """
    result = api.check_limits(*models, **where)
    if form == "json":
        print_json({"diagnostics": [found.printed() for found in result.diagnostics]})
    else:
        print_diagnostics(result.diagnostics)
        files = f"{result.files} file{'s' * (result.files != 1)}"
        click.echo(f"{result.applied} limits apply, from {files}")
    if not result.ok:
        raise SystemExit(EXIT_FINDING)
