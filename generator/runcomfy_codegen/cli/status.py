"""``status JOB``: the state of a job, by its request id or token."""

from __future__ import annotations

from typing import Any

import click

from .connection import connected
from .project import Project, project_options
from .report import format_option, print_json
from .text import shown


@click.command("status")
@click.argument("job", metavar="JOB")
@format_option
@project_options
def command(project: Project, job: str, form: str) -> None:
    """Tell the state of a job, by its request id or token."""
    with connected() as client:
        status = client.job(job).status()
    if form == "json":
        told: dict[str, Any] = {
            "request_id": status.request_id,
            "status": status.state,
            "queue_position": status.queue_position,
        }
        print_json({name: value for name, value in told.items() if value is not None})
        return
    place = (
        "" if status.queue_position is None else f", position {status.queue_position}"
    )
    click.echo(shown(f"{status.request_id}: {status.state}{place}"))
