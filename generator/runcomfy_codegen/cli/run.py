"""``run MODEL KEY=VALUE…``: submit, wait, download."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import click

from runcomfy_runtime.input_checks import StatedLimits
from runcomfy_runtime.report import Report

from ..errors import EXIT_FINDING, UsageError
from ..ir.model import Model
from ..workspace.input_arguments import InputArguments
from ..workspace.local_files import inline_local_files
from ..workspace.local_sandbox import open_sandbox
from ..workspace.project import Project, open_project
from ..workspace.validate import TemporaryClient, temporary_client
from .console import command_line, print_json, say
from .followed_job import follow_job, job_failure, print_result
from .model_input import InputCommand, model_and_input, print_json_hint, read_call
from .options import (
    ProjectOptions,
    check_output_folder,
    files_option,
    format_option,
    journal_option,
    project_options,
    shipped_schemas_allowed,
    timeout_option,
)
from .progress_bars import download_progress, job_progress
from .validate import print_input_report


@dataclass(frozen=True, slots=True)
class _Call:
    """A client, the checked input, and what the user wants of the job."""

    client: Any
    generated: TemporaryClient
    model_id: str
    document: Mapping[str, Any]
    form: str
    lasting: bool

    @property
    def input(self) -> Any:
        """The input as the generated client takes it."""
        return self.generated.module.Input(**self.document)


@click.command("run", cls=InputCommand)
@model_and_input
@files_option
@timeout_option
@click.option(
    "--sandbox", is_flag=True, help="Run in the embedded sandbox: free, no key."
)
@click.option(
    "--no-wait",
    is_flag=True,
    help="Print the job's id and the command that waits for it, and exit.",
)
@click.option(
    "--stated-limits",
    type=click.Choice(get_args(StatedLimits)),
    default="enforce",
    show_default=True,
    help="Whether limits that only the model's description states refuse the input.",
)
@journal_option
@format_option
@project_options
@shipped_schemas_allowed
def command(
    where: ProjectOptions,
    model_id: str,
    arguments: tuple[str, ...],
    folder: Path,
    timeout: float,
    sandbox: bool,
    no_wait: bool,
    stated_limits: str,
    journal: Path | str | None,
    form: str,
) -> None:
    """Run a model: submit a job, wait for it, download its files.

    The input is KEY=VALUE for each field, or a JSON FILE (- for standard input), or both.
    KEY=VALUE is read by the type of the field; repeat it for a list. KEY:=JSON gives any
    value, and KEY=@PATH a local file. Local media files are sent inside the request.

    Checks the input first. If it is wrong, prints the problems and sends nothing. Reads
    the token from RUNCOMFY_TOKEN, and the server from RUNCOMFY_BASE_URL.
    """
    if no_wait and sandbox:
        raise UsageError(
            "--no-wait needs a server that lasts; start one with `runcomfy-codegen sandbox`"
        )
    if not no_wait:
        check_output_folder(folder)
    project = open_project(**where)
    model, given = read_call(project, model_id, arguments)
    settings = {"journal": journal, "stated_limits": stated_limits}
    with (
        temporary_client(project, model) as generated,
        _connected(project, model, generated, settings, sandbox=sandbox) as client,
    ):
        document = _checked(client, generated, model, given)
        call = _Call(client, generated, model_id, document, form, lasting=not sandbox)
        try:
            _submit(call) if no_wait else _run(call, folder, timeout)
        except generated.client.RunComfyError as error:
            raise job_failure(error) from None


def _checked(
    client: Any, generated: TemporaryClient, model: Model, given: InputArguments
) -> dict[str, Any]:
    """The document with its local files in it. Ends the command if it is wrong."""
    document, unreadable = inline_local_files(model, given.document, given.folder)
    report = _joined(unreadable, client.validate(generated.module.Input, document))
    if not report.ok:
        print_input_report(report)
        print_json_hint(report, given.typed)
        raise SystemExit(EXIT_FINDING)
    return document


def _joined(files: Report, report: Report) -> Report:
    """Both reports; what is wrong with a file is said once."""
    known = {problem.pointer for problem in files.problems}
    rest = (problem for problem in report.problems if problem.pointer not in known)
    return Report((*files.problems, *rest))


def _run(call: _Call, folder: Path, timeout: float) -> None:
    """Wait for the job, and download its files."""
    with follow_job(lasting=call.lasting) as known:
        with job_progress(call.model_id) as report_progress:
            result = call.client.run(
                call.input, timeout=timeout, on_update=report_progress
            )
        known.finished = result.request_id
        with download_progress() as watch_bytes:
            paths = result.download(folder, on_progress=watch_bytes)
    print_result(result, paths, call.form)


def _submit(call: _Call) -> None:
    """Submit the job, and say how to wait for it."""
    with follow_job():
        job = call.client.submit(call.input)
    token = job.token()
    following = command_line("result", token)
    if call.form == "json":
        content = {"request_id": job.request_id, "token": token, "next": following}
        print_json({"model": call.model_id, **content})
        return
    say(f"request {job.request_id}")
    say(f"next: {following}")


@contextlib.contextmanager
def _connected(
    project: Project,
    model: Model,
    generated: TemporaryClient,
    settings: Mapping[str, Any],
    *,
    sandbox: bool,
) -> Generator[Any]:
    """A client of RunComfy, or of a sandbox that exists for the block."""
    if not sandbox:
        with generated.client.RunComfy(**settings) as client:
            yield client
        return
    # Where the client enforces no limits, the sandbox must not do it.
    if settings["stated_limits"] != "enforce":
        model = replace(model, limits=())
    with (
        open_sandbox(project, {model.model_id: model}) as served,
        generated.client.RunComfy(
            base_url=served.url, token=served.token, **settings
        ) as client,
    ):
        yield client
