"""Checking an input before it is paid for: the schema, its media, and checks of the caller."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    Protocol,
    Self,
    TypeAlias,
    get_args,
    runtime_checkable,
)

from .did_you_mean import did_you_mean
from .errors import BadSetting, InputRejected
from .observer import logger
from .report import Problem, Report

if TYPE_CHECKING:
    from .media.fetch.policy import FetchPolicy
    from .media.inspection import Inspector
    from .model import ModelInput
    from .rule import Rule


class InputCheck(Protocol):
    """Checks rules that a schema cannot state, such as those on media."""

    def __call__(
        self, rules: Sequence[Rule], payload: Mapping[str, Any]
    ) -> Iterable[Problem]:
        """Return the problems of a payload; do not raise for them.

        Values that violate the schema are reported elsewhere. Here they are null or absent.
        """
        ...


Judge = InputCheck
"""The earlier name of ``InputCheck``."""


@runtime_checkable
class AsyncInputCheck(Protocol):
    """An input check that can also run without blocking an event loop.

    The asyncio client runs any other check in a thread.
    """

    async def check(
        self, rules: Sequence[Rule], payload: Mapping[str, Any]
    ) -> Iterable[Problem]:
        """Do the same as calling the check."""
        ...


@runtime_checkable
class TimeLimitedCheck(Protocol):
    """An input check that accepts a time limit. Other checks run until they are done."""

    def within(self, seconds: float) -> InputCheck:
        """The same check with at most this much time."""
        ...


MediaChecks = Literal["strict", "warn", "off"]
"""What happens to a submit if a file breaks a rule or cannot be measured.

``warn``: a broken rule rejects the input; a file that cannot be measured is logged.
``strict``: both reject it. ``off``: no file is read.
"""
TimeLeft: TypeAlias = Callable[[], float]
"""Returns the seconds that are left of a call."""


def _unlimited() -> float:
    return math.inf


class InputChecks:
    """The checks of a client, and what their results mean for a submit."""

    __slots__ = ("_checks", "_locale", "_strict")

    def __init__(
        self,
        media: MediaChecks,
        checks: Iterable[InputCheck],
        locale: str | None = None,
        policy: FetchPolicy | None = None,
    ) -> None:
        """Raises ``BadSetting`` if ``media`` is not one of ``MediaChecks``."""
        if media not in get_args(MediaChecks):
            raise _unknown_media_checks(media)
        media_checks: tuple[InputCheck, ...] = (
            () if media == "off" else (_MediaCheck(policy),)
        )
        self._checks = (*media_checks, *checks)
        self._strict = media == "strict"
        self._locale = locale

    def report(
        self,
        what: ModelInput[Any] | type[ModelInput[Any]],
        document: object = None,
        locale: str | None = None,
        left: TimeLeft = _unlimited,
    ) -> Report:
        """Every problem of an input, or of a document for a model's class.

        Checks run as long as there is time left.
        """
        checks = _within_time(self._checks, left)
        return validate(what, document, checks, locale or self._locale)

    async def report_async(
        self,
        what: ModelInput[Any] | type[ModelInput[Any]],
        document: object = None,
        locale: str | None = None,
        left: TimeLeft = _unlimited,
    ) -> Report:
        """Do the same without blocking the event loop."""
        checks = _within_time(self._checks, left)
        return await validate_async(what, document, checks, locale or self._locale)

    def before_submit(self, what: ModelInput[Any] | str) -> PreSubmitCheck | None:
        """The check to run before an input is paid for; None if there is nothing to check."""
        if isinstance(what, str) or not self._checks or not what.RULES:
            return None
        return PreSubmitCheck(what, self)

    def admit(self, what: ModelInput[Any], report: Report, left: TimeLeft) -> None:
        """Raise ``InputRejected`` if a report rejects the input, and log what is unknown.

        When the time is over, unknown problems do not reject: the call fails with a timeout.
        """
        strict = self._strict and left() > 0
        problems = report.problems if strict else report.failed
        if problems:
            raise InputRejected(Report(problems), what.MODEL_ID)
        for problem in report.unknown:
            logger().warning("input of %s: %s", what.MODEL_ID, problem)


class PreSubmitCheck:
    """The check of one input before it is paid for. Raises ``InputRejected``.

    Calling it blocks; ``on_loop`` does not.
    """

    __slots__ = ("_checks", "_left", "_what")

    def __init__(
        self, what: ModelInput[Any], checks: InputChecks, left: TimeLeft = _unlimited
    ) -> None:
        self._what = what
        self._checks = checks
        self._left = left

    def within(self, left: TimeLeft) -> Self:
        """The same check, limited to the time left of a call."""
        return type(self)(self._what, self._checks, left)

    def __call__(self) -> None:
        """Run the checks, then raise or log."""
        report = self._checks.report(self._what, left=self._left)
        self._checks.admit(self._what, report, self._left)

    async def on_loop(self) -> None:
        """Do the same without blocking the event loop."""
        report = await self._checks.report_async(self._what, left=self._left)
        self._checks.admit(self._what, report, self._left)


class _MediaCheck:
    """The check of media rules. It is loaded when there is something to check."""

    def __init__(self, policy: FetchPolicy | None, seconds: float = math.inf) -> None:
        self._policy = policy
        self._seconds = seconds

    def within(self, seconds: float) -> _MediaCheck:
        return _MediaCheck(self._policy, seconds)

    def __call__(
        self, rules: Sequence[Rule], payload: Mapping[str, Any]
    ) -> Iterable[Problem]:
        return self._inspector()(rules, payload)

    async def check(
        self, rules: Sequence[Rule], payload: Mapping[str, Any]
    ) -> Iterable[Problem]:
        return await self._inspector().check(rules, payload)

    def _inspector(self) -> Inspector:
        from .media.inspection import Inspector

        if self._policy is None:
            return Inspector(seconds=self._seconds)
        return Inspector(policy=self._policy, seconds=self._seconds)


def _within_time(checks: Iterable[InputCheck], left: TimeLeft) -> Iterator[InputCheck]:
    """The checks that there is time for, each with the time that is left when it starts."""
    for check in checks:
        seconds = left()
        if seconds <= 0:
            return
        if isinstance(check, TimeLimitedCheck) and seconds < math.inf:
            check = check.within(seconds)
        yield check


def validate(
    what: ModelInput[Any] | type[ModelInput[Any]],
    document: object,
    checks: Iterable[InputCheck] = (),
    locale: str | None = None,
) -> Report:
    """Every problem of an input, or of a document for a model's class; nothing is raised.

    Published messages are in ``locale`` if they were published in it.
    """
    schema, payload = _check_schema(what, document)
    rules = [rule.in_locale(locale) for rule in what.RULES]
    problems = list(schema.problems)
    for check in checks:
        problems += check(rules, payload)
    return Report(tuple(problems))


async def validate_async(
    what: ModelInput[Any] | type[ModelInput[Any]],
    document: object,
    checks: Iterable[InputCheck] = (),
    locale: str | None = None,
) -> Report:
    """Do what ``validate`` does without blocking the event loop while files are read."""
    schema, payload = _check_schema(what, document)
    rules = [rule.in_locale(locale) for rule in what.RULES]
    problems = list(schema.problems)
    for check in checks:
        problems += await _run_on_loop(check, rules, payload)
    return Report(tuple(problems))


def _check_schema(
    what: ModelInput[Any] | type[ModelInput[Any]], document: object
) -> tuple[Report, Mapping[str, Any]]:
    """The schema problems, and the payload without invalid values for the other checks."""
    if not isinstance(what, type):
        return Report(), what.payload()
    # these import pydantic, which the caller has already imported
    from .model import schema_report as check
    from .problems import shape_of
    from .problems import without_invalid_values as remnant

    report = check(what, document)
    if report.ok:
        return report, what.model_validate(document).payload()
    invalid = {problem.pointer for problem in report}
    return report, remnant(document, shape_of(what).wire, invalid, what.RULES)


async def _run_on_loop(
    check: InputCheck, rules: Sequence[Rule], payload: Mapping[str, Any]
) -> Iterable[Problem]:
    if isinstance(check, AsyncInputCheck):
        return await check.check(rules, payload)
    from asyncio import (
        to_thread,
    )  # slow to import, and already imported by every caller

    return await to_thread(lambda: list(check(rules, payload)))


def _unknown_media_checks(given: object) -> BadSetting:
    words: tuple[str, ...] = get_args(MediaChecks)
    hint = did_you_mean(str(given), words)
    known = ", ".join(map(repr, words))
    return BadSetting(
        f"media_checks must be one of {known}, not {given!r:.40}{hint or '.'}"
    )
