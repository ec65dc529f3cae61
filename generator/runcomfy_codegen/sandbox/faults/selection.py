"""Which fault strikes a request: that of its header, else of its input, else of the scenario."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from ..http_messages import assumed_error
from ..request_log import FAULT_HEADER
from ..routes import Action
from . import FaultContext
from .fault_rule import FaultRule, InvalidFaultRule, magic_rules, parse_rules


@dataclass(frozen=True, slots=True)
class CountKey:
    """Requests that are counted together for one rule.

    ``rule`` identifies the rule by source, text and number. ``subject`` is the job, or the
    input of a submit that carries the rule itself.
    """

    account: str
    rule: tuple[str, str, int]
    subject: str


@dataclass(frozen=True, slots=True)
class SelectedFault:
    """The rule that strikes a request, where the rule comes from, and the context with its
    options.
    """

    rule: FaultRule
    source: str
    context: FaultContext
    count_key: CountKey


class FaultSelection:
    """Chooses at most one fault for a request, and counts for "first" and "every"."""

    def __init__(self, scenario: tuple[FaultRule, ...]) -> None:
        self._scenario = scenario
        self._counts: Counter[CountKey] = Counter()

    def choose(self, context: FaultContext) -> SelectedFault | None:
        """The rule that strikes this request, if one does.

        Raises ``Refused`` (400, assumed) for a rule that cannot be read, even if an earlier
        rule strikes: the wrong one would be next.
        """
        for place, rule in self._rules(context):
            if not rule.concerns(context.route.action, _model(context)):
                continue
            source = place[0]
            subject = _subject(context, source == "input")
            count_key = CountKey(_account(context), place, subject)
            self._counts[count_key] += 1
            if rule.strikes(self._counts[count_key]):
                with_options = replace(context, options=rule.options)
                return SelectedFault(rule, source, with_options, count_key)
        return None

    def take_back(self, selected: SelectedFault) -> None:
        """Do not count a request whose answer the fault has not changed."""
        self._counts[selected.count_key] -= 1

    def reset(self, account: str | None = None) -> None:
        """Start counting again, for one account or for all."""
        for key in [key for key in self._counts if account in (None, key.account)]:
            del self._counts[key]

    def _rules(
        self, context: FaultContext
    ) -> Iterator[tuple[tuple[str, str, int], FaultRule]]:
        texts = {
            "header": context.request.header(FAULT_HEADER) or "",
            "input": _input_rules(context),
        }
        parsed = {source: _parse(source, text) for source, text in texts.items()}
        for source, rules in parsed.items():
            for number, rule in enumerate(rules):
                yield (source, texts[source], number), rule
        for number, rule in enumerate(self._scenario):
            yield ("scenario", "", number), rule


def _input_rules(context: FaultContext) -> str:
    if context.job is not None:
        return context.job.magic
    submitted = context.route.action is Action.SUBMIT
    return magic_rules(context.request) if submitted else ""


def _parse(source: str, text: str) -> tuple[FaultRule, ...]:
    try:
        return _cached_rules(text) if text else ()
    except InvalidFaultRule as error:
        raise assumed_error(
            400, f"The fault of the {source} cannot be read: {error}."
        ) from None


# Every request about a job has the same few rules.
_cached_rules = lru_cache(maxsize=256)(parse_rules)


def _model(context: FaultContext) -> str:
    return context.job.model_id if context.job else context.route.model_id


def _account(context: FaultContext) -> str:
    # Files need no token: they count for the account of their job.
    return context.job.account if context.job else context.account


def _subject(context: FaultContext, in_input: bool) -> str:
    if context.job is not None:
        return context.job.request_id
    # Another prompt with the same rule is counted apart.
    return hashlib.sha256(context.request.body).hexdigest() if in_input else ""
