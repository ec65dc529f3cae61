"""``jobs``: what a journal knows of paid jobs, those that got lost included."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import click

from runcomfy_runtime.errors import RunComfyError
from runcomfy_runtime.journal import Entry, Journal

from .connection import journal_option, trouble
from .failure import usage
from .project import Project, project_options
from .report import format_option, print_json
from .text import shown


@click.command("jobs")
@journal_option
@click.option(
    "--pending", is_flag=True, help="Only jobs that were accepted and have not ended."
)
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True)
@format_option
@project_options
def command(
    project: Project, journal: Path | None, pending: bool, limit: int, form: str
) -> None:
    """List the jobs of a journal, newest first.

    A job whose request id is unknown was sent, and nobody can say whether it was accepted;
    it is never sent again by itself.
    """
    if journal is None:
        raise usage("no journal: give --journal FILE, or set RUNCOMFY_JOURNAL")
    if not journal.exists():
        raise usage(f"{journal}: no such file")
    try:
        with Journal(journal) as kept:
            newest = kept.pending()[::-1] if pending else kept.entries(limit)
            entries = newest[:limit]
    except RunComfyError as error:
        raise trouble(error) from None
    if form == "json":
        print_json({"jobs": [_printed(entry) for entry in entries]})
        return
    for entry in entries:
        click.echo(
            shown(f"{_when(entry)}  {_state(entry):<13} {entry.model_id}  {_id(entry)}")
        )
    if not entries:
        click.echo("no jobs")


def _state(entry: Entry) -> str:
    return "unknown" if entry.unknown else entry.state or "pending"


def _id(entry: Entry) -> str:
    return entry.request_id or "no request id"


def _when(entry: Entry) -> str:
    moment = datetime.datetime.fromtimestamp(entry.meant_at, datetime.UTC)
    return moment.isoformat(sep=" ", timespec="seconds").removesuffix("+00:00")


def _printed(entry: Entry) -> dict[str, Any]:
    return {
        "model": entry.model_id,
        "request_id": entry.request_id or None,
        "state": _state(entry),
        "submitted": _when(entry),
        "token": entry.token or None,
    }
