"""``run MODEL FILE``: submit, wait, download."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from pathlib import Path
from typing import Any

import click

from ..errors import EXIT_FINDING
from ..ir.model import Model
from ..workspace.local_sandbox import open_sandbox
from ..workspace.project import Project, open_project
from ..workspace.validate import TemporaryClient, read_document, temporary_client
from .console import download_progress, job_progress
from .job_progress import follow_job, job_failure, print_result
from .options import (
    ProjectOptions,
    files_option,
    format_option,
    journal_option,
    project_options,
    timeout_option,
)
from .validate import print_input_report


@click.command("run")
@click.argument("model_id", metavar="MODEL")
@click.argument("file", metavar="FILE")
@files_option
@timeout_option
@click.option(
    "--sandbox", is_flag=True, help="Run in the embedded sandbox: free, no key."
)
@journal_option
@format_option
@project_options
def command(
    where: ProjectOptions,
    model_id: str,
    file: str,
    folder: Path,
    timeout: float,
    sandbox: bool,
    journal: Path | str | None,
    form: str,
) -> None:
    """Run a model with an input document (JSON, - for standard input).

    Checks the document first. If it is wrong, prints the problems and sends nothing. Reads
    the token from RUNCOMFY_TOKEN, and the server from RUNCOMFY_BASE_URL.
    """
    project = open_project(**where)
    document = read_document(file)
    model, _ = project.model(model_id)
    with (
        temporary_client(project, model) as generated,
        _connected(project, model, generated, journal, sandbox=sandbox) as client,
    ):
        report = client.validate(generated.module.Input, document)
        if not report.ok:
            print_input_report(report)
            raise SystemExit(EXIT_FINDING)
        try:
            with follow_job(lasting=not sandbox) as known:
                with job_progress(model_id) as report_progress:
                    result = client.run(
                        generated.module.Input(**document),
                        timeout=timeout,
                        on_update=report_progress,
                    )
                known.finished = result.request_id
                with download_progress() as watch_bytes:
                    paths = result.download(folder, on_progress=watch_bytes)
        except generated.client.RunComfyError as error:
            raise job_failure(error) from None
    print_result(result, paths, form)


@contextlib.contextmanager
def _connected(
    project: Project,
    model: Model,
    generated: TemporaryClient,
    journal: Path | str | None,
    *,
    sandbox: bool,
) -> Generator[Any]:
    """A client of RunComfy, or of a sandbox that exists for the block."""
    if not sandbox:
        with generated.client.RunComfy(journal=journal) as client:
            yield client
        return
    with (
        open_sandbox(project, {model.model_id: model}) as served,
        generated.client.RunComfy(
            base_url=served.url, token=served.token, journal=journal
        ) as client,
    ):
        yield client
