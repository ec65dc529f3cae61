"""Progress of a batch: a bar of rich or tqdm if one of them is installed, else a line."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol, TypeAlias

from .errors import BadSetting
from .retry_and_timeouts import PROGRESS_INTERVAL

BatchProgress: TypeAlias = "bool | Callable[[int, int | None], None]"
"""True for a bar, or a function that gets how many inputs are done, and of how many."""

_WORDS = "runcomfy jobs"


class Bar(Protocol):
    """Shows how far a batch is."""

    def show(self, done: int, failed: int) -> None:
        """Show that so many inputs are done, and how many of them failed."""
        ...

    def close(self) -> None:
        """The batch has ended."""
        ...


def open_bar(progress: object, total: int | None) -> Bar | None:
    """The bar for an argument of ``map``; None if nothing is to be shown."""
    if progress is None or progress is False:
        return None
    if callable(progress):
        return _Called(progress, total)
    if progress is not True:
        raise BadSetting(
            "map: progress is True, or a function that gets how many are done and of how many, "
            f"not {progress!r:.80}"
        )
    if "ipykernel" in sys.modules and find_spec("ipywidgets") is None:
        return _Lines(total)  # the bars of a notebook are made of widgets
    if find_spec("rich") is not None:
        return _RichBar(total)
    return _TqdmBar(total) if find_spec("tqdm") is not None else _Lines(total)


class _Called:
    def __init__(self, function: Callable[..., Any], total: int | None) -> None:
        self._function = function
        self._total = total

    def show(self, done: int, failed: int) -> None:
        self._function(done, self._total)

    def close(self) -> None:
        pass


class _RichBar:
    def __init__(self, total: int | None) -> None:
        # Not import statements: a type checker of a project without rich would miss it.
        rich, console = import_module("rich.progress"), import_module("rich.console")
        self._bar = rich.Progress(
            rich.TextColumn("{task.description}"),
            rich.BarColumn(),
            rich.MofNCompleteColumn(),
            rich.TimeElapsedColumn(),
            console=console.Console(stderr=True),
        )
        self._task = self._bar.add_task(_WORDS, total=total)
        self._bar.start()

    def show(self, done: int, failed: int) -> None:
        self._bar.update(
            self._task, completed=done, description=_described(failed), refresh=True
        )

    def close(self) -> None:
        self._bar.stop()


class _TqdmBar:
    def __init__(self, total: int | None) -> None:
        self._bar = import_module("tqdm.auto").tqdm(total=total, desc=_WORDS)
        self._done = 0

    def show(self, done: int, failed: int) -> None:
        self._bar.set_description(_described(failed), refresh=False)
        self._bar.update(done - self._done)
        self._done = done

    def close(self) -> None:
        self._bar.close()


class _Lines:
    """A line on standard error every few seconds, and one at the end."""

    def __init__(self, total: int | None) -> None:
        self._total = "?" if total is None else str(total)
        self._next = 0.0
        self._latest = ""

    def show(self, done: int, failed: int) -> None:
        self._latest = f"{_described(failed)}: {done} of {self._total}"
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + PROGRESS_INTERVAL
            self._print()

    def close(self) -> None:
        if self._latest:
            self._print()

    def _print(self) -> None:
        print(self._latest, file=sys.stderr, flush=True)
        self._latest = ""


def _described(failed: int) -> str:
    return f"{_WORDS}, {failed} failed" if failed else _WORDS
