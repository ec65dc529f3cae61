"""The stated limits of a model compared with those of another, one measure at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias, cast

from runcomfy_runtime.limits.check_values import value_problems
from runcomfy_runtime.limits.compiled import compile_limits, steps_of
from runcomfy_runtime.limits.rule_grammar import (
    TOTALS,
    FormatRule,
    MeasureRule,
    parse_rule,
)
from runcomfy_runtime.limits.stated_limit import Limit
from runcomfy_runtime.rule import Rule

from ...ir.exact import reduced
from ...ir.json_text import items, pointer_token
from ...ir.model import Model
from ...subtype import YES, Answer, No, Unsure, Yes
from ...subtype.limit_documents import documents_for
from .facts import Facet, Fact, MediaLimitsChanged, SchemaLocation, ValuesChanged
from .media_limits import rule_facts

Key: TypeAlias = tuple[tuple[str, ...], str]
"""The fields of limits, and what they measure."""
_Groups: TypeAlias = Mapping[Key, tuple[Limit, ...]]
_FACETS = {
    "count": Facet.COUNT,
    "total_count": Facet.COUNT,
    "characters": Facet.LENGTH,
    "value": Facet.RANGE,
}
_REQUIRE = "require"


def limit_facts(old: Model, new: Model, location: SchemaLocation) -> Iterator[Fact]:
    """Every measure whose limits accept other inputs, decided as if only it had changed.

    Limits that only warn refuse nothing, and are not compared.
    """
    before, after = _by_key(old.limits), _by_key(new.limits)
    for key in dict.fromkeys((*before, *after)):
        one, other = before.get(key, ()), after.get(key, ())
        if {limit.condition for limit in one} == {limit.condition for limit in other}:
            continue
        if key[1] in _FACETS or key[1] == _REQUIRE:
            yield from _document_facts(old, before, after, key, location)
        else:
            yield from _file_facts(old, key, one, other, location)


def _by_key(limits: Sequence[Limit]) -> dict[Key, tuple[Limit, ...]]:
    """Every rule and requirement as a limit of its own, by what it is about."""
    limits_by_key: dict[Key, tuple[Limit, ...]] = {}
    for limit in limits:
        if limit.level == "warn":
            continue
        for key, single in _single(limit):
            limits_by_key[key] = (*limits_by_key.get(key, ()), single)
    return limits_by_key


def _single(limit: Limit) -> Iterator[tuple[Key, Limit]]:
    if limit.require is not None:
        yield (limit.fields, _REQUIRE), limit
    for text in limit.rules:
        rule = parse_rule(text)
        name = "format" if isinstance(rule, FormatRule) else rule.measure.name
        together = name == "total_count" or name in TOTALS
        for fields in (limit.fields,) if together else [(f,) for f in limit.fields]:
            yield (fields, name), replace(limit, fields=fields, rules=(text,))


# Limits that need no file: decided on documents of boundary values.


def _document_facts(
    old: Model,
    before: _Groups,
    after: _Groups,
    key: Key,
    location: SchemaLocation,
) -> Iterator[Fact]:
    fields, name = key
    group = after.get(key, ())
    old_limits, new_limits = _of_documents(before, fields), _of_documents(after, fields)
    others = {other: limits for other, limits in before.items() if other != key}
    isolated = (*_of_documents(others, fields), *group)
    documents = documents_for((*old_limits, *new_limits), old)
    single = fields if name != _REQUIRE and len(fields) == 1 else ()

    def answer(one: Sequence[Limit], other: Sequence[Limit]) -> Answer:
        return _answer(one, other, documents, single)

    narrower, wider = answer(old_limits, new_limits), answer(new_limits, old_limits)
    was, now = (_words(limits) for limits in (before.get(key, ()), group))
    yield ValuesChanged(
        _at(location, fields[0]) if single else location,
        _FACETS.get(name, Facet.MEMBERS),
        was,
        now,
        (f"stated {fields}: {was}", f"stated {fields}: {now}"),
        YES if isinstance(narrower, Yes) else answer(old_limits, isolated),
        YES if isinstance(wider, Yes) else answer(isolated, old_limits),
        isolated=old.input,
    )


def _of_documents(limits: _Groups, fields: tuple[str, ...]) -> tuple[Limit, ...]:
    """The limits on some of these fields that need no file."""
    return tuple(
        limit
        for (named, name), group in limits.items()
        if (name in _FACETS or name == _REQUIRE) and {*named} & {*fields}
        for limit in group
    )


def _answer(
    one: Sequence[Limit],
    other: Sequence[Limit],
    documents: Sequence[Mapping[str, Any]] | None,
    single: tuple[str, ...],
) -> Answer:
    """Whether every document that keeps ``one`` keeps ``other``; the witness is a document."""
    if documents is None:
        return Unsure("the limits distinguish too many inputs to try all of them")
    keeps_one, keeps_other = _keeps(one), _keeps(other)
    for document in sorted(documents, key=_size):
        if keeps_one(document) and not keeps_other(document):
            value: Any = document
            if single:
                value = document[steps_of(single[0])[0]]
            return No(_exact(value))
    scripts = any("(" in rule for limit in (*one, *other) for rule in limit.rules)
    if scripts:
        return Unsure("texts of several scripts cannot all be tried")
    return YES


def _keeps(limits: Sequence[Limit]) -> Callable[[Mapping[str, Any]], bool]:
    compiled = compile_limits(tuple(limits))
    return lambda document: not value_problems(compiled, document)


def _size(document: Mapping[str, Any]) -> int:
    return len(str(document))


def _exact(value: Any) -> Any:
    """A value with the exact numbers of witnesses."""
    if isinstance(value, Decimal):
        return reduced(Fraction(value))
    if isinstance(value, list):
        return [_exact(item) for item in items(value)]
    if isinstance(value, dict):
        return {
            name: _exact(item) for name, item in cast("dict[str, Any]", value).items()
        }
    return value


def _words(limits: Sequence[Limit]) -> str:
    return " and ".join(f"stated limit {limit.condition}" for limit in limits) or (
        "no stated limit"
    )


# Limits on files: compared like the published rules of their fields.


def _file_facts(
    old: Model,
    key: Key,
    one: Sequence[Limit],
    other: Sequence[Limit],
    location: SchemaLocation,
) -> Iterator[Fact]:
    fields, name = key
    if name == "format":
        yield from _format_facts(fields[0], one, other, _at(location, fields[0]))
        return
    published = () if name in TOTALS else _published(old, fields[0])
    at = location if name in TOTALS else _at(location, fields[0])
    before, after = (
        (*published, *(_as_rule(limit, name) for limit in limits))
        for limits in (one, other)
    )
    for fact in rule_facts(before, after, at, f"stated {', '.join(fields)}"):
        yield replace(fact, metric=name)


def _published(model: Model, field: str) -> tuple[Rule, ...]:
    """The published rules of the files of a field."""
    return tuple(
        rule for rule in model.rules if rule.pointer.removesuffix("/*") == field
    )


def _as_rule(limit: Limit, name: str) -> Rule:
    rule = parse_rule(limit.rules[0])
    assert isinstance(rule, MeasureRule)
    return Rule(
        pointer=limit.fields[0],
        metric=TOTALS.get(name, name),
        operator=rule.operator.symbol,
        limit=_limit_text(rule),
    )


def _limit_text(rule: MeasureRule) -> str:
    threshold = rule.threshold
    if ":" not in rule.limit:
        return rule.limit
    return f"{threshold.numerator}/{threshold.denominator}"


def _format_facts(
    field: str, one: Sequence[Limit], other: Sequence[Limit], at: SchemaLocation
) -> Iterator[Fact]:
    before, after = _formats(one), _formats(other)
    was, now = (_words(limits) for limits in (one, other))
    yield MediaLimitsChanged(
        at,
        "format",
        was,
        now,
        (f"stated {field}: {was}", f"stated {field}: {now}"),
        _contains(after, before),
        _contains(before, after),
    )


def _formats(limits: Sequence[Limit]) -> frozenset[str] | None:
    """The formats that all limits list; None if there are no limits."""
    listed = [parse_rule(limit.rules[0]) for limit in limits]
    sets = [frozenset(rule.names) for rule in listed if isinstance(rule, FormatRule)]
    if not sets:
        return None
    common = sets[0]
    for names in sets[1:]:
        common &= names
    return common


def _contains(large: frozenset[str] | None, small: frozenset[str] | None) -> Answer:
    from runcomfy_runtime.media.format_table import FORMATS

    if large is None:
        return YES
    more = sorted((FORMATS.keys() if small is None else small) - large)
    return No({"format": more[0]}) if more else YES


def _at(location: SchemaLocation, field: str) -> SchemaLocation:
    """The place of a field in the document."""
    steps = (
        "items" if step == "*" else f"properties/{pointer_token(step)}"
        for step in steps_of(field)
    )
    return replace(location, pointer="/".join((location.pointer, *steps)))
