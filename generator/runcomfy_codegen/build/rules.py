"""The ``validations`` of a property as rules. A rule is kept whatever becomes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runcomfy_runtime.rule import Rule

from ..dialect.rule import UNREAD, read_rule
from ..ir.json_text import JsonValue, is_array, is_object, items, members
from ..ir.model import (
    Anything,
    Array,
    Choice,
    Nullable,
    Object,
    Text,
    Type,
    Union,
)
from .combined import branches
from .finding import Findings
from .trail import Trail

Placed = tuple[Rule, str]
"""A rule, and its pointer in the document."""


def rules_of(
    schema: dict[str, JsonValue], trail: Trail, kind: Type, findings: Findings
) -> tuple[Placed, ...]:
    """The rules of one property, in their order: its own, then those further inside.

    On an array a rule holds for each item, whether it stands beside ``items`` or inside.
    """
    bare = kind.inner if isinstance(kind, Nullable) else kind
    target = trail.items().payload if isinstance(bare, Array) else trail.payload
    return (
        *_own(schema, trail, target, findings),
        *_inner(schema, trail, bare, findings),
    )


def _own(
    schema: dict[str, JsonValue], trail: Trail, target: str, findings: Findings
) -> Iterator[Placed]:
    told = schema.get("validations")
    if told is not None and not is_array(told):
        findings.keep("validations", trail.keyword("validations"), told)
    for index, published in enumerate(items(told)):
        pointer = f"{trail.schema}/validations/{index}"
        yield _rule(members(published), pointer, target, findings), pointer


def _inner(
    schema: dict[str, JsonValue], trail: Trail, bare: Type, findings: Findings
) -> tuple[Placed, ...]:
    """The rules of items, of the values of a map, and of alternatives."""
    extra = schema.get("additionalProperties")
    match bare:
        case Array() if "items" in schema:
            inner = members(schema["items"])
            return rules_of(inner, trail.items(), bare.items, findings)
        case Object(extra=values) if values is not None and is_object(extra):
            return rules_of(extra, trail.values(), values, findings)
        case _:
            return _of_branches(schema, trail, bare, findings)


def _of_branches(
    schema: dict[str, JsonValue], trail: Trail, bare: Type, findings: Findings
) -> tuple[Placed, ...]:
    """The rules of the alternatives, if each of their targets belongs to one of them.

    One URL or a list of them is told apart by the payload; two kinds of one URL are not,
    and their rules are kept unread.
    """
    told = branches(schema, trail)
    kinds = bare.options if isinstance(bare, Union) else (bare,) * len(told)
    found = [
        rules_of(published, here, kind, findings)
        for (published, here), kind in zip(told, kinds, strict=False)
    ]
    if len(told) == 1 or _told_apart(kinds):
        return tuple(each for rules in found for each in rules)
    for (published, here), rules in zip(told, found, strict=False):
        if rules:
            keyword = "validations"
            findings.keep(keyword, here.keyword(keyword), published.get(keyword))
    return ()


def _told_apart(kinds: Sequence[Type]) -> bool:
    """Whether each text or list of a payload can only be of one alternative."""
    sorts = [
        "texts" if isinstance(kind, Text | Choice | Anything) else type(kind).__name__
        for kind in kinds
    ]
    return len(set(sorts)) == len(sorts)


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
