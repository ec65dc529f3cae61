"""The rule about a default that the description states, and the schema states otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from ..ir.diagnostic import Severity
from ..ir.exact import exact_value
from ..ir.model import Choice, Field, types_in
from .prose_rules import NUMBER, possible_values
from .rule import each_field, lint_rule

_INTRODUCTION = re.compile(
    r"\bdefaults?(?:\s+value)?\s*(?:is|to|are|:|=)?\s*"
    r"|(?:默认|预设)值?\s*(?:为|是|：|:)?\s*"
    r"|(?:デフォルト|既定|初期)値?\s*(?:は|：|:)?\s*"
    r"|по\s+умолчанию\s*(?:—|–|-|:|=)?\s*",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.;!?](?=\s|$)|[。；！？\n]")
_NUMBER = re.compile(rf"-?{NUMBER}")
_BEGINS_WITH_NUMBER = re.compile(
    rf"[\"'`“]?(-?{NUMBER})(?!\d)(?!\s*[:×x*/]\s*\d)(?![\w:]*:)"
)
_TRUTH = {
    **dict.fromkeys(("true", "on", "enabled", "yes"), True),
    **dict.fromkeys(("false", "off", "disabled", "no"), False),
}


@lint_rule(
    "default-against-description",
    Severity.WARNING,
    summary="The description of a field states another default than the schema.",
    why="A caller who leaves the field out gets one of the two, and cannot know which.",
    before='{"steps": {"type": "integer", "default": 5, "description": "Default is 10."}}',
    after='{"steps": {"type": "integer", "default": 10, "description": "Default is 10."}}',
    advice="Set the field in your calls, and ask the publisher which of the two is meant.",
)
@each_field
def default_against_description(
    field: Field, pointer: str
) -> Iterator[tuple[str, str]]:
    """A stated value that differs from every reading of the published default."""
    if field.default is None:
        return
    for match in _INTRODUCTION.finditer(field.description):
        rest = field.description[match.end() :]
        sentence = _SENTENCE_END.split(rest, maxsplit=1)[0]
        stated = _stated(sentence, field)
        if stated is not None and not _mentions(sentence, field):
            quote = f"{match.group().strip()} {stated}"
            yield f"{pointer}/default", (
                f"the default of {field.wire_name!r} is {field.default.text}, and the"
                f" description says {quote!r}"
            )
            return


def _stated(sentence: str, field: Field) -> str | None:
    """The value that the sentence begins with; None if it is not surely one."""
    default = exact_value(field.default) if field.default is not None else None
    if isinstance(default, bool):
        word = re.match(r"[\"'`“]?([A-Za-z]+)", sentence)
        return word[1] if word and word[1].lower() in _TRUTH else None
    choice = _choice_at_start(sentence, field)
    if choice is not None:
        return choice
    number = _BEGINS_WITH_NUMBER.match(sentence)
    has_number = not isinstance(default, str) or bool(_NUMBER.fullmatch(default))
    return number[1] if number and has_number else None


def _choice_at_start(sentence: str, field: Field) -> str | None:
    """The longest choice of the field that the sentence begins with."""
    texts = [
        value.exact()
        for kind in types_in(field.type)
        if isinstance(kind, Choice)
        for value in kind.values
    ]
    start = sentence.lstrip("\"'`“‘「").lower()
    hits = [
        text
        for text in texts
        if isinstance(text, str)
        and text
        and re.match(rf"{re.escape(text.lower())}(?![\w-])", start)
    ]
    return max(hits, key=len, default=None)


def _mentions(sentence: str, field: Field) -> bool:
    """Whether the published default is anywhere in the sentence."""
    default = exact_value(field.default) if field.default is not None else None
    if isinstance(default, bool):
        words = re.findall(r"[a-z]+", sentence.lower())
        return any(_TRUTH.get(word) is default for word in words)
    if isinstance(default, str):
        return default.lower() in sentence.lower()
    if not isinstance(default, int | Fraction):
        return True
    return any(
        sign * value == default
        for number in _NUMBER.findall(sentence)
        for sign in (-1 if number.startswith("-") else 1,)
        for value in possible_values(number.lstrip("-"))
    )


RULES = (default_against_description,)
