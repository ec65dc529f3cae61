"""``cancel JOB``: take a job out of the queue."""

from __future__ import annotations

import click

from .connection import connected
from .failure import EXIT_FINDING
from .project import Project, project_options
from .report import format_option, print_json
from .text import shown


@click.command("cancel")
@click.argument("job", metavar="JOB")
@format_option
@project_options
def command(project: Project, job: str, form: str) -> None:
    """Cancel a job that is still queued, by its request id or token.

    Exits with 1 if it was not cancelled: a job that runs cannot be.
    """
    with connected() as client:
        handle = client.job(job)
        cancellation = handle.cancel()
    if form == "json":
        print_json(
            {"request_id": handle.request_id, "outcome": cancellation.outcome.value}
        )
    else:
        click.echo(shown(f"{handle.request_id}: {cancellation.outcome.value}"))
    if not cancellation.cancelled:
        raise SystemExit(EXIT_FINDING)
