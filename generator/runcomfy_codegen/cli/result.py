"""``result JOB``: wait for a job, and download its files."""

from __future__ import annotations

from pathlib import Path

import click

from .connection import connected
from .interruption import following
from .outcome import folder_option, print_result, timeout_option
from .progress import download_progress, job_progress
from .project import Project, project_options
from .report import format_option


@click.command("result")
@click.argument("job", metavar="JOB")
@folder_option
@timeout_option
@format_option
@project_options
def command(
    project: Project, job: str, folder: Path, timeout: float, form: str
) -> None:
    """Wait for a job, by its request id or token, and download its files."""
    with connected() as client, following() as known:
        handle = client.job(job)
        with job_progress(handle.request_id) as watch:
            result = handle.result(timeout, on_update=watch)
        known.finished = result.request_id
        with download_progress() as watch_bytes:
            paths = result.download(folder, on_progress=watch_bytes)
    print_result(result, paths, form)
