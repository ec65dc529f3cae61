"""``sandbox``: serve the whole API on this machine, from the schemas."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import click

from ..errors import OperationError
from ..ir.model import Model
from ..sandbox import Sandbox, SandboxVirtualClock
from ..sandbox.settings import SandboxOptions
from ..store.schemas_folder import read_all
from ..workspace.local_sandbox import (
    curl_lines,
    example_of,
    open_sandbox,
    read_scenario,
)
from ..workspace.project import Project, open_project
from .console import print_diagnostics
from .options import ProjectOptions, project_options, shipped_schemas_allowed


@click.command("sandbox")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="0 picks a free port and prints it.",
)
@click.option(
    "--speed",
    type=click.FloatRange(0, min_open=True),
    default=1.0,
    show_default=True,
    help="With 2, jobs take half the time.",
)
@click.option(
    "--drive",
    type=click.Choice(["time", "polls", "steps"]),
    help="What advances a job: time (the default), each status request, or a manual step.",
)
@click.option(
    "--polls",
    type=click.IntRange(0),
    nargs=2,
    metavar="QUEUED RUNNING",
    help="Implies --drive polls: the number of answers in each state.  [default: 2 2]",
)
@click.option(
    "--virtual-clock",
    is_flag=True,
    help="Stop the time; POST /sandbox/clock?advance=SECONDS advances it.",
)
@click.option(
    "--validation",
    type=click.Choice(["reject", "warn", "off"]),
    default="reject",
    show_default=True,
    help="What to do with inputs that break the schema.",
)
@click.option("--seed", help="The same seed gives the same ids, durations and files.")
@click.option(
    "--balance",
    type=float,
    default=100.0,
    show_default=True,
    help="US dollars that each token starts with; negative for debts.",
)
@click.option(
    "--workers",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Number of jobs of a token that run at once; 0 for no limit.",
)
@click.option(
    "--scenario",
    type=click.Path(path_type=Path, dir_okay=False),
    help="TOML file of faults to simulate; docs/sandbox.md lists them.",
)
@click.option(
    "--state",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File that keeps jobs, bill, journal and virtual time for the next start.",
)
@project_options
@shipped_schemas_allowed
def command(
    where: ProjectOptions,
    port: int,
    scenario: Path | None,
    state: Path | None,
    virtual_clock: bool,
    **chosen: Any,
) -> None:
    """Serve the whole API on this machine, from the schemas.

    Needs no key and no network, and costs nothing: accepts any Bearer token, completes jobs
    within ten seconds, and returns small real files.
    """
    project = open_project(**where)
    catalog = project.built_catalog()
    print_diagnostics(catalog.diagnostics)
    models = catalog.by_id
    if not models:
        raise OperationError(f"there is no model in {project.config.schemas} to serve")
    options = _options(chosen, scenario)
    clock = SandboxVirtualClock() if virtual_clock else None
    sandbox = open_sandbox(
        project, models, port=port, state=state, clock=clock, **options
    )
    _introduce(sandbox, project, models)
    with contextlib.suppress(KeyboardInterrupt):
        sandbox.serve()


def _options(chosen: Mapping[str, Any], scenario: Path | None) -> SandboxOptions:
    """The options that were given; the others have their defaults in the sandbox."""
    given = {name: value for name, value in chosen.items() if value is not None}
    if "polls" in given:
        given.setdefault("drive", "polls")
    if scenario is not None:
        given["scenario"] = read_scenario(scenario)
    return cast("SandboxOptions", given)


def _introduce(sandbox: Sandbox, project: Project, models: Mapping[str, Model]) -> None:
    url, token = sandbox.url, sandbox.token
    click.echo(
        f"RunComfy sandbox with {len(models)} models at {url}  (Ctrl-C ends it)\n"
    )
    click.echo("Point a client to it:")
    click.echo(f"  export RUNCOMFY_BASE_URL={url}")
    click.echo(f"  export RUNCOMFY_TOKEN={token}\n")
    click.echo(f"Watch the jobs: {sandbox.watch_url}")
    click.echo(f"All calls, as OpenAPI: {url}/openapi.json")
    click.echo(f"The secret for the calls below /sandbox: {sandbox.secret}\n")
    documents = (document for _, document in read_all(project.config.schemas).documents)
    example = example_of(models, documents)
    if example is not None:
        click.echo("Or use the published curl lines with this host:\n")
        click.echo(curl_lines(url, token, example))
