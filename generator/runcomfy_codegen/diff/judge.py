"""Facts in, findings out: every rule meets every fact."""

from __future__ import annotations

from collections.abc import Iterable

from ..ir.model import Model
from .compare.fact import Fact
from .compare.models import compare
from .compare.outputs import AS_READ, Outputs
from .compare.texts import UNREAD, Texts, text_facts
from .finding import Finding
from .rules import RULES


def judge(facts: Iterable[Fact]) -> tuple[Finding, ...]:
    """What the rules say about these facts, by model, place and verdict."""
    found = (each for fact in facts for rule in RULES for each in rule.findings(fact))
    return tuple(sorted(found, key=_order))


def diff(
    old: Iterable[Model],
    new: Iterable[Model],
    outputs: Outputs = AS_READ,
    texts: Texts = UNREAD,
) -> tuple[Finding, ...]:
    """What a change of models does to callers of the old ones.

    The output of a model is opened for reading; ``outputs`` are what servers publish.
    ``texts`` are those in all languages, of which a model tells one.
    """
    facts = tuple(compare(old, new, outputs))
    return judge((*facts, *text_facts(texts, facts)))


def _order(finding: Finding) -> tuple[str, ...]:
    return (
        finding.model,
        finding.side.value,
        finding.pointer,
        finding.lens.value,
        finding.rule,
    )
