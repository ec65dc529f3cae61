"""Limits on files: every file by itself, and sums over the files of several fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from ..media.errors import MediaError, MediaFault
from ..media.info import MediaInfo
from ..media.rule_check import RuleCheck, Verdict, check_rule, format_decimal
from ..metrics_and_operators import METRICS, Interpretation, Interval
from ..report import Problem
from ..rule import Rule
from .check_values import first_given
from .compiled import FileRule, FilesTogether, files_at
from .rule_grammar import TOTALS, FormatRule, MeasureRule
from .wording import limit_problem, measured, quoted_words

_SAME_CONTAINER = frozenset({"mp4", "mov", "m4a"})
"""Formats that differ by a brand alone: a server may read one as another."""


class LimitCheck(NamedTuple):
    """The outcome of one limit on one file."""

    check: FileRule
    verdict: Verdict
    actual: str = ""
    reason: str = ""
    evidence: tuple[str, ...] = ()

    def as_rule_check(self) -> RuleCheck:
        """The outcome as that of a media rule with the limit's words."""
        rule = self.check.rule
        metric, operator, limit = "format", "in", ""
        if isinstance(rule, MeasureRule):
            metric, operator = rule.measure.name, rule.operator.symbol
            limit = rule.limit
        else:
            limit = f"[{', '.join(rule.names)}]"
        return RuleCheck(
            rule=Rule(
                pointer="",
                metric=metric,
                operator=operator,
                limit=limit,
                message=self.check.limit.quote,
            ),
            verdict=self.verdict,
            actual=self.actual,
            reason=self.reason,
            evidence=self.evidence,
        )

    def problem(self, pointer: str) -> Problem | None:
        """The problem, unless the file keeps the limit."""
        if self.verdict is Verdict.PASS:
            return None
        rule = self.check.rule
        finding = f"format is {self.actual}"
        if isinstance(rule, MeasureRule):
            finding = measured(rule.measure, self.actual)
        if self.verdict is Verdict.UNKNOWN:
            finding = f"{rule.text} is not certain: {self.reason}"
        return limit_problem(
            self.check.limit,
            pointer,
            finding,
            rule,
            actual=self.actual or None,
            verdict="fail" if self.verdict is Verdict.FAIL else "unknown",
            evidence=self.evidence,
        )


def check_file(
    check: FileRule, media: MediaInfo | MediaError, *, certain: bool = False
) -> LimitCheck:
    """Check a measured file, or the error why it was not measured, against a limit.

    ``certain`` says that the error holds for every server.
    """
    if isinstance(check.rule, FormatRule):
        return _check_format(check, check.rule, media, certain)
    rule = check.rule
    limit = f"{rule.threshold.numerator}/{rule.threshold.denominator}"
    media_rule = Rule("", rule.measure.name, rule.operator.symbol, limit)
    outcome = check_rule(media_rule, media)
    return LimitCheck(
        check, outcome.verdict, outcome.actual, outcome.reason, outcome.evidence
    )


def _check_format(
    check: FileRule, rule: FormatRule, media: MediaInfo | MediaError, certain: bool
) -> LimitCheck:
    if isinstance(media, MediaError):
        no_media = certain and media.fault is MediaFault.NOT_MEDIA
        verdict = Verdict.FAIL if no_media else Verdict.UNKNOWN
        actual = "that of no media" if no_media else ""
        return LimitCheck(check, verdict, actual, str(media))
    if media.format in rule.names:
        return LimitCheck(check, Verdict.PASS, media.format)
    if media.format in _SAME_CONTAINER and _SAME_CONTAINER & {*rule.names}:
        reason = f"this is {media.format}, and only a brand tells these formats apart"
        return LimitCheck(check, Verdict.UNKNOWN, media.format, reason, media.evidence)
    return LimitCheck(check, Verdict.FAIL, media.format, evidence=media.evidence)


def unmeasured_problem(
    checks: Iterable[LimitCheck], pointer: str, error: MediaError
) -> Problem | None:
    """One problem for all limits on a file that could not be measured; none without limits."""
    unknown = [check for check in checks if check.verdict is Verdict.UNKNOWN]
    if not unknown:
        return None
    rules = ", ".join(check.check.rule.text for check in unknown)
    first = unknown[0].check.limit
    return Problem(
        pointer=pointer,
        code="media",
        message=f"{error} (not checked: {rules}; the description says: {quoted_words(first.quote)})",
        actual=error.fault.value,
        verdict="unknown",
        origin="limit",
        quote=first.quote,
        level=first.level,
        published=first.published,
    )


# Sums over files.


Outcomes = Mapping[str, "MediaInfo | MediaError"]
"""What was measured, by the pointer of the file."""
_MEGABYTES = (10**6, 2**20)


def sum_problems(
    checks: Iterable[FilesTogether], payload: Mapping[str, Any], outcomes: Outcomes
) -> Iterator[Problem]:
    """The problems of sums over the files of a payload, of which all were measured."""
    for check in checks:
        named = (
            pointer for steps in check.fields for pointer, _ in files_at(payload, steps)
        )
        concerned = {pointer: outcomes[pointer] for pointer in named}
        first = first_given(check.limit.fields, payload)
        problem = _sum_problem(check, concerned, first) if concerned else None
        if problem is not None:
            yield problem


def _sum_problem(
    check: FilesTogether, outcomes: Outcomes, pointer: str
) -> Problem | None:
    """The problem of a sum; None if it keeps the limit."""
    metric = TOTALS[check.rule.measure.name]
    sizes = _MEGABYTES if metric == "file_size_mb" else _MEGABYTES[:1]
    sums = [_sum(metric, outcomes.values(), megabyte) for megabyte in sizes]
    verdict = _verdict(check.rule, sums)
    if verdict is Verdict.PASS:
        return None
    actual = format_decimal(sums[0].nominal)
    finding = measured(check.rule.measure, actual)
    unmeasured = sums[0].unmeasured
    if unmeasured:
        finding = f"{finding}, without {unmeasured} that could not be measured"
    if unmeasured == len(outcomes):
        finding = "no file could be measured"
    if verdict is Verdict.UNKNOWN:
        finding = f"{check.rule.text} is not certain: {finding}"
    return limit_problem(
        check.limit,
        pointer,
        finding,
        check.rule,
        actual=actual,
        verdict="fail" if verdict is Verdict.FAIL else "unknown",
    )


class _Sum(NamedTuple):
    """A sum, strictly and with the tolerance of rules. ``unmeasured`` files add to it."""

    strict: Interval
    tolerant: Interval
    nominal: Fraction
    unmeasured: int


def _sum(
    metric: str, outcomes: Iterable[MediaInfo | MediaError], megabyte: int
) -> _Sum:
    totals = [Fraction(0)] * 5
    unmeasured = 0
    for media in outcomes:
        readings = (
            None
            if isinstance(media, MediaError)
            else _readings(metric, media, megabyte)
        )
        if readings is None:
            unmeasured += 1
            continue
        strict, tolerant = readings
        parts = (
            strict.lower,
            strict.upper,
            tolerant.lower,
            tolerant.upper,
            strict.nominal,
        )
        totals = [total + part for total, part in zip(totals, parts, strict=True)]
    low, high, lowest, highest, nominal = totals
    return _Sum(
        Interval(low, high, nominal),
        Interval(lowest, highest, nominal),
        nominal,
        unmeasured,
    )


def _readings(
    metric: str, media: MediaInfo, megabyte: int
) -> tuple[Interval, Interval] | None:
    measure = METRICS[metric].measure
    strict = measure(Interpretation(media, None, megabyte))
    tolerant = measure(Interpretation(media, None, megabyte, tolerant=True))
    return None if strict is None or tolerant is None else (strict, tolerant)


def _verdict(rule: MeasureRule, sums: Iterable[_Sum]) -> Verdict:
    sums = list(sums)
    if all(_surely_holds(rule, total) for total in sums):
        return Verdict.PASS
    if any(_may_hold(rule, total) for total in sums):
        return Verdict.UNKNOWN
    return Verdict.FAIL


def _surely_holds(rule: MeasureRule, total: _Sum) -> bool:
    operator, limit = rule.operator, rule.threshold
    lower, upper = total.strict.lower, total.strict.upper
    if not total.unmeasured:
        return operator.accepts_all(lower, upper, limit)
    # What is not measured adds to the sum, which only a lower end allows.
    lower_end = operator.greater and not operator.less
    return lower_end and operator.accepts(lower, limit)


def _may_hold(rule: MeasureRule, total: _Sum) -> bool:
    operator, limit = rule.operator, rule.threshold
    lower, upper = total.tolerant.lower, total.tolerant.upper
    if total.unmeasured:
        # What is not measured may add anything, so there is no upper end.
        upper = max(upper, limit + 1)
    return operator.accepts_some(lower, upper, limit)
