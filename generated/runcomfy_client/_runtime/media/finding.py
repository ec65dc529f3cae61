"""What was found where a payload names media, and the problems that follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from ..report import Problem
from .errors import MediaError
from .info import MediaInfo
from .kind import judge_kind
from .place import Place
from .source import certain
from .verdict import Check, Verdict, judge

Outcome: TypeAlias = MediaInfo | MediaError
"""What was measured, or why nothing was."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found at one place: the file, or why there is none, and every check of it.

    If the kind of the file is known to be wrong, that is the only check: what holds for an
    image says nothing of a video.
    """

    place: Place
    outcome: Outcome
    checks: tuple[Check, ...]

    @classmethod
    def of(cls, place: Place, outcome: Outcome) -> Finding:
        """Check everything at a place."""
        rules = tuple(judge(rule, outcome) for rule in place.rules)
        if not place.kind or isinstance(outcome, MediaError):
            return cls(place, outcome, rules)
        kind = judge_kind(place.kind, place.pointer, outcome)
        return cls(
            place, outcome, (kind,) if kind.verdict is Verdict.FAIL else (kind, *rules)
        )

    def problems(self) -> Iterator[Problem]:
        """What is wrong or unknown; one problem for a file that could not be measured."""
        if isinstance(self.outcome, MediaError):
            yield _unmeasured(self.place, self.outcome)
            return
        for check in self.checks:
            if check.verdict is not Verdict.PASS:
                yield _problem(self.place.pointer, check)


def _unmeasured(place: Place, error: MediaError) -> Problem:
    """One problem for all rules on a file."""
    rules = ", ".join(each.condition for each in place.rules)
    return Problem(
        pointer=place.pointer,
        code="media",
        message=f"{error} (not checked: {rules})",
        actual=error.fault.value,
        verdict="fail" if certain(place.source, error) else "unknown",
    )


def _problem(pointer: str, check: Check) -> Problem:
    """A broken rule in its published words, or why it is not known whether it is kept."""
    rule = check.rule
    words = rule.message or f"{rule.metric} must be {rule.operator} {rule.limit}"
    failed = check.verdict is Verdict.FAIL
    return Problem(
        pointer=pointer,
        code=rule.metric,
        message=words if failed else f"{words} ({check.reason})",
        limit=rule.limit,
        actual=check.actual or None,
        verdict="fail" if failed else "unknown",
        rule=rule.condition,
        evidence=check.evidence,
    )
