"""``result JOB``: wait for a job, and download its files."""

from __future__ import annotations

from pathlib import Path

import click

from .connection import connected
from .progress import download_progress, job_progress
from .project import Project, project_options
from .run import print_result


@click.command("result")
@click.argument("job", metavar="JOB")
@click.option(
    "--output",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("out"),
    show_default=True,
    help="Folder for the files of the result.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=3600.0,
    show_default=True,
    help="Seconds to wait for the job.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@project_options
def command(
    project: Project, job: str, folder: Path, timeout: float, form: str
) -> None:
    """Wait for a job, by its request id or token, and download its files."""
    with connected() as client:
        handle = client.job(job)
        with job_progress(handle.request_id) as watch:
            result = handle.result(timeout, on_update=watch)
        with download_progress() as watch_bytes:
            paths = result.download(folder, on_progress=watch_bytes)
    print_result(result, paths, form)
