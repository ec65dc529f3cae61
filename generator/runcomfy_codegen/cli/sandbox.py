"""``sandbox``: the whole API on this machine, from the schemas."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

import click

from ..ir.document import Document
from ..ir.json_text import members
from ..ir.model import Model
from ..sandbox import Sandbox
from ..store.schemas import read_all
from .failure import Failure
from .project import Project, project_options
from .report import print_diagnostics


@click.command("sandbox")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="0 picks a free one and prints it.",
)
@click.option(
    "--speed",
    type=click.FloatRange(0, min_open=True),
    default=1.0,
    show_default=True,
    help="2 makes jobs take half the time.",
)
@project_options
def command(project: Project, port: int, speed: float) -> None:
    """Serve the whole API on this machine, from the schemas.

    Without a key, a network or a bill: any Bearer token is accepted, jobs complete within
    ten seconds, and their outputs are small real files.
    """
    catalog = project.catalog()
    print_diagnostics(catalog.diagnostics)
    models = {model.model_id: model for model in catalog.models}
    if not models:
        raise Failure(f"no model in {project.config.schemas} to serve")
    sandbox = open_sandbox(project, models, port=port, speed=speed)
    _introduce(sandbox, next(iter(models)), len(models))
    with contextlib.suppress(KeyboardInterrupt):
        sandbox.serve()


def open_sandbox(
    project: Project, models: Mapping[str, Model], *, port: int = 0, speed: float = 1.0
) -> Sandbox:
    """A sandbox of these models, listening. Raises ``Failure`` if the port is taken."""
    try:
        return Sandbox(models, entries=_entries(project), port=port, speed=speed)
    except OSError as error:
        raise Failure(
            f"port {port} cannot be had: {error.strerror}; --port 0 picks a free one"
        ) from None


def _entries(project: Project) -> dict[str, Mapping[str, Any]]:
    """What the catalog publishes of each model, its input schema word for word."""
    found: dict[str, Mapping[str, Any]] = {}
    for _, document in read_all(project.config.schemas).documents:
        if document.model_id not in found or document.locale == project.config.locale:
            found[document.model_id] = _entry(document)
    return found


def _entry(document: Document) -> dict[str, Any]:
    facts = members(document.facts.value()) if document.facts is not None else {}
    told = {"display_name": document.title, "description": document.description}
    return {
        **facts,
        **{name: text for name, text in told.items() if text},
        "input_schema": document.input_schema.value(),
    }


def _introduce(sandbox: Sandbox, model_id: str, number: int) -> None:
    click.echo(
        f"RunComfy sandbox with {number} models at {sandbox.url}  (Ctrl-C ends it)\n"
    )
    click.echo("Point a client at it:")
    click.echo(f"  export RUNCOMFY_BASE_URL={sandbox.url}")
    click.echo(f"  export RUNCOMFY_TOKEN={sandbox.token}\n")
    click.echo("Or the published curl lines, with the host replaced:")
    click.echo(
        f'  curl {sandbox.url}/v1/models -H "Authorization: Bearer {sandbox.token}"'
    )
    click.echo(f"  curl {sandbox.url}/v1/models/{model_id} \\")
    click.echo(f'    -H "Authorization: Bearer {sandbox.token}"')
