"""``limits``: the stated limits of models, as ``limits/`` has them."""

from __future__ import annotations

from pathlib import Path

import click

from .. import api
from ..errors import EXIT_FINDING
from .console import print_diagnostics, print_json, terminal_safe
from .options import ProjectOptions, format_option, locale_option, project_options
from .suggesting_group import SuggestingGroup


@click.group("limits", cls=SuggestingGroup)
def command() -> None:
    """Check the limits that descriptions state, as limits/ has them, or draft them.

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
        print_json(
            {"diagnostics": [diagnostic.printed() for diagnostic in result.diagnostics]}
        )
    else:
        print_diagnostics(result.diagnostics)
        files = f"{result.files} file{'s' * (result.files != 1)}"
        click.echo(f"{result.applied} limits apply, from {files}")
    if not result.ok:
        raise SystemExit(EXIT_FINDING)


@command.command("suggest")
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@click.option(
    "--write",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write a file for each model below this folder. Files that exist are kept.",
)
@locale_option
@format_option
@project_options
def suggest(
    where: ProjectOptions,
    models: tuple[str, ...],
    write: Path | None,
    locale: str | None,
    form: str,
) -> None:
    """Draft limits from the descriptions of models, for you to review.

    MODEL is an id, or a glob over whole ids. Prints the TOML of a file of limits for each
    model, with the words that it does not draft as comments: read those yourself. A draft is
    no limit before you have put it into limits/.
    """
    from ..workspace.limits import result_json

    result = api.suggest_limits(*models, **where, locale=locale, write=write)
    if form == "json":
        print_json(result_json(result))
    elif write is None:
        shown = [
            suggestion.text
            for suggestion in result.suggested
            if models or suggestion.drafts
        ]
        click.echo("\n".join(shown), nl=False)
    print_diagnostics(result.diagnostics)
    for path in result.written:
        click.echo(f"wrote {terminal_safe(path.as_posix())}", err=True)
    for path in result.kept:
        click.echo(f"kept {terminal_safe(path.as_posix())}: it exists", err=True)
    if not result.ok:
        raise SystemExit(EXIT_FINDING)
