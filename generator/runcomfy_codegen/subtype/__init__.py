"""Does one schema accept every value that another accepts? Yes, no with a witness, or unsure
with the reason. ``is_subschema`` answers it for types, ``media_rules`` for files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from ..ir.model import Type

# The three answers to the question whether one set of values contains another.


@dataclass(frozen=True, slots=True)
class Yes:
    """Every value of the one is a value of the other; this is proved."""


@dataclass(frozen=True, slots=True)
class No:
    """``witness`` is a value of the one that the other does not accept; this was checked."""

    witness: Any


@dataclass(frozen=True, slots=True)
class Unsure:
    """There is neither a proof nor a witness; ``reason`` says why."""

    reason: str


Answer: TypeAlias = Yes | No | Unsure

SubschemaCheck: TypeAlias = Callable[[Type, Type], Answer]
"""The whole decision, as a parameter of its parts: they use it for inner types."""

YES = Yes()


def all_of(answers: Iterable[Answer]) -> Answer:
    """The answer to a conjunction. A witness refutes it, even if other answers are unsure."""
    unsure: Answer = YES
    for answer in answers:
        if isinstance(answer, No):
            return answer
        if isinstance(answer, Unsure) and isinstance(unsure, Yes):
            unsure = answer
    return unsure
