"""Checking an input before anything is paid: the schema, then whoever else has a say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

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
