"""Which findings of the two lenses are about one change: readers see it once, and approve it once.

A finding about code follows from findings about the wire if it has the same rule and the same
change (a field is gone), or if the annotation of a field changed because its values did.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from .compare.facts import Facet
from .finding import DiffFinding, DiffVerdict, Lens

_SEEN_BY_CHECKERS = tuple(
    f"{facet.value}-"
    for facet in (
        *(Facet.TYPE, Facet.NULL, Facet.CHOICES, Facet.MEMBERS),
        *(Facet.ALTERNATIVES,),
    )
)
"""The rules about values that also change annotations and classes."""
_WITHOUT_BOUNDS = (f"{Facet.CHOICES.value}-", f"{Facet.NULL.value}-")
_FOLLOWING = frozenset({"annotation-narrowed", "annotation-widened", "class-removed"})
"""The rules about code that follow from them."""


@dataclass(frozen=True, slots=True)
class Change:
    """A finding, and others about the same change.

    ``main`` is about the wire if the change may break callers there. Its approval covers the
    others.
    """

    main: DiffFinding
    others: tuple[DiffFinding, ...] = ()

    @property
    def findings(self) -> tuple[DiffFinding, ...]:
        """All of them, the main one first."""
        return (self.main, *self.others)

    @property
    def worst(self) -> DiffFinding:
        """The finding with the worst verdict; the main one if it is as bad."""
        order = list(DiffVerdict)
        return min(self.findings, key=lambda each: order.index(each.verdict))

    @property
    def message(self) -> str:
        """What changed. An annotation that follows from the wire adds nothing."""
        silent = {"annotation-narrowed", "annotation-widened"}
        told = (
            each.message
            for each in self.findings
            if each.rule not in silent or each in (self.main, self.worst)
        )
        return "; ".join(dict.fromkeys(told))

    @property
    def lens(self) -> str:
        """The lenses of the findings."""
        lenses = {each.lens for each in self.findings}
        return " and ".join(lens for lens in Lens if lens in lenses)


@dataclass(slots=True)
class _Causes:
    """Finds the findings about the wire from which one about code follows."""

    by_place: defaultdict[tuple[str, str], list[DiffFinding]] = field(
        default_factory=lambda: defaultdict(list)
    )

    @classmethod
    def among(cls, findings: Iterable[DiffFinding]) -> _Causes:
        causes = cls()
        for finding in findings:
            if finding.lens is Lens.WIRE:
                causes.by_place[finding.model, finding.side].append(finding)
        return causes

    def of(self, finding: DiffFinding) -> list[DiffFinding]:
        """Those that may break callers, else the others; none for one about the wire."""
        if finding.lens is Lens.WIRE:
            return []
        nearby = self.by_place[finding.model, finding.side]
        found = [each for each in nearby if _is_twin(each, finding)] or [
            each for each in nearby if _leads_to(each, finding)
        ]
        return list(filter(_hurts, found)) or found


def _hurts(finding: DiffFinding) -> bool:
    return finding.verdict.reaches(DiffVerdict.RISKY)


def _is_twin(one: DiffFinding, other: DiffFinding) -> bool:
    """Whether one rule found the same change for the wire and for code."""
    keys = ((each.rule, each.pointer, each.identity) for each in (one, other))
    return next(keys) == next(keys)


def _leads_to(wire: DiffFinding, code: DiffFinding) -> bool:
    """Whether a change of values, here or further inside, changes the annotation."""
    inside = f"{wire.pointer}/".startswith(f"{code.pointer}/")
    values = wire.rule.startswith(_SEEN_BY_CHECKERS)
    return inside and values and code.rule in _FOLLOWING


def changes(findings: Sequence[DiffFinding]) -> list[Change]:
    """Every finding once, in order, together with those that follow from it."""
    causes = _Causes.among(findings)
    others: defaultdict[int, list[DiffFinding]] = defaultdict(list)
    told: set[int] = set()
    for finding in findings:
        found = causes.of(finding)
        if found and _hurts(found[0]):
            others[id(found[0])].append(finding)
            told.add(id(finding))
        elif len(found) == 1 and id(found[0]) not in told:
            # Harmless on the wire: what is left to approve is about code.
            others[id(finding)].append(found[0])
            told.add(id(found[0]))
    return [
        Change(each, tuple(others[id(each)]))
        for each in findings
        if id(each) not in told
    ]


def approved_changes(
    findings: Sequence[DiffFinding], is_approved: Callable[[DiffFinding], bool]
) -> Iterator[bool]:
    """For each finding whether it is approved, itself or with the change that it is about.

    An approval of all findings about the wire from which one about code follows covers it.
    Where the one about code says all of the change, either approval covers both.
    """
    causes = _Causes.among(findings)
    covered: set[int] = set()
    for finding in findings:
        found = list(filter(_hurts, causes.of(finding)))
        if found and all(map(is_approved, found)):
            covered.add(id(finding))
        if len(found) == 1 and is_approved(finding) and _says_all(finding, found[0]):
            covered.add(id(found[0]))
    for finding in findings:
        yield is_approved(finding) or id(finding) in covered


def _says_all(code: DiffFinding, wire: DiffFinding) -> bool:
    """Whether the change on the wire is the one of the annotation, which has no bounds."""
    annotated = code.rule.startswith("annotation-")
    return _is_twin(code, wire) or (annotated and wire.rule.startswith(_WITHOUT_BOUNDS))
