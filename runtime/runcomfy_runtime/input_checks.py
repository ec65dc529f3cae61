"""Checking an input before it is paid for: the schema, its media, and checks of the caller."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    NamedTuple,
    Protocol,
    Self,
    TypeAlias,
    cast,
    get_args,
    runtime_checkable,
)

from .daemon_threads import CHECK_THREADS
from .did_you_mean import did_you_mean
from .errors import BadSetting, InputRejected
from .json_values import json_problems
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
Payload: TypeAlias = Mapping[str, Any]
TimeLeft: TypeAlias = Callable[[], float]
"""Returns the seconds that are left of a call."""


def _unlimited() -> float:
    return math.inf


class InputChecks:
    """The checks of a client, and what their results mean for a submit."""

    __slots__ = ("_judges", "_locale", "_media", "_strict")

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
        self._media: tuple[InputCheck, ...] = (
            () if media == "off" else (_MediaCheck(policy),)
        )
        self._judges = tuple(checks)
        self._strict = media == "strict"
        self._locale = locale

    def report(
        self,
        what: ModelInput[Any] | type[ModelInput[Any]] | str,
        document: object = None,
        locale: str | None = None,
    ) -> Report:
        """Every problem of an input, or of a document for a model's class or id."""
        checked = _checked(what, document, locale or self._locale)
        problems = self.problems(checked.rules, checked.payload)
        return Report((*checked.problems, *problems))

    async def report_async(
        self,
        what: ModelInput[Any] | type[ModelInput[Any]] | str,
        document: object = None,
        locale: str | None = None,
    ) -> Report:
        """Do the same without blocking the event loop."""
        checked = _checked(what, document, locale or self._locale)
        problems = await self.problems_async(checked.rules, checked.payload)
        return Report((*checked.problems, *problems))

    def before_submit(
        self, model_id: str, rules: Sequence[Rule], body: bytes
    ) -> PreSubmitCheck | None:
        """The check of a body before it is paid for; None if nothing checks it."""
        if not self._judges and not (rules and self._media):
            return None
        rules = tuple(rule.in_locale(self._locale) for rule in rules)
        return PreSubmitCheck(model_id, rules, body, self)

    def problems(
        self, rules: Sequence[Rule], payload: Payload, left: TimeLeft = _unlimited
    ) -> list[Problem]:
        """What the checks find in a payload. They run as long as there is time left."""
        problems: list[Problem] = []
        for check in self._in_time(rules, left):
            problems += check(rules, payload)
        return problems

    async def problems_async(
        self, rules: Sequence[Rule], payload: Payload, left: TimeLeft = _unlimited
    ) -> list[Problem]:
        """Do the same without blocking the event loop."""
        problems: list[Problem] = []
        for check in self._in_time(rules, left):
            problems += await _run_on_loop(check, rules, payload)
        return problems

    def _in_time(self, rules: Sequence[Rule], left: TimeLeft) -> Iterator[InputCheck]:
        """The checks that there is time for, each with the time that is left when it starts.

        Files are read only where there is a rule; the caller's checks see every input.
        """
        for check in (*(self._media if rules else ()), *self._judges):
            seconds = left()
            if seconds <= 0:
                return
            if isinstance(check, TimeLimitedCheck) and seconds < math.inf:
                check = check.within(seconds)
            yield check

    def admit(self, model_id: str, problems: Iterable[Problem], left: TimeLeft) -> None:
        """Raise ``InputRejected`` if a problem rejects the input, and log what is unknown.

        When the time is over, unknown problems do not reject: the call fails with a timeout.
        """
        report = Report(tuple(problems))
        strict = self._strict and left() > 0
        rejecting = report.problems if strict else report.failed
        if rejecting:
            raise InputRejected(Report(rejecting), model_id)
        for problem in report.unknown:
            logger().warning("input of %s: %s", model_id, problem)


class PreSubmitCheck:
    """The check of one body before it is paid for. Raises ``InputRejected``.

    It checks the bytes that are sent, whatever happens to the input meanwhile. Calling it
    blocks; ``on_loop`` does not.
    """

    __slots__ = ("_body", "_checks", "_left", "_model_id", "_rules")

    def __init__(
        self,
        model_id: str,
        rules: Sequence[Rule],
        body: bytes,
        checks: InputChecks,
        left: TimeLeft = _unlimited,
    ) -> None:
        self._model_id = model_id
        self._rules = rules
        self._body = body
        self._checks = checks
        self._left = left

    def within(self, left: TimeLeft) -> Self:
        """The same check, limited to the time left of a call."""
        return type(self)(self._model_id, self._rules, self._body, self._checks, left)

    def __call__(self) -> None:
        """Run the checks, then raise or log."""
        payload = json.loads(self._body)
        problems = self._checks.problems(self._rules, payload, self._left)
        self._checks.admit(self._model_id, problems, self._left)

    async def on_loop(self) -> None:
        """Do the same without blocking the event loop."""
        payload = json.loads(self._body)
        problems = await self._checks.problems_async(self._rules, payload, self._left)
        self._checks.admit(self._model_id, problems, self._left)


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


class _Checked(NamedTuple):
    """A document after the check of its schema: what the other checks need."""

    problems: tuple[Problem, ...]
    rules: Sequence[Rule]
    payload: Payload
    """Without values that violate the schema."""


def _checked(
    what: ModelInput[Any] | type[ModelInput[Any]] | str,
    document: object,
    locale: str | None,
) -> _Checked:
    """Check the schema. An untyped document has no schema and no rules."""
    if isinstance(what, str):
        from .submission import untyped_submission

        try:
            body = untyped_submission(what, document).body
        except InputRejected as rejected:
            return _Checked(rejected.problems, (), {})
        return _Checked((), (), json.loads(body))
    # these import pydantic, which the caller has already imported
    from .model import schema_problems, schema_report
    from .problems import without_invalid_values
    from .shape import shape_of

    rules = tuple(rule.in_locale(locale) for rule in what.RULES)
    outside_json = json_problems(document if isinstance(what, type) else what)
    if isinstance(what, type):
        model, problems = what, schema_report(what, document).problems
        if not problems and not outside_json:
            document = what.model_validate(document).payload()
    elif outside_json:
        model, problems, document = type(what), (), {}
    else:
        model, problems, document = type(what), schema_problems(what), what.payload()
    problems = _with_others(problems, outside_json)
    if not problems:
        return _Checked((), rules, cast(Payload, document))
    invalid = {problem.pointer for problem in problems}
    kept = without_invalid_values(document, shape_of(model).wire, invalid, what.RULES)
    return _Checked(problems, rules, kept)


def _with_others(
    problems: tuple[Problem, ...], others: tuple[Problem, ...]
) -> tuple[Problem, ...]:
    """The problems, and the others at places that are neither reported nor inside reported ones."""
    reported = tuple(f"{problem.pointer}/" for problem in problems)
    return (
        *problems,
        *(
            problem
            for problem in others
            if not f"{problem.pointer}/".startswith(reported)
        ),
    )


async def _run_on_loop(
    check: InputCheck, rules: Sequence[Rule], payload: Mapping[str, Any]
) -> Iterable[Problem]:
    if isinstance(check, AsyncInputCheck):
        return await check.check(rules, payload)
    return await CHECK_THREADS.run(lambda: list(check(rules, payload)))


def _unknown_media_checks(given: object) -> BadSetting:
    words: tuple[str, ...] = get_args(MediaChecks)
    hint = did_you_mean(str(given), words)
    known = ", ".join(map(repr, words))
    return BadSetting(
        f"media_checks must be one of {known}, not {given!r:.40}{hint or '.'}"
    )
