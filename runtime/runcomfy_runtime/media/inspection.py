"""Checking every media rule of a payload: each file is measured once, several at the same time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from ..report import Problem
from ..rule import Rule
from .errors import MediaError, MediaFault
from .fetch.policy import DEFAULT_POLICY, FetchPolicy
from .info import MediaInfo
from .prober import probe, probe_async
from .references import MediaReference, is_certain, media_references, resolve_source
from .rule_check import RuleCheck, Verdict, check_kind, check_rule

AT_ONCE = 4
"""How many files are looked at together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspector:
    """Checks media rules; it is a ``Judge`` of inputs, blocking (``check`` is not).

    ``folder`` permits values that are paths, relative to it: for a person's own documents,
    never for texts that come from somebody else. ``seconds`` is for all files together, while
    ``policy`` limits each: what there is no time for is unknown.
    """

    policy: FetchPolicy = DEFAULT_POLICY
    folder: Path | None = None
    at_once: int = AT_ONCE
    seconds: float = math.inf
    clock: Callable[[], float] = time.monotonic

    def within(self, seconds: float) -> Inspector:
        """The same with no more time than that."""
        return replace(self, seconds=min(self.seconds, seconds))

    def __call__(
        self, rules: Sequence[Rule], payload: Mapping[str, Any]
    ) -> list[Problem]:
        """Every problem of a payload's media; none is raised."""
        return _problems(self.inspect(rules, payload))

    async def check(
        self, rules: Sequence[Rule], payload: Mapping[str, Any]
    ) -> list[Problem]:
        """Do the same without blocking the event loop."""
        return _problems(await self.inspect_async(rules, payload))

    def inspect(
        self, rules: Sequence[Rule], payload: Mapping[str, Any]
    ) -> tuple[InspectedFile, ...]:
        """Look at every file that rules speak of, each once, some at a time."""
        found = media_references(rules, payload)
        jobs = _thorough_by_source(found)
        end = self.clock() + self.seconds

        def measure(text: str, thorough: bool) -> ProbeOutcome:
            try:
                return probe(
                    resolve_source(text, self.folder),
                    thorough=thorough or None,
                    policy=self._until(end),
                )
            except MediaError as error:
                return error

        if len(jobs) <= 1:  # threads would only cost time
            outcomes = [measure(*job) for job in jobs.items()]
        else:
            with ThreadPoolExecutor(self.at_once) as pool:
                outcomes = list(pool.map(measure, jobs, jobs.values()))
        return _inspected_files(found, dict(zip(jobs, outcomes, strict=True)))

    async def inspect_async(
        self, rules: Sequence[Rule], payload: Mapping[str, Any]
    ) -> tuple[InspectedFile, ...]:
        """Do the same without blocking the event loop."""
        import asyncio  # slow to load, and whoever calls this has it loaded

        found = media_references(rules, payload)
        jobs = _thorough_by_source(found)
        gate = asyncio.Semaphore(self.at_once)
        end = self.clock() + self.seconds

        async def measure(text: str, thorough: bool) -> ProbeOutcome:
            async with gate:
                try:
                    return await probe_async(
                        resolve_source(text, self.folder),
                        thorough=thorough or None,
                        policy=self._until(end),
                    )
                except MediaError as error:
                    return error

        outcomes = await asyncio.gather(*(measure(*job) for job in jobs.items()))
        return _inspected_files(found, dict(zip(jobs, outcomes, strict=True)))

    def _until(self, end: float) -> FetchPolicy:
        """The policy for one more file. Raises ``MediaError`` when the time is over."""
        left = end - self.clock()
        if left >= self.policy.seconds:
            return self.policy
        if left <= 0:
            raise MediaError(
                "there was no time left to look at it", MediaFault.TOO_COSTLY
            )
        return replace(self.policy, seconds=left)


def _thorough_by_source(found: Iterable[MediaReference]) -> dict[str, bool]:
    """Each source once, and whether any rule needs all of it."""
    jobs: dict[str, bool] = {}
    for place in found:
        jobs[place.source] = jobs.get(place.source, False) or place.thorough
    return jobs


def _inspected_files(
    found: Iterable[MediaReference], outcomes: Mapping[str, ProbeOutcome]
) -> tuple[InspectedFile, ...]:
    return tuple(InspectedFile.of(place, outcomes[place.source]) for place in found)


def _problems(found: Iterable[InspectedFile]) -> list[Problem]:
    return [problem for finding in found for problem in finding.problems()]


# What was found where a payload names media, and the problems that follow.


ProbeOutcome: TypeAlias = MediaInfo | MediaError
"""What was measured, or why nothing was."""


@dataclass(frozen=True, slots=True)
class InspectedFile:
    """What was found at one place: the file, or why there is none, and every check of it.

    If the kind of the file is known to be wrong, that is the only check: what holds for an
    image says nothing of a video.
    """

    place: MediaReference
    outcome: ProbeOutcome
    checks: tuple[RuleCheck, ...]

    @classmethod
    def of(cls, place: MediaReference, outcome: ProbeOutcome) -> InspectedFile:
        """Check everything at a place."""
        rules = tuple(check_rule(rule, outcome) for rule in place.rules)
        if not place.kind or isinstance(outcome, MediaError):
            return cls(place, outcome, rules)
        kind = check_kind(place.kind, place.pointer, outcome)
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


def _unmeasured(place: MediaReference, error: MediaError) -> Problem:
    """One problem for all rules on a file."""
    rules = ", ".join(each.condition for each in place.rules)
    return Problem(
        pointer=place.pointer,
        code="media",
        message=f"{error} (not checked: {rules})",
        actual=error.fault.value,
        verdict="fail" if is_certain(place.source, error) else "unknown",
    )


def _problem(pointer: str, check: RuleCheck) -> Problem:
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
