"""Checking an input before it is paid for: the schema, its media, and checks of the caller."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    Protocol,
    Self,
    TypeAlias,
    cast,
    get_args,
    runtime_checkable,
)

from .checked_document import CheckedDocument, check_schema
from .daemon_threads import CHECK_THREADS
from .did_you_mean import did_you_mean
from .errors import BadSetting, InputRejected
from .limits import applied as stated
from .local_files import LocalFilePolicy
from .observer import logger
from .report import Problem, Report

if TYPE_CHECKING:
    from .lifecycle.submit_outcome import Submission
    from .limits.stated_limit import Limit
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

        Every input is checked, before each submit and by ``validate``. A model without rules,
        and a payload without a class, have no ``rules``.

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
StatedLimits = Literal["enforce", "warn", "off"]
"""What happens if an input breaks a limit that a description states and the schema does not.

``enforce``: it is rejected. ``warn``: the problem is logged at a submit, and ``validate``
reports it. ``off``: stated limits are not checked. A limit that could not be checked never
rejects an input.
"""
Payload: TypeAlias = Mapping[str, Any]
TimeLeft: TypeAlias = Callable[[], float]
"""Returns the seconds that are left of a call."""


def _unlimited() -> float:
    return math.inf


class InputChecks:
    """The checks of a client, and what their results mean for a submit."""

    __slots__ = ("_judges", "_limits", "_locale", "_media", "_strict", "local_files")

    def __init__(
        self,
        media: MediaChecks,
        checks: Iterable[InputCheck],
        locale: str | None = None,
        policy: FetchPolicy | None = None,
        limits: StatedLimits = "enforce",
        local_files: LocalFilePolicy | None = None,
    ) -> None:
        """Raises ``BadSetting`` for a word that is not a ``MediaChecks`` or ``StatedLimits``."""
        _check_word("media_checks", media, get_args(MediaChecks))
        _check_word("stated_limits", limits, get_args(StatedLimits))
        self._media = None if media == "off" else _MediaCheck(policy)
        self._limits: StatedLimits = limits
        self._judges = tuple(checks)
        self.local_files = local_files or LocalFilePolicy()
        self._strict = media == "strict"
        self._locale = locale

    def report(
        self,
        what: ModelInput[Any] | type[ModelInput[Any]] | str,
        document: object = None,
        locale: str | None = None,
    ) -> Report:
        """Every problem of an input, or of a document for a model's class or id."""
        checked = check_schema(what, document, locale or self._locale)
        problems = self.problems(checked.rules, checked.payload, limits=checked.limits)
        return self._report(checked, problems)

    async def report_async(
        self,
        what: ModelInput[Any] | type[ModelInput[Any]] | str,
        document: object = None,
        locale: str | None = None,
    ) -> Report:
        """Do the same without blocking the event loop."""
        checked = check_schema(what, document, locale or self._locale)
        problems = await self.problems_async(
            checked.rules, checked.payload, limits=checked.limits
        )
        return self._report(checked, problems)

    def _report(self, checked: CheckedDocument, problems: Iterable[Problem]) -> Report:
        refused = self.local_files.problems(checked.payload)
        return Report((*checked.problems, *refused, *problems))

    def before_submit(
        self,
        rules: Sequence[Rule],
        submission: Submission,
        limits: Sequence[Limit] = (),
    ) -> PreSubmitCheck | None:
        """The check of a job before it is paid for; None if nothing checks it."""
        limits = () if self._limits == "off" else limits
        if not self._judges and not limits and not (rules and self._media):
            return None
        rules = tuple(rule.in_locale(self._locale) for rule in rules)
        return PreSubmitCheck(submission, rules, self, limits=limits)

    def problems(
        self,
        rules: Sequence[Rule],
        payload: Payload,
        left: TimeLeft = _unlimited,
        limits: Sequence[Limit] = (),
    ) -> list[Problem]:
        """What the checks find in a payload. They run as long as there is time left."""
        limits = () if self._limits == "off" else limits
        problems = stated.value_problems(limits, payload)
        for check in self._in_time(rules, left, limits):
            problems += check(rules, payload)
        return self._weighed(problems)

    async def problems_async(
        self,
        rules: Sequence[Rule],
        payload: Payload,
        left: TimeLeft = _unlimited,
        limits: Sequence[Limit] = (),
    ) -> list[Problem]:
        """Do the same without blocking the event loop."""
        limits = () if self._limits == "off" else limits
        problems = stated.value_problems(limits, payload)
        for check in self._in_time(rules, left, limits):
            problems += await _run_on_loop(check, rules, payload)
        return self._weighed(problems)

    def _weighed(self, problems: list[Problem]) -> list[Problem]:
        """The problems; if limits only warn, none of a limit is certain."""
        if self._limits != "warn":
            return problems
        return [
            (
                replace(problem, verdict="unknown", level="warn")
                if problem.origin == "limit"
                else problem
            )
            for problem in problems
        ]

    def _in_time(
        self, rules: Sequence[Rule], left: TimeLeft, limits: Sequence[Limit]
    ) -> Iterator[InputCheck]:
        """The checks that there is time for, each with the time that is left when it starts.

        Files are read only where there is a rule or a limit; the caller's checks see every
        input.
        """
        media: tuple[InputCheck, ...] = ()
        if self._media is not None and (rules or stated.are_about_files(limits)):
            media = (self._media.with_limits(limits),)
        for check in (*media, *self._judges):
            seconds = left()
            if seconds <= 0:
                return
            if isinstance(check, TimeLimitedCheck) and seconds < math.inf:
                check = check.within(seconds)
            yield check

    def admit(self, model_id: str, problems: Iterable[Problem], left: TimeLeft) -> None:
        """Raise ``InputRejected`` if a problem rejects the input, and log what is unknown.

        When the time is over, unknown problems do not reject: the call fails with a timeout.
        A limit that is not certain never rejects.
        """
        report = Report(tuple(problems))
        strict = self._strict and left() > 0
        rejecting = tuple(
            problem
            for problem in report
            if problem.verdict == "fail" or (strict and problem.origin != "limit")
        )
        if rejecting:
            raise InputRejected(Report(rejecting), model_id)
        for problem in report.unknown:
            logger().warning("input of %s: %s", model_id, problem)


class PreSubmitCheck:
    """The check of one job before it is paid for. Raises ``InputRejected``.

    It checks the bytes that are sent, whatever happens to the input meanwhile; local files
    before they are read or hosted. Calling it blocks; ``on_loop`` does not.
    """

    __slots__ = ("_checks", "_left", "_limits", "_rules", "_submission")

    def __init__(
        self,
        submission: Submission,
        rules: Sequence[Rule],
        checks: InputChecks,
        left: TimeLeft = _unlimited,
        limits: Sequence[Limit] = (),
    ) -> None:
        self._submission = submission
        self._limits = limits
        self._rules = rules
        self._checks = checks
        self._left = left

    def within(self, left: TimeLeft) -> Self:
        """The same check, limited to the time left of a call."""
        return type(self)(
            self._submission, self._rules, self._checks, left, self._limits
        )

    def _payload(self) -> Payload:
        """A copy of what is checked. A local file is its ``Path``."""
        if self._submission.files is None:
            return cast(Payload, json.loads(self._submission.body))
        return deepcopy(self._submission.members)

    def __call__(self) -> None:
        """Run the checks, then raise or log."""
        problems = self._checks.problems(
            self._rules, self._payload(), self._left, self._limits
        )
        self._checks.admit(self._submission.model_id, problems, self._left)

    async def on_loop(self) -> None:
        """Do the same without blocking the event loop."""
        problems = await self._checks.problems_async(
            self._rules, self._payload(), self._left, self._limits
        )
        self._checks.admit(self._submission.model_id, problems, self._left)


class _MediaCheck:
    """The check of media rules, and of limits on files. It is loaded when it is needed."""

    def __init__(
        self,
        policy: FetchPolicy | None,
        seconds: float = math.inf,
        limits: Sequence[Limit] = (),
    ) -> None:
        self._policy = policy
        self._seconds = seconds
        self._limits = limits

    def with_limits(self, limits: Sequence[Limit]) -> _MediaCheck:
        return _MediaCheck(self._policy, self._seconds, limits) if limits else self

    def within(self, seconds: float) -> _MediaCheck:
        return _MediaCheck(self._policy, seconds, self._limits)

    def __call__(
        self, rules: Sequence[Rule], payload: Mapping[str, Any]
    ) -> Iterable[Problem]:
        return self._inspector()(rules, payload, self._limits)

    async def check(
        self, rules: Sequence[Rule], payload: Mapping[str, Any]
    ) -> Iterable[Problem]:
        return await self._inspector().check(rules, payload, self._limits)

    def _inspector(self) -> Inspector:
        from .media.inspection import Inspector

        if self._policy is None:
            return Inspector(seconds=self._seconds)
        return Inspector(policy=self._policy, seconds=self._seconds)


async def _run_on_loop(
    check: InputCheck, rules: Sequence[Rule], payload: Mapping[str, Any]
) -> Iterable[Problem]:
    if isinstance(check, AsyncInputCheck):
        return await check.check(rules, payload)
    return await CHECK_THREADS.run(lambda: list(check(rules, payload)))


def _check_word(setting: str, given: object, words: tuple[str, ...]) -> None:
    if given in words:
        return
    hint = did_you_mean(str(given), words)
    known = ", ".join(map(repr, words))
    raise BadSetting(
        f"{setting} must be one of {known}, not {given!r:.40}{hint or '.'}"
    )
