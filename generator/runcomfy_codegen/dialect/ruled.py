"""A standard schema with media rules in it: the keyword ``validations`` where they hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from runcomfy_runtime.rule import Rule

from ..ir.json_text import is_object, items, members


def ruled(schema: dict[str, Any], rules: Sequence[Rule]) -> dict[str, Any]:
    """The schema, in which every rule stands at its pointer; ``schema`` itself is changed."""
    for rule in rules:
        steps = [
            step.replace("~1", "/").replace("~0", "~")
            for step in rule.pointer.split("/")[1:]
        ]
        for target in _at(schema, steps):
            target.setdefault("validations", []).append(_published(rule))
    return schema


def _published(rule: Rule) -> dict[str, str]:
    """A rule as the dialect writes it."""
    return {
        "validation_rule": f"{rule.metric}{rule.operator}",
        "validation_value": rule.limit,
        "validation_error": rule.message,
    }


def _at(schema: Any, steps: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Every schema that describes the value at a pointer; ``*`` is any item of an array."""
    if not is_object(schema):
        return
    for option in items(schema.get("anyOf")):
        yield from _at(option, steps)
    if not steps:
        if "anyOf" not in schema:
            yield schema
        return
    step, *rest = steps
    if step == "*":
        yield from _at(schema.get("items"), rest)
    else:
        yield from _at(members(schema.get("properties")).get(step), rest)
