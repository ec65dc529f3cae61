"""The media rules of a field compared with those of another, one metric at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from runcomfy_runtime.metrics_and_operators import MetricExpression
from runcomfy_runtime.rule import Rule

from ...ir.model import Array, Field, Type, without_null
from ...subtype import YES, Yes
from ...subtype.media_intervals import media_limit
from ...subtype.media_rules import rule_set, rule_set_implies
from .facts import Fact, MediaLimitsChanged, SchemaLocation

_Groups: TypeAlias = dict[MetricExpression | str, tuple[Rule, ...]]
"""The rules of a field by their metric, however it is written."""


def media_limit_facts(
    old: Field, new: Field, location: SchemaLocation
) -> Iterator[Fact]:
    """Every metric whose rules accept other files, decided as if only it had changed."""
    if _targeted(old) == _targeted(new):
        return
    targets = dict.fromkeys((*_targets(old), *_targets(new)))
    single_targets = len(_targets(old)) < 2 and len(_targets(new)) < 2
    if single_targets and _is_list(old.type) is not _is_list(new.type):
        # A single URL became a list, or the reverse: the rules are about the same files.
        yield from rule_facts(old.rules, new.rules, location, " ".join(targets))
        return
    for target in targets:
        before, after = (
            tuple(rule for rule in field.rules if rule.pointer == target)
            for field in (old, new)
        )
        yield from rule_facts(before, after, location, target)


def rule_facts(
    old: tuple[Rule, ...], new: tuple[Rule, ...], location: SchemaLocation, target: str
) -> Iterator[MediaLimitsChanged]:
    """The same for the rules on one place in the payload."""
    before, after = _groups(old), _groups(new)
    old_rules, new_rules = rule_set(old), rule_set(new)
    all_old_in_new = isinstance(rule_set_implies(old_rules, new_rules), Yes)
    all_new_in_old = isinstance(rule_set_implies(new_rules, old_rules), Yes)
    for key in dict.fromkeys((*before, *after)):
        old_group, new_group = before.get(key, ()), after.get(key, ())
        if _bare(old_group) == _bare(new_group):
            continue
        isolated = rule_set(
            [*(rule for rule in old if rule not in old_group), *new_group]
        )
        old_in_new = YES if all_old_in_new else rule_set_implies(old_rules, isolated)
        new_in_old = YES if all_new_in_old else rule_set_implies(isolated, old_rules)
        if not (isinstance(old_in_new, Yes) and isinstance(new_in_old, Yes)):
            metric = (old_group or new_group)[0].metric
            identity = (
                f"{target}: {_identity(old_group)}",
                f"{target}: {_identity(new_group)}",
            )
            words = _words(old_group), _words(new_group)
            yield MediaLimitsChanged(
                location, metric, *words, identity, old_in_new, new_in_old
            )


def _is_list(kind: Type) -> bool:
    bare = without_null(kind)
    return isinstance(bare, Array)


def _targeted(field: Field) -> set[tuple[str, str, str, str]]:
    """The rules of a field with their targets, without their messages."""
    return {(r.pointer, r.metric, r.operator, r.limit) for r in field.rules}


def _targets(field: Field) -> dict[str, None]:
    """The places in the payload that the rules of a field check, in their order."""
    return dict.fromkeys(rule.pointer for rule in field.rules)


def _groups(rules: Iterable[Rule]) -> _Groups:
    groups: _Groups = {}
    for rule in rules:
        limit = media_limit(rule)
        key = limit.metric if limit is not None else rule.metric
        groups[key] = (*groups.get(key, ()), rule)
    return groups


def _bare(rules: Sequence[Rule]) -> set[tuple[str, str, str]]:
    """The rules without their messages, order and repetitions."""
    return {(rule.metric, rule.operator, rule.limit) for rule in rules}


def _identity(group: Sequence[Rule]) -> str:
    return "; ".join(sorted({rule.condition for rule in group}))


def _words(group: Sequence[Rule]) -> str:
    return " and ".join(rule.condition for rule in group) or "no rule"
