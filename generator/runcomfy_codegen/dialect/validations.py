"""The keyword ``validations``: the media rules of a text, or of every text of an array."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from jsonschema.exceptions import ValidationError

from runcomfy_runtime.rule import Rule

from ..ir.json_text import items, members
from .formats import kind_of
from .reading import NotMedia, Prober, breaks
from .rule import read_rule

Keyword = Callable[[Any, Any, Any, Any], Iterator[ValidationError]]
"""A keyword of jsonschema: validator, the keyword's value, instance, the schema around it."""
_NAMES = {"image": "an image", "video": "a video", "audio": "a sound"}


def validations_keyword(prober: Prober) -> Keyword:
    """The keyword, with files measured by ``prober``. Each source is measured once a place."""

    def validations(
        validator: Any, told: Any, instance: Any, schema: Any
    ) -> Iterator[ValidationError]:
        if not items(told):
            return
        kind = kind_of(schema)
        if isinstance(instance, str):
            yield from _broken(told, kind, instance, prober)
        else:
            for index, item in enumerate(items(instance)):
                if isinstance(item, str):
                    for error in _broken(told, kind, item, prober):
                        error.path.appendleft(index)
                        yield error

    return validations


def _rules(told: Any) -> Iterator[Rule]:
    """Every rule of the keyword that is understood."""
    for each in items(told):
        published = members(each)
        text = published.get("validation_rule")
        if not isinstance(text, str):
            continue
        read = read_rule(text, published.get("validation_value"))
        if not read.trouble:
            yield Rule(
                pointer="",
                metric=read.metric,
                operator=read.operator,
                limit=read.limit,
                message=str(published.get("validation_error", "")),
            )


def _broken(
    told: Any, kind: str | None, text: str, prober: Prober
) -> Iterator[ValidationError]:
    try:
        measured = prober(text)
    except NotMedia as error:
        yield ValidationError(str(error))
        return
    if kind and measured.kinds and kind not in measured.kinds:
        # Its rules are for media of that kind: nothing more is asked of another.
        yield ValidationError(
            f"{_NAMES[kind]} belongs here, and this is {_NAMES[measured.kinds[0]]}",
            validator_value=f"media_kind == {kind}",
        )
        return
    for rule in _rules(told) if measured.readings else ():
        if breaks(rule, measured.readings):
            # The published words; the rule itself is what machines read.
            yield ValidationError(
                rule.message or rule.condition, validator_value=rule.condition
            )
