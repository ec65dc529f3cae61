"""Fewer values are accepted: the members of a nested object is another one."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.fact import Facet, Fact
from ..rule import About, Judgement, Rule, narrowed

ABOUT = About(
    id="object-members-narrowed",
    notices=(
        "Fewer values are accepted: the members of a nested object is another one."
    ),
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
    instead=(
        "Find the calls that send what is refused now and change them before the "
        "new client is deployed."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a change of this facet."""
    return narrowed(fact, Facet.MEMBERS, "members of a nested object narrowed")


RULE = Rule(ABOUT, judge)
