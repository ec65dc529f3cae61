"""Does every file that passes these rules pass those? Yes, no with a file, or unsure."""

from __future__ import annotations

from collections.abc import Sequence

from runcomfy_runtime.rule import Rule

from ..containment.answer import YES, Answer, No, Unsure
from ..containment.exact import number
from .files import files, groups
from .limit import File, Limit, keeps, limits
from .reach import impossible, reached
from .span import domain, spans


def rules_inside(one: Sequence[Rule], other: Sequence[Rule]) -> Answer:
    """Whether every file that keeps the rules of ``one`` keeps those of ``other``.

    The witness of a ``No`` is a table of measures, tried on the rules themselves.
    """
    known = {_key(rule) for rule in one if not rule.checkable}
    foreign = [rule for rule in other if not rule.checkable and _key(rule) not in known]
    if foreign:
        return Unsure(f"the rule {told(foreign[0])!r} is not understood")
    inner, outer = limits(one), limits(other)
    if _implied(inner, outer):
        return YES
    witness = _witness(inner, outer)
    if witness is None:
        return Unsure("several measures decide together, and no file was found")
    if known:
        return Unsure("a rule beside it is not understood, and may refuse it already")
    return No({name: number(value) for name, value in witness.items()})


def told(rule: Rule) -> str:
    """A rule as it was published, in ASCII."""
    return f"{rule.metric} {rule.operator} {rule.limit}"


def _implied(one: Sequence[Limit], other: Sequence[Limit]) -> bool:
    """Whether what is left by the one lies, metric by metric, in what the other leaves."""
    if impossible(one):
        return True
    inner, outer = spans(one), spans(other)
    return all(
        inner.get(metric, domain(metric)).inside(wanted)
        or reached(metric, inner).inside(wanted)
        for metric, wanted in outer.items()
    )


def _witness(one: Sequence[Limit], other: Sequence[Limit]) -> File | None:
    """The measures of one group that tell the rules apart, if the others can be met."""
    both = (*one, *other)
    tied = groups(both)
    if not all(_possible(_on(one, names), names) for names in tied):
        return None
    for names in tied:
        inner, outer = _on(one, names), _on(other, names)
        if set(outer) <= set(inner):
            continue
        for file in files(_on(both, names), names):
            if keeps(file, inner) and not keeps(file, outer):
                return _smallest(file, outer)
    return None


def _on(told: Sequence[Limit], names: tuple[str, ...]) -> list[Limit]:
    """The limits on measures of a group."""
    return [limit for limit in told if limit.metric.names[0] in names]


def _possible(told: Sequence[Limit], names: tuple[str, ...]) -> bool:
    """Whether some file keeps the limits of a group; no limit at all is easily kept."""
    if (
        all(len(limit.metric.names) == 1 for limit in told)
        and "megapixels" not in names
    ):
        # What is left of each measure alone is not nothing: that was asked before.
        return True
    return any(keeps(file, told) for file in files(told, names))


def _smallest(file: File, other: Sequence[Limit]) -> File:
    """The file without the measures that are not needed to refuse it."""
    kept = dict(file)
    for name in file:
        fewer = {key: value for key, value in kept.items() if key != name}
        if any(not limit.holds(fewer) for limit in other if limit.measured(fewer)):
            kept = fewer
    return kept


def _key(rule: Rule) -> tuple[str, str, str]:
    return (rule.metric, rule.operator, rule.limit)
