"""Checking every media rule of a payload: each file is measured once, several at the same time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from ..limits.check_files import (
    LimitCheck,
    check_file,
    sum_problems,
    unmeasured_problem,
)
from ..limits.compiled import FileRule, compile_limits
from ..limits.stated_limit import Limit
from ..report import Problem
from ..rule import Rule
from .errors import MediaError, MediaFault
from .fetch.policy import DEFAULT_POLICY, FetchPolicy
from .info import MediaInfo
from .prober import probe, probe_async
from .references import MediaReference, is_certain, media_references, resolve_source
from .rule_check import RuleCheck, Verdict, check_kind, check_rule

AT_ONCE = 4
"""How many files are measured at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspector:
    """Checks media rules. It is an ``InputCheck``; ``check`` is its asyncio form.

    ``folder`` permits paths relative to it. Use it for your own documents only, never for
    input from others. ``seconds`` limits all files together, and ``policy`` each one. A file
    that there is no time for is unknown.
    """

    policy: FetchPolicy = DEFAULT_POLICY
    folder: Path | None = None
    at_once: int = AT_ONCE
    seconds: float = math.inf
    clock: Callable[[], float] = time.monotonic

    def within(self, seconds: float) -> Inspector:
        """The same with at most this much time."""
        return replace(self, seconds=min(self.seconds, seconds))

    def __call__(
        self,
        rules: Sequence[Rule],
        payload: Mapping[str, Any],
        limits: Sequence[Limit] = (),
    ) -> list[Problem]:
        """Every problem of a payload's media; nothing is raised."""
        return media_problems(self.inspect(rules, payload, limits), payload, limits)

    async def check(
        self,
        rules: Sequence[Rule],
        payload: Mapping[str, Any],
        limits: Sequence[Limit] = (),
    ) -> list[Problem]:
        """Do the same without blocking the event loop."""
        files = await self.inspect_async(rules, payload, limits)
        return media_problems(files, payload, limits)

    def inspect(
        self,
        rules: Sequence[Rule],
        payload: Mapping[str, Any],
        limits: Sequence[Limit] = (),
    ) -> tuple[InspectedFile, ...]:
        """Measure every file that has rules or limits, each once, several at the same time."""
        references = media_references(rules, payload, compile_limits(limits))
        jobs = _thorough_by_source(references)
        end = self.clock() + self.seconds

        def measure(text: str | Path, thorough: bool) -> ProbeOutcome:
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
        return _inspected_files(references, dict(zip(jobs, outcomes, strict=True)))

    async def inspect_async(
        self,
        rules: Sequence[Rule],
        payload: Mapping[str, Any],
        limits: Sequence[Limit] = (),
    ) -> tuple[InspectedFile, ...]:
        """Do the same without blocking the event loop."""
        import asyncio  # slow to import, and already imported by every caller

        references = media_references(rules, payload, compile_limits(limits))
        jobs = _thorough_by_source(references)
        gate = asyncio.Semaphore(self.at_once)
        end = self.clock() + self.seconds

        async def measure(text: str | Path, thorough: bool) -> ProbeOutcome:
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
        return _inspected_files(references, dict(zip(jobs, outcomes, strict=True)))

    def _until(self, end: float) -> FetchPolicy:
        """The policy for one more file. Raises ``MediaError`` when the time is over."""
        left = end - self.clock()
        if left >= self.policy.seconds:
            return self.policy
        if left <= 0:
            raise MediaError(
                "there was no time left to measure it", MediaFault.TOO_COSTLY
            )
        return replace(self.policy, seconds=left)


def _thorough_by_source(references: Iterable[MediaReference]) -> dict[str | Path, bool]:
    """Each source once, and whether any rule needs all of it."""
    jobs: dict[str | Path, bool] = {}
    for reference in references:
        jobs[reference.source] = jobs.get(reference.source, False) or reference.thorough
    return jobs


def _inspected_files(
    references: Iterable[MediaReference], outcomes: Mapping[str | Path, ProbeOutcome]
) -> tuple[InspectedFile, ...]:
    return tuple(
        InspectedFile.of(reference, outcomes[reference.source])
        for reference in references
    )


def media_problems(
    files: Iterable[InspectedFile],
    payload: Mapping[str, Any],
    limits: Sequence[Limit] = (),
) -> list[Problem]:
    """The problems of measured files, one by one and together."""
    measured = tuple(files)
    problems = [problem for file in measured for problem in file.problems()]
    outcomes = {file.reference.pointer: file.outcome for file in measured}
    problems += sum_problems(compile_limits(limits).sums, payload, outcomes)
    return problems


# The measured file of a reference, its checks and its problems.


ProbeOutcome: TypeAlias = MediaInfo | MediaError
"""The measured facts, or the error."""


@dataclass(frozen=True, slots=True)
class InspectedFile:
    """The file of one reference, or why it could not be measured, and every check of it.

    If the file is of the wrong kind, that is the only check: rules for an image do not apply
    to a video. ``limit_checks`` are those of stated limits.
    """

    reference: MediaReference
    outcome: ProbeOutcome
    checks: tuple[RuleCheck, ...]
    limit_checks: tuple[LimitCheck, ...] = ()

    @classmethod
    def of(cls, reference: MediaReference, outcome: ProbeOutcome) -> InspectedFile:
        """Run every check of a reference."""
        rules = tuple(check_rule(rule, outcome) for rule in reference.rules)
        limits = _limit_checks(reference, outcome)
        if not reference.kind or isinstance(outcome, MediaError):
            return cls(reference, outcome, rules, limits)
        kind = check_kind(reference.kind, reference.pointer, outcome)
        if kind.verdict is Verdict.FAIL:
            return cls(reference, outcome, (kind,))
        return cls(reference, outcome, (kind, *rules), limits)

    def problems(self) -> Iterator[Problem]:
        """What is wrong or unknown. A file that could not be measured is one problem."""
        pointer, error = self.reference.pointer, self.outcome
        if isinstance(error, MediaError):
            if self.reference.rules:
                yield _unmeasured(self.reference, error)
                return
            unmeasured = unmeasured_problem(self.limit_checks, pointer, error)
            if unmeasured is not None:
                yield unmeasured
        for check in self.checks:
            if check.verdict is not Verdict.PASS:
                yield _problem(pointer, check)
        for stated in self.limit_checks:
            problem = stated.problem(pointer)
            unknown = stated.verdict is Verdict.UNKNOWN
            if problem is not None and not (unknown and isinstance(error, MediaError)):
                yield problem


def _limit_checks(
    reference: MediaReference, outcome: ProbeOutcome
) -> tuple[LimitCheck, ...]:
    certain = isinstance(outcome, MediaError) and is_certain(reference.source, outcome)
    return tuple(
        check_file(check, outcome, certain=certain)
        for check in reference.limits
        if isinstance(check, FileRule)
    )


def _unmeasured(reference: MediaReference, error: MediaError) -> Problem:
    """One problem for all rules and limits on a file."""
    stated = (check.rule.text for check in reference.limits)
    rules = ", ".join((*(rule.condition for rule in reference.rules), *stated))
    return Problem(
        pointer=reference.pointer,
        code="media",
        message=f"{error} (not checked: {rules})",
        actual=error.fault.value,
        verdict="fail" if is_certain(reference.source, error) else "unknown",
        origin="rule",
    )


def _problem(pointer: str, check: RuleCheck) -> Problem:
    """A broken rule in its published words, or the reason why it is unknown."""
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
        origin="rule",
    )
