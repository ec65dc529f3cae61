"""Checking an input before anything is paid: the schema, then whoever else has a say."""

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
    """Somebody who checks rules that a schema cannot state, as those on media."""

    def __call__(
        self, rules: Sequence[Rule], payload: Mapping[str, Any]
    ) -> Iterable[Problem]:
        """The problems of a payload; nothing is raised for them.

        What breaks the schema is told elsewhere: it is null here, or absent.
        """
        ...


@runtime_checkable
class AsyncInputCheck(Protocol):
    """A judge that can also wait without blocking an event loop.

    The asyncio client asks any other judge in a thread.
    """

    async def check(
        self, rules: Sequence[Rule], payload: Mapping[str, Any]
    ) -> Iterable[Problem]:
        """Do what calling the judge does."""
        ...


@runtime_checkable
class TimeLimitedCheck(Protocol):
    """A judge that can be told how long it may take. Any other takes what it takes."""

    def within(self, seconds: float) -> InputCheck:
        """The same judge with no more time than that."""
        ...


MediaChecks = Literal["strict", "warn", "off"]
"""What a file that breaks a rule, or cannot be measured, means for a submit.

``warn``: a broken rule refuses the input, what cannot be measured is logged. ``strict``: both
refuse it. ``off``: no file is looked at.
"""
TimeLeft: TypeAlias = Callable[[], float]
"""How many seconds are left of a call."""


def _unlimited() -> float:
    return math.inf


class InputChecks:
    """Who checks inputs, and what follows from what they find."""

    __slots__ = ("_judges", "_locale", "_strict")

    def __init__(
        self,
        media: MediaChecks,
        judges: Iterable[InputCheck],
        locale: str | None = None,
        policy: FetchPolicy | None = None,
    ) -> None:
        """Raises ``BadSetting`` for a word that is none of ``MediaChecks``."""
        if media not in get_args(MediaChecks):
            raise _unknown_media_checks(media)
        ours: tuple[InputCheck, ...] = () if media == "off" else (_MediaCheck(policy),)
        self._judges = (*ours, *judges)
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

        Judges are asked as long as there is time left.
        """
        judges = _within_time(self._judges, left)
        return validate(what, document, judges, locale or self._locale)

    async def report_async(
        self,
        what: ModelInput[Any] | type[ModelInput[Any]],
        document: object = None,
        locale: str | None = None,
        left: TimeLeft = _unlimited,
    ) -> Report:
        """Do the same without blocking the event loop."""
        judges = _within_time(self._judges, left)
        return await validate_async(what, document, judges, locale or self._locale)

    def before_submit(self, what: ModelInput[Any] | str) -> PreSubmitCheck | None:
        """What is to be done before an input is paid for, if anything is."""
        if isinstance(what, str) or not self._judges or not what.RULES:
            return None
        return PreSubmitCheck(what, self)

    def admit(self, what: ModelInput[Any], report: Report, left: TimeLeft) -> None:
        """Raise ``InputRejected`` if a report refuses an input, and log what is unknown.

        What is unknown when the time is over refuses nothing: the call fails for that.
        """
        strict = self._strict and left() > 0
        found = report.problems if strict else report.failed
        if found:
            raise InputRejected(Report(found), what.MODEL_ID)
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
        """The same check in what is left of a call."""
        return type(self)(self._what, self._checks, left)

    def __call__(self) -> None:
        """Check, and raise or log."""
        report = self._checks.report(self._what, left=self._left)
        self._checks.admit(self._what, report, self._left)

    async def on_loop(self) -> None:
        """Do the same without blocking the event loop."""
        report = await self._checks.report_async(self._what, left=self._left)
        self._checks.admit(self._what, report, self._left)


class _MediaCheck:
    """The judge of media, loaded when there is something to judge."""

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


def _within_time(judges: Iterable[InputCheck], left: TimeLeft) -> Iterator[InputCheck]:
    """The judges that there is time for, each with what is left when its turn comes."""
    for judge in judges:
        seconds = left()
        if seconds <= 0:
            return
        if isinstance(judge, TimeLimitedCheck) and seconds < math.inf:
            judge = judge.within(seconds)
        yield judge


def validate(
    what: ModelInput[Any] | type[ModelInput[Any]],
    document: object,
    judges: Iterable[InputCheck] = (),
    locale: str | None = None,
) -> Report:
    """Every problem of an input, or of a document for a model's class; none is raised.

    Published messages are told in ``locale`` where they were published in it.
    """
    schema, payload = _check_schema(what, document)
    rules = [rule.in_locale(locale) for rule in what.RULES]
    found = list(schema.problems)
    for judge in judges:
        found += judge(rules, payload)
    return Report(tuple(found))


async def validate_async(
    what: ModelInput[Any] | type[ModelInput[Any]],
    document: object,
    judges: Iterable[InputCheck] = (),
    locale: str | None = None,
) -> Report:
    """Do what ``validate`` does without blocking the event loop while files are read."""
    schema, payload = _check_schema(what, document)
    rules = [rule.in_locale(locale) for rule in what.RULES]
    found = list(schema.problems)
    for judge in judges:
        found += await _run_on_loop(judge, rules, payload)
    return Report(tuple(found))


def _check_schema(
    what: ModelInput[Any] | type[ModelInput[Any]], document: object
) -> tuple[Report, Mapping[str, Any]]:
    """What the schema says, and what is left for judges."""
    if not isinstance(what, type):
        return Report(), what.payload()
    # pydantic, which the caller has loaded by now
    from .model import schema_report as check
    from .problems import without_invalid_values as remnant
    from .shape import shape_of

    report = check(what, document)
    if report.ok:
        return report, what.model_validate(document).payload()
    wrong = {problem.pointer for problem in report}
    return report, remnant(document, shape_of(what).wire, wrong, what.RULES)


async def _run_on_loop(
    judge: InputCheck, rules: Sequence[Rule], payload: Mapping[str, Any]
) -> Iterable[Problem]:
    if isinstance(judge, AsyncInputCheck):
        return await judge.check(rules, payload)
    from asyncio import to_thread  # slow to load, and who awaits this has it loaded

    return await to_thread(lambda: list(judge(rules, payload)))


def _unknown_media_checks(given: object) -> BadSetting:
    words: tuple[str, ...] = get_args(MediaChecks)
    hint = did_you_mean(str(given), words)
    told = ", ".join(map(repr, words))
    return BadSetting(
        f"media_checks must be one of {told}, not {given!r:.40}{hint or '.'}"
    )
