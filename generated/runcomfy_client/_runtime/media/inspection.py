"""Checking every media rule of a payload: which files it names, and what is true of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, cast

from ..report import Problem
from ..rule import Rule
from .errors import MediaError
from .fetch.policy import DEFAULT_POLICY, FetchPolicy
from .info import MediaInfo
from .prober import MediaSource, probe, probe_async
from .verdict import Check, Verdict, judge

AT_ONCE = 4
"""How many files are looked at together."""
_NEEDS_ALL = frozenset({"duration_seconds", "fps", "frames"})

Outcome: TypeAlias = MediaInfo | MediaError


@dataclass(frozen=True, slots=True)
class Place:
    """One value in a payload that rules speak of, and those rules."""

    pointer: str
    source: str
    rules: tuple[Rule, ...]

    @property
    def thorough(self) -> bool:
        """Whether a rule asks for what only reading the whole file can tell."""
        parsed = [rule.expression for rule in self.rules]
        return any(_NEEDS_ALL & set(each.names) for each in parsed if each is not None)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found at one place: the file, or why there is none, and a check for each rule."""

    place: Place
    outcome: Outcome
    checks: tuple[Check, ...]

    def problems(self) -> Iterator[Problem]:
        """What is wrong or unknown; one problem for a file that could not be measured."""
        if isinstance(self.outcome, MediaError):
            yield _unmeasured(self.place, self.outcome)
            return
        for check in self.checks:
            if check.verdict is not Verdict.PASS:
                yield _problem(self.place.pointer, check)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspector:
    """Checks media rules; it is a ``Judge`` of inputs, blocking (``check`` is not).

    ``folder`` permits values that are paths, relative to it: for a person's own documents,
    never for texts that come from somebody else.
    """

    policy: FetchPolicy = DEFAULT_POLICY
    folder: Path | None = None
    at_once: int = AT_ONCE

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
    ) -> tuple[Finding, ...]:
        """Look at every file that rules speak of, each once, some at a time."""
        found = places(rules, payload)
        jobs = _jobs(found)
        if len(jobs) <= 1:  # threads would only cost time
            outcomes = [self._measure(*job) for job in jobs.items()]
        else:
            with ThreadPoolExecutor(self.at_once) as pool:
                outcomes = list(pool.map(self._measure, jobs, jobs.values()))
        return _findings(found, dict(zip(jobs, outcomes, strict=True)))

    async def inspect_async(
        self, rules: Sequence[Rule], payload: Mapping[str, Any]
    ) -> tuple[Finding, ...]:
        """Do the same without blocking the event loop."""
        import asyncio  # slow to load, and whoever calls this has it loaded

        found = places(rules, payload)
        jobs = _jobs(found)
        gate = asyncio.Semaphore(self.at_once)

        async def measure(text: str, thorough: bool) -> Outcome:
            async with gate:
                try:
                    return await probe_async(
                        self._source(text),
                        thorough=thorough or None,
                        policy=self.policy,
                    )
                except MediaError as error:
                    return error

        outcomes = await asyncio.gather(*(measure(*job) for job in jobs.items()))
        return _findings(found, dict(zip(jobs, outcomes, strict=True)))

    def _measure(self, text: str, thorough: bool) -> Outcome:
        try:
            return probe(
                self._source(text), thorough=thorough or None, policy=self.policy
            )
        except MediaError as error:
            return error

    def _source(self, text: str) -> MediaSource:
        if self.folder is None or _is_url(text):
            return text
        return self.folder / text


def places(rules: Iterable[Rule], payload: Mapping[str, Any]) -> tuple[Place, ...]:
    """Every text in a payload that rules speak of, in the order of the rules."""
    grouped: dict[str, list[Rule]] = {}
    for rule in rules:
        grouped.setdefault(rule.pointer, []).append(rule)
    return tuple(
        Place(pointer, value, tuple(group))
        for pattern, group in grouped.items()
        for pointer, value in _values(payload, pattern.split("/")[1:], "")
        if isinstance(value, str)
    )


def _values(value: Any, tokens: list[str], pointer: str) -> Iterator[tuple[str, Any]]:
    """Every value at a pointer in which ``*`` stands for all items of an array."""
    if not tokens:
        yield pointer, value
        return
    step, *rest = tokens
    if step == "*":
        items = cast(Sequence[Any], value) if isinstance(value, (list, tuple)) else ()
        for index, item in enumerate(items):
            yield from _values(item, rest, f"{pointer}/{index}")
    elif isinstance(value, Mapping):
        members = cast(Mapping[str, Any], value)
        name = step.replace("~1", "/").replace("~0", "~")
        if name in members:
            yield from _values(members[name], rest, f"{pointer}/{step}")


def _jobs(found: Iterable[Place]) -> dict[str, bool]:
    """Each source once, and whether any rule needs all of it."""
    jobs: dict[str, bool] = {}
    for place in found:
        jobs[place.source] = jobs.get(place.source, False) or place.thorough
    return jobs


def _findings(
    found: Iterable[Place], outcomes: Mapping[str, Outcome]
) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            place,
            outcomes[place.source],
            tuple(judge(rule, outcomes[place.source]) for rule in place.rules),
        )
        for place in found
    )


def _problems(found: Iterable[Finding]) -> list[Problem]:
    return [problem for finding in found for problem in finding.problems()]


def _is_url(text: str) -> bool:
    return text[:5].lower() == "data:" or "://" in text[:16]


def _unmeasured(place: Place, error: MediaError) -> Problem:
    """One problem for all rules on a file. It is certain only if the file itself is at hand."""
    rules = ", ".join(
        f"{each.metric} {each.operator} {each.limit}" for each in place.rules
    )
    at_hand = not place.source[:6].lower().startswith(("https:", "http:"))
    certain = at_hand and error.fault.conclusive
    return Problem(
        pointer=place.pointer,
        code="media",
        message=f"{error} (not checked: {rules})",
        verdict="fail" if certain else "unknown",
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
    )
