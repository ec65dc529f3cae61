"""Following a job: connect, explain errors and interruptions, print the result."""

from __future__ import annotations

import signal
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import click

from runcomfy_runtime.client import RunComfy
from runcomfy_runtime.errors import BadSetting, MissingToken, RunComfyError
from runcomfy_runtime.lifecycle.steps import RESUME_LABEL
from runcomfy_runtime.responses import as_object

from ..errors import (
    EXIT_INTERRUPTED,
    EXIT_TERMINATED,
    CodegenError,
    CommandStopped,
    OperationError,
)
from ..workspace.live_catalog import not_configured, server_hint
from .console import print_json, terminal_safe

_NOT_CONFIGURED = {MissingToken.__name__, BadSetting.__name__}
"""By name: a generated client has classes of its own."""


@contextmanager
def connected() -> Generator[RunComfy]:
    """A client with token and server from the environment. Raises ``CodegenError``."""
    from ..workspace.first_contact import FirstContact  # httpx is slow to import

    with RunComfy(transport=FirstContact()) as client:
        try:
            yield client
        except RunComfyError as error:
            raise job_failure(error) from None


def job_failure(error: Exception) -> CodegenError:
    """The error with its job, because the job may be paid for."""
    if type(error).__name__ in _NOT_CONFIGURED:
        return not_configured(error)
    job: Any = getattr(error, "job", None)
    text = str(error)
    if job is not None and job.request_id not in text:
        text += f"; the job is {job.request_id}"
    # After a timeout or a lost connection, the job itself may continue.
    unfinished = isinstance(error, (TimeoutError, ConnectionError))
    if unfinished:
        text += server_hint(unreached=isinstance(error, ConnectionError))
    if job is not None and unfinished and getattr(error, "may_be_billed", False):
        text += f"\n{result_command_hint(job.token())}"
    return OperationError(text)


@dataclass(slots=True)
class FollowedJob:
    """What a command knows about the job that it follows."""

    finished: str | None = None
    """The request id of a job whose result was read; files may still be missing."""
    terminated: bool = False


@contextmanager
def follow_job(*, lasting: bool = True) -> Generator[FollowedJob]:
    """Let SIGTERM stop the block like Ctrl-C, and explain what happens to the job.

    A job on a server that is not ``lasting`` cannot be continued. Raises ``CommandStopped``.
    """
    known = FollowedJob()

    def terminate(number: int, frame: FrameType | None) -> None:
        known.terminated = True
        if not callable(signal.getsignal(signal.SIGINT)):
            raise KeyboardInterrupt
        signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield known
    except KeyboardInterrupt as interrupt:
        notes = _notes(interrupt, known, lasting=lasting)
        raise _stopped(notes, terminated=known.terminated) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def _stopped(notes: Iterable[str], *, terminated: bool) -> CommandStopped:
    how = ("terminated", EXIT_TERMINATED) if terminated else None
    word, code = how or ("interrupted", EXIT_INTERRUPTED)
    return CommandStopped("\n".join([word, *notes]), code)


def result_command_hint(job: str) -> str:
    """The command that continues with a job, given its token or request id."""
    return f"Go on with: runcomfy-codegen result {job}"


def _notes(
    interrupt: KeyboardInterrupt, known: FollowedJob, *, lasting: bool
) -> list[str]:
    notes: list[str] = list(getattr(interrupt, "__notes__", ()))
    tokens = [token for note in notes if (token := note.partition(RESUME_LABEL)[2])]
    if known.finished is not None:
        notes.append(
            f"The RunComfy job {known.finished} has ended; not all files were downloaded"
        )
        tokens = [known.finished]
    return [*notes, *(map(result_command_hint, tokens[-1:]) if lasting else ())]


def print_result(result: Any, paths: list[Path], form: str) -> None:
    """Print the paths of the files; for JSON also the answer of the server."""
    if form == "json":
        members = as_object(result.raw)
        members = {"output": result.raw} if members is None else members
        print_json({**members, "files": [str(path) for path in paths]})
        return
    click.echo(terminal_safe(f"request {result.request_id}"))
    for path in paths:
        click.echo(str(path))
