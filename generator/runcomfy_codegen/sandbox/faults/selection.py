"""Which fault a request meets: the header's, else the magic value's, else the scenario's."""

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
    """What is counted together: the requests that one rule may strike.

    ``rule`` tells it from others by what it says and where; ``subject`` is the job, or the
    input of a submit that carries the rule itself.
    """

    account: str
    rule: tuple[str, str, int]
    subject: str


@dataclass(frozen=True, slots=True)
class SelectedFault:
    """A request that meets a fault: by which rule, where that came from, and in what situation."""

    rule: FaultRule
    source: str
    situation: FaultContext
    counted: CountKey


class FaultSelection:
    """Chooses at most one fault for a request, and counts for "first" and "every"."""

    def __init__(self, scenario: tuple[FaultRule, ...]) -> None:
        self._scenario = scenario
        self._counts: Counter[CountKey] = Counter()

    def choose(self, situation: FaultContext) -> SelectedFault | None:
        """The rule that strikes, and the situation with its options.

        Raises ``Refused`` (400, assumed) for a rule that cannot be read, one that another
        goes before included: it would strike later.
        """
        for place, rule in self._rules(situation):
            if not rule.concerns(situation.route.action, _model(situation)):
                continue
            source = place[0]
            counted = CountKey(
                _account(situation), place, _subject(situation, source == "input")
            )
            self._counts[counted] += 1
            nth = self._counts[counted]
            if rule.strikes(nth):
                struck = replace(situation, nth=nth, options=rule.options)
                return SelectedFault(rule, source, struck, counted)
        return None

    def take_back(self, struck: SelectedFault) -> None:
        """Do not count a request whose answer the fault has left as it was."""
        self._counts[struck.counted] -= 1

    def forget(self, account: str | None = None) -> None:
        """Count from the beginning again, for one account or for all."""
        for key in [key for key in self._counts if account in (None, key.account)]:
            del self._counts[key]

    def _rules(
        self, situation: FaultContext
    ) -> Iterator[tuple[tuple[str, str, int], FaultRule]]:
        told = {
            "header": situation.request.header(FAULT_HEADER) or "",
            "input": _carried(situation),
        }
        read = {source: _read(source, text) for source, text in told.items()}
        for source, rules in read.items():
            for number, rule in enumerate(rules):
                yield (source, told[source], number), rule
        for number, rule in enumerate(self._scenario):
            yield ("scenario", "", number), rule


def _carried(situation: FaultContext) -> str:
    if situation.job is not None:
        return situation.job.magic
    submitted = situation.route.action is Action.SUBMIT
    return magic_rules(situation.request) if submitted else ""


def _read(source: str, text: str) -> tuple[FaultRule, ...]:
    try:
        return _parsed(text) if text else ()
    except InvalidFaultRule as error:
        raise assumed_error(
            400, f"The fault of the {source} cannot be read: {error}."
        ) from None


# The same few rules come with every request about a job.
_parsed = lru_cache(maxsize=256)(parse_rules)


def _model(situation: FaultContext) -> str:
    return situation.job.model_id if situation.job else situation.route.model_id


def _account(situation: FaultContext) -> str:
    # Files are asked for without a token: they count for whom they were made.
    return situation.job.account if situation.job else situation.account


def _subject(situation: FaultContext, carried: bool) -> str:
    if situation.job is not None:
        return situation.job.request_id
    # Another prompt with the same rule is another rehearsal.
    return hashlib.sha256(situation.request.body).hexdigest() if carried else ""
