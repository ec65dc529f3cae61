"""Which fault a request meets: the header's, else the magic value's, else the scenario's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from ..exchange import Request
from ..journal import FAULT_HEADER
from ..refusal import assumed
from ..route import Action
from .rule import BadRule, Rule, parse_rules
from .situation import Situation

_MAGIC = re.compile(rb"\[sandbox:([^\]\"\\]{1,300})\]")


def magic(request: Request) -> str:
    """The rules that an input carries in any of its texts: ``"A cat [sandbox: bad-gateway]"``."""
    found = _MAGIC.search(request.body)
    return found[1].decode("ascii", "replace") if found else ""


class Selection:
    """Chooses at most one fault for a request, and counts for "first" and "every"."""

    def __init__(self, scenario: tuple[Rule, ...]) -> None:
        self._scenario = scenario
        self._counts: Counter[tuple[str, int, str, str]] = Counter()

    def choose(self, situation: Situation) -> tuple[Rule, str, Situation] | None:
        """The rule that strikes, where it came from, and the situation with its options.

        Raises ``Refused`` (400, assumed) for a rule that cannot be read.
        """
        for source, number, rule in self._rules(situation):
            if not rule.concerns(situation.route.action, _model(situation)):
                continue
            key = (
                f"{source} {rule.fault.name}",
                number,
                situation.account,
                _job(situation),
            )
            self._counts[key] += 1
            nth = self._counts[key]
            if rule.strikes(nth):
                return rule, source, replace(situation, nth=nth, options=rule.options)
        return None

    def forget(self, account: str | None = None) -> None:
        """Count from the beginning again, for one account or for all."""
        for key in [key for key in self._counts if account in (None, key[2])]:
            del self._counts[key]

    def _rules(self, situation: Situation) -> Iterator[tuple[str, int, Rule]]:
        submitted = situation.route.action is Action.SUBMIT
        carried = magic(situation.request) if submitted else ""
        if situation.job is not None:
            carried = situation.job.magic
        for source, text in (
            ("header", situation.request.header(FAULT_HEADER) or ""),
            ("input", carried),
        ):
            for number, rule in enumerate(_read(source, text)):
                yield source, number, rule
        for number, rule in enumerate(self._scenario):
            yield "scenario", number, rule


def _read(source: str, text: str) -> tuple[Rule, ...]:
    try:
        return parse_rules(text) if text else ()
    except BadRule as error:
        raise assumed(
            400, f"The fault of the {source} cannot be read: {error}."
        ) from None


def _model(situation: Situation) -> str:
    return situation.job.model_id if situation.job else situation.route.model_id


def _job(situation: Situation) -> str:
    return situation.job.request_id if situation.job else ""
