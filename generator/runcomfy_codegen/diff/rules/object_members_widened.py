"""More values are accepted: the members of a nested object is another one."""

from __future__ import annotations

from collections.abc import Iterator

from ..compare.fact import Facet, Fact
from ..rule import About, Judgement, Rule, widened

ABOUT = About(
    id="object-members-widened",
    notices=(
        "More values are accepted: the members of a nested object is another one."
    ),
    why=(
        "Callers may send more than before, which breaks nobody. In an output it is"
        " the other way round: old callers meet values that they do not know."
    ),
    before=(
        '{"properties": {"lora": {"type": "object", "properties": {"path": {"type":'
        ' "string"}}, "required": ["path"]}}}'
    ),
    after=(
        '{"properties": {"lora": {"type": "object", "properties": {"path": {"type":'
        ' "string"}}}}}'
    ),
    instead=(
        "Callers that pass on what they receive must be ready for the new values; "
        "read `.raw` where they are not."
    ),
)


def judge(fact: Fact) -> Iterator[Judgement]:
    """Judge a change of this facet."""
    return widened(fact, Facet.MEMBERS, "members of a nested object widened")


RULE = Rule(ABOUT, judge)
