"""Facts in, findings out: every rule meets every fact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from ..ir.model import Model
from .compare.facts import Fact, ModelRenamed
from .compare.models import compare
from .compare.outputs import NO_PUBLISHED_OUTPUTS, PublishedOutputs
from .compare.published import NO_TEXTS, PublishedTexts, text_facts, unknown_changes
from .finding import DiffFinding, DiffVerdict, Lens
from .rule import DiffRule
from .rules import RULES

_RULES_BY_FACT: dict[type[Fact], list[DiffRule]] = {}
for _rule in RULES:
    _RULES_BY_FACT.setdefault(_rule.fact_type, []).append(_rule)


def judge(facts: Iterable[Fact]) -> tuple[DiffFinding, ...]:
    """What the rules say about these facts, by model, place and verdict."""
    found = (
        finding
        for fact in facts
        for rule in _RULES_BY_FACT.get(type(fact), ())
        for finding in rule.findings(fact)
    )
    return tuple(sorted(found, key=_order))


def diff(
    old: Iterable[Model],
    new: Iterable[Model],
    outputs: PublishedOutputs = NO_PUBLISHED_OUTPUTS,
    texts: PublishedTexts = NO_TEXTS,
) -> tuple[DiffFinding, ...]:
    """What a change of models does to callers of the old ones.

    The output of a model is opened for reading; ``outputs`` are what servers publish.
    ``texts`` are those in all languages, of which a model tells one.
    """
    old, new = tuple(old), tuple(new)
    facts = tuple(compare(old, new, outputs))
    found = judge((*facts, *text_facts(texts, facts)))
    rest = judge(_unexplained(old, new, facts, found))
    return tuple(sorted((*found, *rest), key=_order)) if rest else found


def _unexplained(
    old: Iterable[Model],
    new: Iterable[Model],
    facts: Iterable[Fact],
    found: Iterable[DiffFinding],
) -> Iterator[Fact]:
    """What differs and is neither told nor understood."""
    told: defaultdict[str, set[str]] = defaultdict(set)
    for each in found:
        if each.lens is Lens.WIRE and each.verdict.reaches(DiffVerdict.RISKY):
            told[each.model].add(each.pointer)
    after = {model.model_id: model for model in new}
    renamed = {
        fact.old.model_id: fact.new for fact in facts if isinstance(fact, ModelRenamed)
    }
    for model in old:
        name = model.model_id
        other = renamed.get(name) or after.get(name)
        if other is not None and other.published != model.published:
            yield from unknown_changes(model, other, name, told[name])


def _order(finding: DiffFinding) -> tuple[str, ...]:
    return (
        finding.model,
        finding.side.value,
        finding.pointer,
        finding.lens.value,
        finding.rule,
    )
