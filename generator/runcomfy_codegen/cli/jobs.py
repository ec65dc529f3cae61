"""``status``, ``result``, ``cancel`` and ``jobs``: paid jobs, by request id, token or journal."""

from __future__ import annotations

import datetime
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from runcomfy_runtime.client_config import ServerSettings, open_journal
from runcomfy_runtime.errors import NotConfigured, RunComfyError
from runcomfy_runtime.journal import (
    Journal,
    JournalEntry,
    batch_counts,
    entries_of_batch,
)
from runcomfy_runtime.journal_jobs import settled_handle

from ..errors import EXIT_FINDING, UsageError
from .console import print_json, terminal_safe
from .followed_job import connected, follow_job, job_failure, print_result
from .options import (
    SchemasOptions,
    check_output_folder,
    files_option,
    format_option,
    journal_option,
    schemas_options,
    timeout_option,
)
from .progress_bars import download_progress, job_progress
from .suggesting_group import SuggestingGroup


@click.command("status")
@click.argument("job", metavar="JOB")
@format_option
@schemas_options
def status(where: SchemasOptions, job: str, form: str) -> None:
    """Print the state of a job. JOB is its request id or token."""
    with connected() as client:
        status = client.job(job).status()
    if form == "json":
        fields: dict[str, Any] = {
            "request_id": status.request_id,
            "status": status.state,
            "queue_position": status.queue_position,
        }
        print_json({name: value for name, value in fields.items() if value is not None})
        return
    place = (
        "" if status.queue_position is None else f", position {status.queue_position}"
    )
    click.echo(terminal_safe(f"{status.request_id}: {status.state}{place}"))


@click.command("result")
@click.argument("job", metavar="JOB")
@files_option
@timeout_option
@format_option
@schemas_options
def result(
    where: SchemasOptions, job: str, folder: Path, timeout: float, form: str
) -> None:
    """Wait for a job and download its files. JOB is its request id or token."""
    check_output_folder(folder)
    with connected() as client, follow_job() as known:
        handle = client.job(job)
        with job_progress(handle.request_id) as report_progress:
            result = handle.result(timeout, on_update=report_progress)
        known.finished = result.request_id
        with download_progress() as watch_bytes:
            paths = result.download(folder, on_progress=watch_bytes)
    print_result(result, paths, form)


@click.command("cancel")
@click.argument("job", metavar="JOB")
@format_option
@schemas_options
def cancel(where: SchemasOptions, job: str, form: str) -> None:
    """Cancel a job that is still queued. JOB is its request id or token.

    Exits with 1 if the job was not cancelled: a running job cannot be cancelled.
    """
    with connected() as client:
        handle = client.job(job)
        cancellation = handle.cancel()
    if form == "json":
        print_json(
            {"request_id": handle.request_id, "outcome": cancellation.outcome.value}
        )
    else:
        click.echo(terminal_safe(f"{handle.request_id}: {cancellation.outcome.value}"))
    if not cancellation.cancelled:
        raise SystemExit(EXIT_FINDING)


@click.group("jobs", cls=SuggestingGroup, invoke_without_command=True)
@journal_option
@click.option(
    "--pending", is_flag=True, help="Only jobs that were accepted and have not ended."
)
@click.option(
    "--batch", metavar="NAME", help="Only the jobs of a named batch, and counts."
)
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True)
@format_option
@schemas_options
@click.pass_context
def jobs(
    context: click.Context,
    where: SchemasOptions,
    journal: Path | str | None,
    pending: bool,
    batch: str | None,
    limit: int,
    form: str,
) -> None:
    """List the jobs in a journal, newest first.

    A job without a request id was sent, but it is unknown whether it was accepted. It is
    never sent again automatically: `jobs settle` decides it.
    """
    context.obj = journal
    if context.invoked_subcommand is not None:
        return
    with _opened(journal) as kept:
        entries = _listed(kept, pending, batch, limit)
        counts = None if batch is None else dict(batch_counts(kept, batch))
    if form == "json":
        listed: dict[str, Any] = {"jobs": [_printed(entry) for entry in entries]}
        print_json(
            listed if counts is None else {"batch": batch, "counts": counts, **listed}
        )
        return
    if counts:
        total = sum(counts.values())
        states = ", ".join(f"{count} {word}" for word, count in counts.items())
        click.echo(terminal_safe(f"{batch}: {total} jobs: {states}"))
    for entry in entries:
        click.echo(
            terminal_safe(
                f"{_when(entry)}  {entry.word:<13} {entry.model_id}  {_id(entry)}"
            )
        )
    if not entries:
        click.echo("no jobs")


@jobs.command("settle")
@click.argument("reference", metavar="REFERENCE")
@click.option(
    "--not-accepted",
    is_flag=True,
    help="RunComfy shows no such job. A batch submits it again.",
)
@click.option("--request-id", metavar="ID", help="The id that RunComfy shows for it.")
@journal_option
@click.pass_context
def settle(
    context: click.Context,
    reference: str,
    not_accepted: bool,
    request_id: str | None,
    journal: Path | str | None,
) -> None:
    """Decide a job of which it is unknown whether it was accepted.

    REFERENCE is what `jobs` lists in place of a request id. Look at your requests on
    RunComfy first: a job that is called not accepted, and was, is paid for twice.
    """
    if not_accepted == (request_id is not None):
        raise UsageError("give one of --not-accepted and --request-id ID")
    with _opened(journal or context.obj) as kept:
        handle = None
        if request_id is not None:
            server = ServerSettings().server
            handle = settled_handle(kept.find(reference), request_id, server)
        kept.settle(reference, handle)
    click.echo(terminal_safe(f"{reference}: {request_id or 'not accepted'}"))


@contextmanager
def _opened(journal: Path | str | None) -> Generator[Journal]:
    """The journal in a database or at a path, which must exist."""
    if journal is None:
        raise UsageError("no journal; give --journal FILE, or set RUNCOMFY_JOURNAL")
    if isinstance(journal, Path) and not journal.exists():
        raise UsageError(f"{journal}: no such file")
    try:
        kept = open_journal(journal)
        assert kept is not None
        try:
            yield kept
        finally:
            kept.close()
    except NotConfigured as error:
        raise UsageError(str(error)) from None
    except RunComfyError as error:
        raise job_failure(error) from None


def _listed(
    journal: Journal, pending: bool, batch: str | None, limit: int
) -> list[JournalEntry]:
    """The entries that were asked for, newest first."""
    if batch is not None:
        entries = entries_of_batch(journal, batch)
        own = [entry for entry in entries if entry.batch == batch]
        chosen = [entry for entry in own if entry.pending or not pending]
        newest = sorted(chosen, key=lambda entry: entry.meant_at, reverse=True)
    else:
        newest = list(journal.pending()[::-1] if pending else journal.entries(limit))
    return newest[:limit]


def _id(entry: JournalEntry) -> str:
    return entry.request_id or f"no request id, reference {entry.reference}"


def _when(entry: JournalEntry) -> str:
    moment = datetime.datetime.fromtimestamp(entry.meant_at, datetime.UTC)
    return moment.isoformat(sep=" ", timespec="seconds").removesuffix("+00:00")


def _printed(entry: JournalEntry) -> dict[str, Any]:
    return {
        "model": entry.model_id,
        "request_id": entry.request_id or None,
        "reference": entry.reference,
        "batch": entry.batch or None,
        "owner": entry.owner or None,
        "state": entry.word,
        "submitted": _when(entry),
        "token": entry.token or None,
    }
