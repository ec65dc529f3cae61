"""Nested objects are refused that were accepted."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.facts import Facet, Fact
from ..rule import DiffMetadata, DiffRule, Judgement, narrowed

ABOUT = DiffMetadata(
    id="object-members-narrowed",
    notices="Nested objects are refused that were accepted.",
    why=(
        "Nested objects are compared as sets: one that the old schema took is "
        "refused."
    ),
    before=(
        '{"properties": {"lora": {"type": "object", "properties": {"path": {"type":'
        ' "string"}}}}}'
    ),
    after=(
        '{"properties": {"lora": {"type": "object", "properties": {"path": {"type":'
        ' "string"}}, "required": ["path"]}}}'
    ),
    instead="Give nested objects the members that are asked for.",
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge this facet in this direction."""
    return narrowed(fact, Facet.MEMBERS, "some nested objects are refused now")


RULE = DiffRule(ABOUT, judge)
