"""Checking an input before anything is paid: the schema, then whoever else has a say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

from .errors import InputRejected
from .observer import logger
from .report import Problem, Report

if TYPE_CHECKING:
    from .model import ModelInput
    from .rule import Rule


class Judge(Protocol):
    """Somebody who checks rules that a schema cannot state, as those on media."""

    def __call__(
        self, rules: Sequence[Rule], payload: Mapping[str, Any]
    ) -> Iterable[Problem]:
        """The problems of a payload that fits the schema; nothing is raised for them."""
        ...


MediaChecks = Literal["strict", "warn", "off"]
"""What a file that breaks a rule, or cannot be measured, means for a submit.

``warn``: a broken rule refuses the input, what cannot be measured is logged. ``strict``: both
refuse it. ``off``: no file is looked at.
"""


class Checks:
    """Who checks inputs, and what follows from what they find."""

    __slots__ = ("_judges", "_strict")

    def __init__(self, media: MediaChecks, judges: Iterable[Judge]) -> None:
        ours: tuple[Judge, ...] = () if media == "off" else (_media,)
        self._judges = (*ours, *judges)
        self._strict = media == "strict"

    def report(
        self, what: ModelInput[Any] | type[ModelInput[Any]], document: object
    ) -> Report:
        """Every problem of an input, or of a document for a model's class."""
        return validate(what, document, self._judges)

    def before_submit(self, what: ModelInput[Any] | str) -> Callable[[], None] | None:
        """What is to be done before an input is paid for, if anything is."""
        if isinstance(what, str) or not self._judges or not what.RULES:
            return None
        return lambda: self._refuse(what)

    def _refuse(self, what: ModelInput[Any]) -> None:
        report = self.report(what, None)
        found = report.problems if self._strict else report.failed
        if found:
            raise InputRejected(Report(found), what.MODEL_ID)
        for problem in report.unknown:
            logger().warning("input of %s: %s", what.MODEL_ID, problem)


def _media(rules: Sequence[Rule], payload: Mapping[str, Any]) -> Iterable[Problem]:
    """The judge of media, loaded when there is something to judge."""
    from .media.inspection import Inspector

    return Inspector()(rules, payload)


def validate(
    what: ModelInput[Any] | type[ModelInput[Any]],
    document: object,
    judges: Sequence[Judge] = (),
) -> Report:
    """Every problem of an input, or of a document for a model's class; none is raised."""
    from .model import check  # pydantic, which the caller has loaded by now

    given = what
    if isinstance(given, type):
        report = check(given, document)
        if not report.ok:
            return report
        given = given.model_validate(document)
    payload = given.payload()
    found = [problem for judge in judges for problem in judge(given.RULES, payload)]
    return Report(tuple(found))
