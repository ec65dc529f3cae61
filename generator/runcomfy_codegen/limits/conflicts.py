"""Limits that nothing can keep, that contradict each other, or that the schema implies.

Everything here is proved; where it cannot be decided, nothing is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias

from runcomfy_runtime.limits.rule_grammar import (
    COUNT,
    TOTALS,
    FormatRule,
    Measure,
    MeasureRule,
    parse_rule,
)
from runcomfy_runtime.media.format_table import FORMATS
from runcomfy_runtime.metrics_and_operators import parse_metric
from runcomfy_runtime.rule import Rule

from ..ir.diagnostic import Diagnostic, Severity
from ..ir.model import Field, Model, Type
from ..subtype import Yes
from ..subtype.limit_documents import all_keep, documents_for, some_keeps
from ..subtype.media_rules import rule_set, rules_imply
from .judge import CONTRADICTORY, IMPOSSIBLE, REDUNDANT
from .limits_file import LimitEntry, LimitsFile
from .narrowed import narrowed
from .published_words import field_at, pointer_steps

_SAME_CONTAINER = frozenset({"mp4", "mov", "m4a"})
_SHORT, _LONG = "short_side_pixels", "long_side_pixels"
_SIDES = ("width_pixels", "height_pixels")
Possible: TypeAlias = Callable[[Sequence[LimitEntry]], bool]
"""Whether it is possible, as far as it can be decided, to keep some entries together."""


def conflicts(
    file: LimitsFile, model: Model, entries: Sequence[LimitEntry]
) -> list[Diagnostic]:
    """What is wrong with the entries that apply to a model, and which are redundant."""
    certain = [entry for entry in entries if entry.limit.level == "error"]
    diagnostics: list[Diagnostic] = []
    refused: list[LimitEntry] = []
    for subject, possible, concerned in _questions(model, certain):
        left = [entry for entry in concerned if entry not in refused]
        while culprit := _culprit(possible, left):
            entry, others = culprit
            left.remove(entry)
            refused.append(entry)
            diagnostics.append(_conflict(file, subject, entry, others))
    for entry in entries:
        if entry not in refused and _is_redundant(entry, model):
            message = f"the schema implies {entry.limit.condition!r:.200} already"
            diagnostics.append(
                file.diagnostic(REDUNDANT, message, entry.line, severity=Severity.INFO)
            )
    return diagnostics


def _conflict(
    file: LimitsFile, subject: str, entry: LimitEntry, others: Sequence[LimitEntry]
) -> Diagnostic:
    condition = entry.limit.condition
    if not others:
        message = (
            f"{subject} that the schema and its rules allow keeps {condition!r:.200}"
        )
        return file.diagnostic(IMPOSSIBLE, message, entry.line)
    lines = ", ".join(str(other.line) for other in others)
    message = f"{subject} keeps {condition!r:.200} and the limits of line {lines}"
    return file.diagnostic(CONTRADICTORY, message, entry.line)


def _culprit(
    possible: Possible, entries: Sequence[LimitEntry]
) -> tuple[LimitEntry, list[LimitEntry]] | None:
    """The first entry that cannot be kept, and the earlier ones that it contradicts."""
    if possible(entries) or not possible(()):
        return None
    for entry in entries:
        if not possible([entry]):
            return entry, []
    for count in range(2, len(entries) + 1):
        if not possible(entries[:count]):
            *earlier, last = entries[:count]
            # Leave out what the contradiction does not need.
            for other in list(earlier):
                fewer = [entry for entry in earlier if entry is not other]
                if not possible([*fewer, last]):
                    earlier = fewer
            return last, earlier
    return None


def _questions(
    model: Model, entries: Sequence[LimitEntry]
) -> Iterator[tuple[str, Possible, list[LimitEntry]]]:
    """What must be possible: a file and a value of each field, and a whole document."""
    for pointer in dict.fromkeys(f for entry in entries for f in entry.limit.fields):
        field = field_at(model.input, pointer_steps(pointer))
        concerned = [entry for entry in entries if pointer in entry.limit.fields]
        if field is None:
            continue
        yield f"no file of {pointer}", _files_possible(field), concerned
        yield f"no given value of {pointer}", _values_possible(field.type), concerned
    between = [entry for entry in entries if _is_between_fields(entry)]
    if between:
        yield "no document", _documents_possible(model, entries), between


def _rules(entries: Sequence[LimitEntry]) -> list[MeasureRule | FormatRule]:
    return [parse_rule(rule) for entry in entries for rule in entry.limit.rules]


def _is_between_fields(entry: LimitEntry) -> bool:
    """Whether a limit is about what is given together."""
    return entry.limit.require is not None or any(
        rule.startswith("total_count") for rule in entry.limit.rules
    )


def _values_possible(kind: Type) -> Possible:
    def possible(entries: Sequence[LimitEntry]) -> bool:
        comparisons = [
            rule
            for rule in _rules(entries)
            if isinstance(rule, MeasureRule) and not rule.measure.of_files
        ]
        comparisons = [_of_one_field(rule, COUNT) for rule in comparisons]
        return narrowed(kind, comparisons) is not None

    return possible


def _documents_possible(model: Model, entries: Sequence[LimitEntry]) -> Possible:
    """All limits between fields, with those on single values of the same fields."""
    of_values = [
        entry
        for entry in entries
        if not _is_between_fields(entry)
        and not any(_is_about_files(rule) for rule in _rules([entry]))
    ]
    concerned = [entry for entry in entries if _is_between_fields(entry)]
    limits = [entry.limit for entry in (*of_values, *concerned)]
    documents = documents_for(limits, model)
    single = [entry.limit for entry in of_values]

    def possible(chosen: Sequence[LimitEntry]) -> bool:
        if documents is None:
            return True
        limits = [*single, *(entry.limit for entry in chosen)] if chosen else []
        return some_keeps(limits, documents)

    return possible


def _is_about_files(rule: MeasureRule | FormatRule) -> bool:
    return isinstance(rule, FormatRule) or rule.measure.of_files


def _files_possible(field: Field) -> Possible:
    def possible(entries: Sequence[LimitEntry]) -> bool:
        rules = _rules(entries)
        stated = [media_rule for rule in rules for media_rule in _as_media_rules(rule)]
        if rule_set((*field.rules, *stated)).empty:
            return False
        return _some_format(rules)

    return possible


def _some_format(rules: Sequence[MeasureRule | FormatRule]) -> bool:
    """Whether a file of some format is refused by none of the rules."""
    left = frozenset(FORMATS)
    for rule in rules:
        if isinstance(rule, FormatRule):
            listed = frozenset(rule.names)
            left &= listed | (_SAME_CONTAINER if listed & _SAME_CONTAINER else listed)
    return bool(left)


def _as_media_rules(rule: MeasureRule | FormatRule) -> Iterator[Rule]:
    """A limit on a file as media rules; one on a side is one on both, where it is."""
    if isinstance(rule, MeasureRule):
        rule = _of_one_field(rule, TOTALS.get(rule.measure.name, ""))
    if isinstance(rule, FormatRule) or rule.measure.metric is None:
        return
    metrics = [rule.measure.name]
    operator = rule.operator
    if rule.measure.name == _SHORT and operator.greater and not operator.less:
        metrics += _SIDES
    if rule.measure.name == _LONG and operator.less and not operator.greater:
        metrics += _SIDES
    for metric in metrics:
        yield Rule(
            pointer="",
            metric=metric,
            operator=operator.symbol,
            limit=f"{rule.threshold.numerator}/{rule.threshold.denominator}",
        )
    yield from _as_mebibytes(rule)


def _of_one_field(rule: MeasureRule, name: str) -> MeasureRule:
    """What the upper end of a sum says of each field alone, whose measure has this name."""
    ends_above = rule.operator.less and not rule.operator.greater
    if not (rule.measure.is_total and ends_above and name):
        return rule
    return replace(rule, measure=Measure(name, parse_metric(name)))


def _as_mebibytes(rule: MeasureRule) -> Iterator[Rule]:
    """A limit in MB as one in MiB; of both readings of MB, the one that refuses less."""
    operator = rule.operator
    if rule.measure.name != "file_size_mb" or operator.less == operator.greater:
        return
    factor = Fraction(1) if operator.less else Fraction(10**6, 2**20)
    limit = rule.threshold * factor
    yield Rule(
        pointer="",
        metric="file_size_mib",
        operator=operator.symbol,
        limit=f"{limit.numerator}/{limit.denominator}",
    )


# Redundant limits.


def _is_redundant(entry: LimitEntry, model: Model) -> bool:
    """Whether it is proved that everything that the schema allows keeps a limit."""
    limit = entry.limit
    if _is_between_fields(entry):
        documents = documents_for([limit], model)
        return documents is not None and all_keep(limit, documents)
    fields = [field_at(model.input, pointer_steps(pointer)) for pointer in limit.fields]
    known = [field for field in fields if field is not None]
    return all(_is_implied(rule, field) for rule in _rules([entry]) for field in known)


def _is_implied(rule: MeasureRule | FormatRule, field: Field) -> bool:
    if isinstance(rule, FormatRule) or rule.measure.name.startswith("total_"):
        return False
    if rule.measure.of_files:
        stated = list(_as_media_rules(rule))[:1]
        return bool(field.rules) and isinstance(rules_imply(field.rules, stated), Yes)
    opposite = MeasureRule(
        rule.measure, rule.operator.negated, rule.threshold, rule.limit
    )
    if opposite.operator.less and opposite.operator.greater:
        return False
    return not rule.measure.script and narrowed(field.type, [opposite]) is None
