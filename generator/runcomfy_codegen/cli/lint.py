"""``lint [MODEL…]``: report what is wrong or contradictory in the schemas."""

from __future__ import annotations

from collections.abc import Iterable

import click

from .. import api
from ..errors import EXIT_FINDING
from ..ir.diagnostic import Diagnostic, Severity
from ..lint import lint_report
from .completion import complete_models
from .console import print_report
from .options import (
    ProjectOptions,
    project_options,
    report_format_option,
    shipped_schemas_allowed,
)


@click.command("lint")
@click.argument(
    "models", nargs=-1, metavar="[MODEL]...", shell_complete=complete_models
)
@click.option(
    "--select", multiple=True, metavar="CODE", help="Report only these codes."
)
@click.option("--ignore", multiple=True, metavar="CODE", help="Do not report these.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "never"]),
    default="error",
    show_default=True,
    help="Exit with 1 for diagnostics of this severity or worse.",
)
@report_format_option("lint")
@project_options
@shipped_schemas_allowed
def command(
    where: ProjectOptions,
    models: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str,
    form: str,
) -> None:
    """Report what is wrong or contradictory in the published schemas.

    MODEL is an id, or a glob over whole ids. CODE is a code, a glob over codes, or several
    of them separated by commas.
    """
    result = api.lint(*models, **where, select=_split(select), ignore=_split(ignore))
    print_report(lint_report(result.diagnostics, result.schemas.as_posix()), form)
    if _fails(result.diagnostics, fail_on):
        raise SystemExit(EXIT_FINDING)


def _split(values: Iterable[str]) -> tuple[str, ...]:
    """The codes in these values; a value may have several, separated by commas."""
    words = (word.strip() for value in values for word in value.split(","))
    return tuple(word for word in words if word)


def _fails(diagnostics: Iterable[Diagnostic], fail_on: str) -> bool:
    if fail_on == "never":
        return False
    order = list(Severity)
    worst = order.index(Severity(fail_on))
    return any(order.index(diagnostic.severity) <= worst for diagnostic in diagnostics)
