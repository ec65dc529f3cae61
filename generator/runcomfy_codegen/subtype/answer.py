"""The three answers of a containment question."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from ..ir.model import Type


@dataclass(frozen=True, slots=True)
class Yes:
    """Every value of the one is a value of the other; proved from the structure."""


@dataclass(frozen=True, slots=True)
class No:
    """``witness`` is a value of the one and not of the other; membership was checked."""

    witness: Any


@dataclass(frozen=True, slots=True)
class Unsure:
    """Neither a proof nor a witness was found; ``reason`` says what stood in the way."""

    reason: str


Answer: TypeAlias = Yes | No | Unsure

SubschemaCheck: TypeAlias = Callable[[Type, Type], Answer]
"""The whole decision, handed to its parts so that they can ask about what they hold."""

YES = Yes()


def all_of(answers: Iterable[Answer]) -> Answer:
    """The answer of a conjunction: a witness refutes it, whatever else is unsure."""
    unsure: Answer = YES
    for answer in answers:
        if isinstance(answer, No):
            return answer
        if isinstance(answer, Unsure) and isinstance(unsure, Yes):
            unsure = answer
    return unsure
