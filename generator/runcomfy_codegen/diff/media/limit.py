"""Media rules ready to be tried: the metric parsed, the threshold exact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from runcomfy_runtime.metric import Metric
from runcomfy_runtime.rule import OPERATORS, Rule

File = Mapping[str, Fraction]
"""A file as its measures, by the names of the metric table."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One rule that can be checked."""

    metric: Metric
    operator: str
    threshold: Fraction

    def holds(self, file: File) -> bool:
        """Whether a file that has all measures of the metric keeps the limit."""
        return bool(OPERATORS[self.operator](self.metric.value(file), self.threshold))

    def measured(self, file: File) -> bool:
        """Whether a file has all measures of the metric."""
        return set(self.metric.names) <= file.keys()


def limits(rules: Iterable[Rule]) -> tuple[Limit, ...]:
    """The rules that can be checked."""
    found: list[Limit] = []
    for rule in rules:
        metric, threshold = rule.expression, rule.threshold
        if rule.checkable and metric is not None and threshold is not None:
            found.append(Limit(metric, rule.operator, threshold))
    return tuple(found)


def keeps(file: File, wanted: Iterable[Limit]) -> bool:
    """Whether a file that has all their measures keeps every limit."""
    return all(limit.holds(file) for limit in wanted)
