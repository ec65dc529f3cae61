"""A client of the API for one command, and its errors as failures of the command."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.errors import RunComfyError

from .failure import Failure
from .interruption import going_on
from .text import shown

journal_option = click.option(
    "--journal",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="RUNCOMFY_JOURNAL",
    help="File that notes every job before it is paid.  [default: RUNCOMFY_JOURNAL, else none]",
)


@contextmanager
def connected(journal: Path | None = None) -> Generator[RunComfy]:
    """A client with token and server from the environment. Raises ``Failure``."""
    with RunComfy(journal=journal) as client:
        try:
            yield client
        except RunComfyError as error:
            raise trouble(error) from None


def trouble(error: Exception) -> Failure:
    """What happened, and the job it happened to: it may be paid for."""
    job: Any = getattr(error, "job", None)
    text = str(error)
    if job is not None and job.request_id not in text:
        text += f"; the job is {job.request_id}"
    # A deadline or a lost connection: the job itself may go on.
    unfinished = isinstance(error, (TimeoutError, ConnectionError))
    if job is not None and unfinished and getattr(error, "may_be_billed", False):
        text += f"\n{going_on(job.token())}"
    return Failure(shown(text))
