"""Models in, diagnostics out: every rule meets every model."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from ..ir.diagnostic import Diagnostic
from ..ir.model import Model
from .rules import RULES


def lint(models: Sequence[Model]) -> tuple[Diagnostic, ...]:
    """Everything that the rules notice, by model and place."""
    found = [each for rule in RULES for each in rule.diagnostics(models)]
    return tuple(sorted(found, key=lambda each: (each.model, each.pointer, each.code)))


def is_selected(
    code: str, *, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> bool:
    """Whether a code is asked for: by a glob of ``select``, if any, and by none of ``ignore``."""
    wanted = not select or any(fnmatchcase(code, pattern) for pattern in select)
    return wanted and not any(fnmatchcase(code, pattern) for pattern in ignore)
