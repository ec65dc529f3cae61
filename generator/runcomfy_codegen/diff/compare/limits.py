"""The media rules of a field against those of another, one metric at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from runcomfy_runtime.rule import Rule

from ...ir.model import Field
from ..containment.answer import YES, Yes
from ..media.contains import rules_inside, told
from .fact import Fact, LimitsChanged, Place


@dataclass(frozen=True, slots=True)
class _Group:
    """The rules of a field on one metric, whatever its spelling."""

    metric: str
    rules: tuple[Rule, ...]


def limit_facts(old: Field, new: Field, place: Place) -> Iterator[Fact]:
    """Every metric on which other files pass, decided as if only it had changed."""
    before, after = _groups(old.rules), _groups(new.rules)
    if _bare(old.rules) == _bare(new.rules):
        return
    all_kept = isinstance(rules_inside(old.rules, new.rules), Yes)
    all_covered = isinstance(rules_inside(new.rules, old.rules), Yes)
    for key in dict.fromkeys((*before, *after)):
        one = before.get(key, _Group(key, ()))
        other = after.get(key, _Group(key, ()))
        if _bare(one.rules) == _bare(other.rules):
            continue
        rest = [rule for rule in old.rules if rule not in one.rules]
        alone = [*rest, *other.rules]
        kept = YES if all_kept else rules_inside(old.rules, alone)
        covered = YES if all_covered else rules_inside(alone, old.rules)
        if not (isinstance(kept, Yes) and isinstance(covered, Yes)):
            metric = (one.rules or other.rules)[0].metric
            identity = _identity(one), _identity(other)
            words = _words(one), _words(other)
            yield LimitsChanged(place, metric, *words, identity, kept, covered)


def _groups(rules: Iterable[Rule]) -> dict[str, _Group]:
    found: dict[str, _Group] = {}
    for rule in rules:
        key = repr(rule.expression) if rule.checkable else f"?{rule.metric}"
        kept = found.get(key, _Group(key, ())).rules
        found[key] = _Group(key, (*kept, rule))
    return found


def _bare(rules: Sequence[Rule]) -> set[tuple[str, str, str]]:
    """The rules without their messages; order and repetition say nothing."""
    return {(rule.metric, rule.operator, rule.limit) for rule in rules}


def _identity(group: _Group) -> str:
    return "; ".join(sorted({told(rule) for rule in group.rules}))


def _words(group: _Group) -> str:
    return " and ".join(map(told, group.rules)) or "no rule"
