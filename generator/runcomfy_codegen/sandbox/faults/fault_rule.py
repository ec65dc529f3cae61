"""Fault rules: which fault strikes which requests, as headers, inputs and scenarios say it.

``rate-limited first=2 on=status retry-after=3; lost-answer`` is two rules. A rule is the name
of a fault, then conditions and options. ``first=K`` strikes the first K matching requests and
``every=K`` each K-th. ``on=`` names the calls (with commas). ``model=`` is a glob over the
model id.

Requests are counted per job, and per account where there is no job yet. A request meets the
first rule that strikes, and later rules do not count it: that way, rules follow each other. A
request is not counted either if the fault had nothing to change.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any

from runcomfy_runtime.did_you_mean import did_you_mean_or_list

from ...ir.json_text import is_array, is_object, items
from ...ir.toml_text import NotToml, parse_toml
from ..http_messages import ApiRequest
from ..input_validation import all_texts
from ..routes import Action
from . import Fault
from .job_faults import JOB_FAULTS
from .response_faults import ERROR_FAULTS, TRANSPORT_FAULTS
from .stateful_faults import STATEFUL_FAULTS

FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        fault.name: fault
        for fault in (*ERROR_FAULTS, *TRANSPORT_FAULTS, *STATEFUL_FAULTS, *JOB_FAULTS)
    }
)
"""Every fault by its name."""

_RENAMED: Mapping[str, str] = MappingProxyType(
    {
        "succeeded-result": "there is no fault 'succeeded-result' any more: every result of "
        "a success says succeeded; write 'completed-result' for one that says completed"
    }
)
"""Earlier names of faults, and what to write instead."""


_WHOLE = re.compile(r"\d{1,4}", re.ASCII)
_OPTIONS = frozenset({"seconds", "retry-after"})
_COUNTS = frozenset({"first", "every"})
_KNOWN = sorted(_OPTIONS | _COUNTS | {"on", "model"})
_LONGEST = 3600.0  # seconds
_MARKER = re.compile(r"\[sandbox:([^\[\]]{1,300})\]")
_MARKER_WORD = b"sandbox:"  # no JSON writer escapes any of these letters


class InvalidFaultRule(ValueError):
    """A fault rule that cannot be read; the message says why, and what is possible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRule:
    """One fault, and the requests it strikes. ``first`` and ``every`` of 0 mean no limit."""

    fault: Fault
    on: frozenset[Action]
    first: int = 0
    every: int = 0
    model: str = "*"
    options: Mapping[str, str] = field(default_factory=dict[str, str])

    def concerns(self, action: Action, model_id: str) -> bool:
        """Whether the rule counts requests of this kind."""
        return action in self.on and fnmatchcase(model_id, self.model)

    def strikes(self, nth: int) -> bool:
        """Whether the fault strikes the n-th of them, counting from 1."""
        return (not self.first or nth <= self.first) and (
            not self.every or nth % self.every == 0
        )


def parse_rules(text: str) -> tuple[FaultRule, ...]:
    """Read the rules of a header or a magic value. Raises ``InvalidFaultRule``."""
    rules: list[FaultRule] = []
    for part in filter(None, map(str.strip, text.split(";"))):
        name, *words = part.split()
        pairs = [word.partition("=") for word in words]
        for key, equals, value in pairs:
            if not equals or not value:
                raise InvalidFaultRule(f"{key!r:.40} is not of the form name=value")
        rules.append(fault_rule(name, {key: value for key, _, value in pairs}))
    return tuple(rules)


def fault_rule(name: str, fields: Mapping[str, Any]) -> FaultRule:
    """One rule, from the name of its fault and its fields. Raises ``InvalidFaultRule``."""
    fault = FAULTS.get(name)
    if name in _RENAMED:
        raise InvalidFaultRule(_RENAMED[name])
    if fault is None:
        raise InvalidFaultRule(
            f"there is no fault {name!r:.40}{did_you_mean_or_list(name, FAULTS)}"
        )
    for key in fields:
        if key not in _KNOWN:
            raise InvalidFaultRule(
                f"{name} has no option {key!r:.40}{did_you_mean_or_list(key, _KNOWN)}"
            )
    return FaultRule(
        fault=fault,
        on=_actions(fault, fields["on"]) if "on" in fields else fault.on,
        model=str(fields.get("model", "*")),
        options={key: _option(key, fields[key]) for key in _OPTIONS & fields.keys()},
        **{key: _count(key, fields[key]) for key in _COUNTS & fields.keys()},
    )


def _actions(fault: Fault, value: Any) -> frozenset[Action]:
    words = [str(word) for word in items(value)] or str(value).split(",")
    for word in words:
        if word not in tuple(Action):
            raise InvalidFaultRule(
                f"there is no call {word!r:.40}{did_you_mean_or_list(word, Action)}"
            )
        if word not in fault.allowed:
            allowed = ", ".join(sorted(fault.allowed))
            raise InvalidFaultRule(
                f"{fault.name} cannot strike {word}; it strikes {allowed}"
            )
    return frozenset(map(Action, words))


def _count(key: str, value: Any) -> int:
    if re.fullmatch(r"[1-9]\d{0,8}", str(value), re.ASCII) is None:
        raise InvalidFaultRule(
            f"{key} must be a whole number from 1, not {value!r:.40}"
        )
    return int(value)


def _option(key: str, value: Any) -> str:
    if key == "retry-after":
        return _retry_after(value)
    try:
        seconds = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        seconds = math.nan
    if not 0 <= seconds <= _LONGEST:
        raise InvalidFaultRule(
            f"{key} must be a number of seconds up to {_LONGEST:g}, not {value!r:.40}"
        )
    return str(seconds)


def _retry_after(value: Any) -> str:
    # RFC 9110, section 10.2.3: whole seconds or a date.
    if value in ("date", "none") or _WHOLE.fullmatch(str(value)):
        return str(value)
    raise InvalidFaultRule(
        f"retry-after must be a whole number of seconds, date or none, not {value!r:.40}"
    )


def parse_scenario(text: str) -> tuple[FaultRule, ...]:
    """Read the rules of a scenario file, in their order: TOML, one table for each rule.

        [[fault]]
        name = "rate-limited"
        on = ["status"]
        first = 2
        model = "bytedance/*"

    Raises ``InvalidFaultRule``, which names the place in the TOML or the number of the table.
    """
    try:
        document = parse_toml(text)
    except NotToml as error:
        raise InvalidFaultRule(f"the scenario is {error}") from None
    unknown = sorted(document.keys() - {"fault"})
    if unknown:
        raise InvalidFaultRule(
            f"the scenario has {unknown[0]!r:.40}; it is made of [[fault]] tables"
        )
    tables: Any = document.get("fault", [])
    if not is_array(tables):
        raise InvalidFaultRule("the scenario has one [fault] table; write [[fault]]")
    return tuple(
        _scenario_rule(number, table) for number, table in enumerate(tables, 1)
    )


def _scenario_rule(number: int, table: Any) -> FaultRule:
    if not is_object(table) or not isinstance(table.get("name"), str):
        raise InvalidFaultRule(f"fault {number} has no name")
    fields = {key: value for key, value in table.items() if key != "name"}
    try:
        return fault_rule(table["name"], fields)
    except InvalidFaultRule as error:
        raise InvalidFaultRule(f"fault {number}: {error}") from None


def magic_rules(request: ApiRequest) -> str:
    """The fault rules in the texts of an input, at any depth: ``"A cat [sandbox: stuck]"``.

    Several markers give several rules. A body that is not JSON has none.
    """
    if _MARKER_WORD not in request.body:
        return ""
    try:
        value = json.loads(request.body)
    except (ValueError, RecursionError):
        return ""
    rules = (rule for text in all_texts(value) for rule in _MARKER.findall(text))
    return "; ".join(rule.strip() for rule in rules)
