"""The rule language of ``validations``: ``metric operator``, and an exact limit.

``{"validation_rule": "width/height≥", "validation_value": "0.33"}`` reads as: the width
divided by the height is at least 0.33. Published spellings vary within one field (``<=``
beside ``≤``, 15 beside ``"3"``); the reading does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from runcomfy_runtime.metric import parse_metric

from ..ir.json_text import JsonValue

OPERATORS: Mapping[str, str] = MappingProxyType(
    {
        "<=": "<=",
        ">=": ">=",
        "==": "==",
        "!=": "!=",
        "≤": "<=",
        "≥": ">=",
        "≠": "!=",
        "<": "<",
        ">": ">",
        "=": "==",
    }
)
"""Published operators and their ASCII spelling."""

UNREAD = "?"
"""The operator of a rule whose own is not understood; such a rule is never checked."""

_RULE = re.compile(
    r"\s*(?P<metric>.*?)\s*(?P<operator><=|>=|==|!=|[≤≥≠<>=])\s*", re.DOTALL
)
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")

_LIKE_A_NUMBER = re.compile(r"[\s\d_/.eE+-]*")
_MOST_DIGITS = 100


@dataclass(frozen=True, slots=True)
class ReadRule:
    """A published rule, read: ``trouble`` says why it cannot be checked, if it cannot."""

    metric: str
    operator: str
    limit: str
    trouble: str = ""


def read_rule(rule: str, value: JsonValue) -> ReadRule:
    """Read a rule and its value. Never fails: what is not understood is said in ``trouble``."""
    limit, limit_trouble = _limit(value)
    match = _RULE.fullmatch(rule)
    if match is None:
        return ReadRule(
            rule.strip(),
            UNREAD,
            limit,
            f"no operator at the end of {rule!r}, such as <= or >",
        )
    metric = re.sub(r"\s+", "", match["metric"])
    operator = OPERATORS[match["operator"]]
    if parse_metric(metric) is None:
        return ReadRule(metric, operator, limit, f"the metric {metric!r} is not known")
    return ReadRule(metric, operator, limit, limit_trouble)


def _limit(value: JsonValue) -> tuple[str, str]:
    """The limit as an exact decimal text, and what is wrong with it."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return str(value), "the limit is not a number"
    if isinstance(value, str) and not _DECIMAL.fullmatch(value.strip()):
        return _unread(value), f"the limit {value!r} is not a number"
    number = Decimal(value)
    if number and abs(number.adjusted()) > _MOST_DIGITS:
        return _unread(value), "the limit is beyond anything that can be measured"
    return _plain(number), ""


def _unread(value: int | Decimal | str) -> str:
    """A limit as published, in quotes if a reader of fractions could take it for one."""
    text = str(value)
    return repr(text) if _LIKE_A_NUMBER.fullmatch(text) else text


def _plain(number: Decimal) -> str:
    """Without exponent and without zeros that say nothing: 4.70 is 4.7, 1E+1 is 10."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
