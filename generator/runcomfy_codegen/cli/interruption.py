"""A command that is stopped while a job goes on: what it leaves behind, and how to go on."""

from __future__ import annotations

import signal
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from runcomfy_runtime.flow.note import RESUMPTION

from .failure import EXIT_INTERRUPTED, EXIT_TERMINATED, Failure
from .text import shown


@dataclass(slots=True)
class Following:
    """What a command knows of the job that it follows."""

    finished: str | None = None
    """The request id of a job whose result is read; its files may still be missing."""
    terminated: bool = False


@contextmanager
def following(*, lasting: bool = True) -> Generator[Following]:
    """Let SIGTERM stop the block as Ctrl-C does, and say what becomes of the job then.

    A job of a server that is not ``lasting`` cannot be gone on with. Raises ``Failure``.
    """
    known = Following()

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
        how = ("terminated", EXIT_TERMINATED) if known.terminated else None
        word, code = how or ("interrupted", EXIT_INTERRUPTED)
        raise Failure(shown("\n".join([word, *notes])), code) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def going_on(job: str) -> str:
    """How to go on with a job, by its token or request id."""
    return f"Go on with: runcomfy-codegen result {job}"


def _notes(
    interrupt: KeyboardInterrupt, known: Following, *, lasting: bool
) -> list[str]:
    notes: list[str] = list(getattr(interrupt, "__notes__", ()))
    tokens = [token for note in notes if (token := note.partition(RESUMPTION)[2])]
    if known.finished is not None:
        notes.append(f"The RunComfy job {known.finished} has ended; not all files came")
        tokens = [known.finished]
    return [*notes, *(map(going_on, tokens[-1:]) if lasting else ())]
