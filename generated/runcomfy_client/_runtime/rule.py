"""A published media rule, as the generated modules state it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from .metric import Metric, parse_metric

OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType(
    {
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
        "==": operator.eq,
        "!=": operator.ne,
    }
)
"""Every operator by its ASCII spelling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One limit on a piece of media.

    ``pointer`` is a JSON pointer into the payload where ``*`` stands for every item of an
    array. ``limit`` is an exact decimal. ``message`` is the published text, word for word;
    the rule decides, the message never does.
    """

    pointer: str
    metric: str
    operator: str
    limit: str
    message: str = ""

    @property
    def expression(self) -> Metric | None:
        """The metric, parsed; None if this release cannot measure it."""
        return parse_metric(self.metric)

    @property
    def threshold(self) -> Fraction | None:
        """The limit as an exact number; None if the published value is not one."""
        try:
            return Fraction(self.limit)
        except (ValueError, ZeroDivisionError):
            return None

    @property
    def checkable(self) -> bool:
        """Whether metric, operator and limit are all understood."""
        return (
            self.expression is not None
            and self.operator in OPERATORS
            and self.threshold is not None
        )

    def holds(self, value: Fraction) -> bool:
        """Whether a measured value keeps a checkable rule."""
        limit = self.threshold
        assert limit is not None
        return OPERATORS[self.operator](value, limit)
