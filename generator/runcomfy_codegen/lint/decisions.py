"""Questions about sets of values and files that lint asks, and others answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from runcomfy_runtime.rule import Rule

from ..ir.model import Type, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """Answers that are sure: False also stands for what nobody can prove.

    ``no_value`` and ``no_file``: is nothing left? ``refuses``: is the value no member of the
    type? ``implied``: do all files that keep the first rules keep the second?
    """

    no_value: Callable[[Type], bool]
    refuses: Callable[[Type, Value], bool]
    no_file: Callable[[Sequence[Rule]], bool]
    implied: Callable[[Sequence[Rule], Sequence[Rule]], bool]
