"""``lint [MODEL…]``: what is wrong or contradictory in the published schemas."""

from __future__ import annotations

from collections.abc import Iterable

import click

from ..ir.diagnostic import Diagnostic, Severity
from ..lint.run import is_selected, lint, lint_report
from ..workspace.lint import placed, refuse_misspelled, wanted_ids
from ..workspace.project import Project
from .console import EXIT_FINDING, print_report
from .options import project_options, report_format_option


@click.command("lint")
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@click.option("--select", "selected", multiple=True, metavar="CODE", help="Only these.")
@click.option("--ignore", multiple=True, metavar="CODE", help="All but these.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "never"]),
    default="error",
    show_default=True,
    help="Exit with 1 for diagnostics as bad as this, or worse.",
)
@report_format_option("lint")
@project_options
def command(
    project: Project,
    models: tuple[str, ...],
    selected: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: str,
    form: str,
) -> None:
    """Say what is wrong or contradictory in the published schemas.

    MODEL is an id, or a glob over whole ids. CODE is a code or a glob over codes, or
    several of them with commas between.
    """
    selected, ignore = _listed(selected), _listed(ignore)
    catalog = project.catalog()
    refuse_misspelled((*selected, *ignore), catalog.diagnostics)
    wanted = wanted_ids(catalog.models, catalog.failed, models)
    noticed = (*catalog.diagnostics, *placed(lint(catalog.models), project))
    found = [
        each
        for each in noticed
        if (wanted is None or each.model in wanted)
        and is_selected(each.code, select=selected, ignore=ignore)
    ]
    print_report(lint_report(found, project.config.schemas.as_posix()), form)
    if _fails(found, fail_on):
        raise SystemExit(EXIT_FINDING)


def _listed(told: Iterable[str]) -> tuple[str, ...]:
    """Codes given one by one, or several with commas between them."""
    words = (word.strip() for each in told for word in each.split(","))
    return tuple(word for word in words if word)


def _fails(found: Iterable[Diagnostic], fail_on: str) -> bool:
    if fail_on == "never":
        return False
    order = list(Severity)
    worst = order.index(Severity(fail_on))
    return any(order.index(each.severity) <= worst for each in found)
