"""The ``validations`` of a property as rules. A rule is kept whatever becomes of it."""

from __future__ import annotations

from runcomfy_runtime.rule import Rule

from ..dialect.rule import UNREAD, read_rule
from ..ir.json_text import JsonValue, is_array, items, members
from ..ir.model import Array, Nullable, Type
from .finding import Findings
from .trail import Trail


def rules_of(
    schema: dict[str, JsonValue], trail: Trail, kind: Type, findings: Findings
) -> tuple[Rule, ...]:
    """The rules of one property, in their order. On an array a rule holds for each item,
    whether it stands beside ``items`` or inside.
    """
    bare = kind.inner if isinstance(kind, Nullable) else kind
    target = trail.items().payload if isinstance(bare, Array) else trail.payload
    told = schema.get("validations")
    if told is not None and not is_array(told):
        findings.keep("validations", trail.keyword("validations"), told)
    own = (
        _rule(
            members(published), f"{trail.schema}/validations/{index}", target, findings
        )
        for index, published in enumerate(items(told))
    )
    if not isinstance(bare, Array):
        return tuple(own)
    inner = members(schema.get("items"))
    return (*own, *rules_of(inner, trail.items(), bare.items, findings))


def _rule(
    published: dict[str, JsonValue], pointer: str, target: str, findings: Findings
) -> Rule:
    text = published.get("validation_rule")
    read = read_rule(
        text if isinstance(text, str) else "", published.get("validation_value")
    )
    message = published.get("validation_error")
    if read.trouble:
        findings.report(
            "unreadable-rule" if read.operator == UNREAD else "unknown-rule",
            f"{read.trouble}; the rule is kept and reported as unchecked",
            pointer,
            "a newer release of runcomfy-codegen may know it; nothing is refused because of it",
        )
        findings.keep("validations", pointer, published)
    return Rule(
        pointer=target,
        metric=read.metric,
        operator=read.operator,
        limit=read.limit,
        message=message if isinstance(message, str) else "",
    )
