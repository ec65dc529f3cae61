"""Every fault by its name: the one vocabulary of headers, magic values and scenario files."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any

from runcomfy_runtime.did_you_mean import did_you_mean_or_list

from ...ir.json_text import is_array, is_object, items
from ..http_messages import ApiRequest
from ..input_validation import all_texts
from ..routes import Action
from . import Fault
from .error_faults import ERROR_FAULTS
from .job_faults import JOB_FAULTS
from .stateful_faults import STATEFUL_FAULTS
from .transport_faults import TRANSPORT_FAULTS

FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        fault.name: fault
        for fault in (*ERROR_FAULTS, *TRANSPORT_FAULTS, *STATEFUL_FAULTS, *JOB_FAULTS)
    }
)
"""What can be asked for."""


# When which fault strikes, and how that is written.
#
# ``rate-limited first=2 on=status retry-after=3; lost-answer`` is two rules: a name, then
# conditions and options. ``first=K`` strikes the first K matching requests, ``every=K`` each
# K-th, ``on=`` names the calls (with commas), ``model=`` is a glob over the model id. Requests
# are counted for each job, and for each account where there is no job yet. A request meets the
# first rule that strikes and is not counted for those after it, so that rules follow each other.
# Nor is it counted where the fault has nothing to change.


_WHOLE = re.compile(r"\d{1,4}", re.ASCII)
_OPTIONS = frozenset({"seconds", "retry-after"})
_COUNTS = frozenset({"first", "every"})
_KNOWN = sorted(_OPTIONS | _COUNTS | {"on", "model"})
_LONGEST = 3600.0


class InvalidFaultRule(ValueError):
    """A fault rule that says nothing; the message tells why, and what it could say."""


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
        """Whether requests of this kind are counted."""
        return action in self.on and fnmatchcase(model_id, self.model)

    def strikes(self, nth: int) -> bool:
        """Whether the n-th of them is struck, counting from 1."""
        return (not self.first or nth <= self.first) and (
            not self.every or nth % self.every == 0
        )


def parse_rules(text: str) -> tuple[FaultRule, ...]:
    """Read rules as a header or a magic value has them. Raises ``BadRule``."""
    rules: list[FaultRule] = []
    for part in filter(None, map(str.strip, text.split(";"))):
        name, *words = part.split()
        pairs = [word.partition("=") for word in words]
        for key, equals, value in pairs:
            if not equals or not value:
                raise InvalidFaultRule(f"{key!r:.40} is not of the form name=value")
        rules.append(fault_rule(name, {key: value for key, _, value in pairs}))
    return tuple(rules)


def fault_rule(name: str, said: Mapping[str, Any]) -> FaultRule:
    """One rule from its name and what is said of it. Raises ``BadRule``."""
    fault = FAULTS.get(name)
    if fault is None:
        raise InvalidFaultRule(
            f"there is no fault {name!r:.40}{did_you_mean_or_list(name, FAULTS)}"
        )
    for key in said:
        if key not in _KNOWN:
            raise InvalidFaultRule(
                f"{name} has no option {key!r:.40}{did_you_mean_or_list(key, _KNOWN)}"
            )
    return FaultRule(
        fault=fault,
        on=_actions(fault, said["on"]) if "on" in said else fault.on,
        model=str(said.get("model", "*")),
        options={key: _option(key, said[key]) for key in _OPTIONS & said.keys()},
        **{key: _count(key, said[key]) for key in _COUNTS & said.keys()},
    )


def _actions(fault: Fault, said: Any) -> frozenset[Action]:
    words = [str(word) for word in items(said)] or str(said).split(",")
    for word in words:
        if word not in tuple(Action):
            raise InvalidFaultRule(
                f"there is no call {word!r:.40}{did_you_mean_or_list(word, Action)}"
            )
        if word not in fault.can:
            able = ", ".join(sorted(fault.can))
            raise InvalidFaultRule(
                f"{fault.name} cannot strike {word}; it strikes {able}"
            )
    return frozenset(map(Action, words))


def _count(key: str, said: Any) -> int:
    if re.fullmatch(r"[1-9]\d{0,8}", str(said), re.ASCII) is None:
        raise InvalidFaultRule(f"{key} must be a whole number from 1, not {said!r:.40}")
    return int(said)


def _option(key: str, said: Any) -> str:
    if key == "retry-after":
        return _retry_after(said)
    try:
        seconds = math.nan if isinstance(said, bool) else float(said)
    except (TypeError, ValueError, OverflowError):
        seconds = math.nan
    if not 0 <= seconds <= _LONGEST:
        raise InvalidFaultRule(
            f"{key} must be a number of seconds up to {_LONGEST:g}, not {said!r:.40}"
        )
    return str(seconds)


def _retry_after(said: Any) -> str:
    # RFC 9110, section 10.2.3: whole seconds or a date.
    if said in ("date", "none") or _WHOLE.fullmatch(str(said)):
        return str(said)
    raise InvalidFaultRule(
        f"retry-after must be a whole number of seconds, date or none, not {said!r:.40}"
    )


# Rules from a scenario file: TOML, one ``[[fault]]`` table a rule.
#
# [[fault]]
# name = "rate-limited"
# on = ["status"]
# first = 2
# model = "bytedance/*"


def parse_scenario(text: str) -> tuple[FaultRule, ...]:
    """Read the rules of a scenario, in their order.

    Raises ``BadRule``, which tells the place: of the TOML, or the number of the table.
    """
    try:
        document: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidFaultRule(f"the scenario is not TOML: {error}") from None
    unknown = sorted(document.keys() - {"fault"})
    if unknown:
        raise InvalidFaultRule(
            f"the scenario has {unknown[0]!r:.40}; it is made of [[fault]] tables"
        )
    tables: Any = document.get("fault", [])
    if not is_array(tables):
        raise InvalidFaultRule("the scenario has one [fault] table; write [[fault]]")
    return tuple(_rule(number, table) for number, table in enumerate(tables, 1))


def _rule(number: int, table: Any) -> FaultRule:
    if not is_object(table) or not isinstance(table.get("name"), str):
        raise InvalidFaultRule(f"fault {number} has no name")
    said = {key: value for key, value in table.items() if key != "name"}
    try:
        return fault_rule(table["name"], said)
    except InvalidFaultRule as error:
        raise InvalidFaultRule(f"fault {number}: {error}") from None


# Magic values: fault rules that an input carries in its texts, ``"A cat [sandbox: stuck]"``.


_MARKER = re.compile(r"\[sandbox:([^\[\]]{1,300})\]")
_WORD = b"sandbox:"  # no JSON writer escapes any of these letters


def magic_rules(request: ApiRequest) -> str:
    """The rules in all texts of an input, at any depth; those of several markers follow on.

    What is no JSON carries none.
    """
    if _WORD not in request.body:
        return ""
    try:
        value = json.loads(request.body)
    except (ValueError, RecursionError):
        return ""
    found = (rule for text in all_texts(value) for rule in _MARKER.findall(text))
    return "; ".join(rule.strip() for rule in found)
