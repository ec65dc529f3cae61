"""Rules from a scenario file: TOML, one ``[[fault]]`` table a rule.

[[fault]]
name = "rate-limited"
on = ["status"]
first = 2
model = "bytedance/*"
"""

from __future__ import annotations

import tomllib
from typing import Any

from ...ir.json_text import is_array, is_object
from .rule import BadRule, Rule, rule


def parse_scenario(text: str) -> tuple[Rule, ...]:
    """Read the rules of a scenario, in their order.

    Raises ``BadRule``, which tells the place: of the TOML, or the number of the table.
    """
    try:
        document: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadRule(f"the scenario is not TOML: {error}") from None
    unknown = sorted(document.keys() - {"fault"})
    if unknown:
        raise BadRule(
            f"the scenario has {unknown[0]!r:.40}; it is made of [[fault]] tables"
        )
    tables: Any = document.get("fault", [])
    if not is_array(tables):
        raise BadRule("the scenario has one [fault] table; write [[fault]]")
    return tuple(_rule(number, table) for number, table in enumerate(tables, 1))


def _rule(number: int, table: Any) -> Rule:
    if not is_object(table) or not isinstance(table.get("name"), str):
        raise BadRule(f"fault {number} has no name")
    said = {key: value for key, value in table.items() if key != "name"}
    try:
        return rule(table["name"], said)
    except BadRule as error:
        raise BadRule(f"fault {number}: {error}") from None
