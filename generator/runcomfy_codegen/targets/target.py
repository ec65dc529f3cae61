"""What a target is given to render with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from ..ir.document import DEFAULT_LOCALE
from ..package.lock import CallOptions, Lock, MadeFrom
from .templates import Templates


def _ignore(model_id: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class RenderContext:
    """What rendering needs beside the models.

    ``kept`` is what stays of the package that is there, unrendered; ``sources`` are the
    hashes of what the package is made from; ``tell`` is called with each model that is done.
    """

    templates: Templates
    runtime: Mapping[PurePosixPath, str]
    generator: str
    locale: str = DEFAULT_LOCALE
    kept: Lock = Lock()
    sources: MadeFrom = MadeFrom()
    selection: CallOptions = CallOptions()
    tell: Callable[[str], None] = _ignore
