"""Facts in, findings out: every rule meets every fact."""

from __future__ import annotations

from collections.abc import Iterable

from ..ir.model import Model
from .compare.fact import Fact
from .compare.models import compare
from .finding import Finding
from .rules import RULES


def judge(facts: Iterable[Fact]) -> tuple[Finding, ...]:
    """What the rules say about these facts, by model, place and verdict."""
    found = (each for fact in facts for rule in RULES for each in rule.findings(fact))
    return tuple(sorted(found, key=_order))


def diff(old: Iterable[Model], new: Iterable[Model]) -> tuple[Finding, ...]:
    """What a change of models does to callers of the old ones."""
    return judge(compare(old, new))


def _order(finding: Finding) -> tuple[str, ...]:
    return (
        finding.model,
        finding.side.value,
        finding.pointer,
        finding.lens.value,
        finding.rule,
    )
